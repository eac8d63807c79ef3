#include "services/auth/credentials/passwords.hpp"

#include <argon2.h>
#include <openssl/crypto.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

#include "platform/crypto/digest.hpp"
#include "platform/crypto/random.hpp"
#include "platform/telemetry/log.hpp"
#include "platform/unicode/unicode.hpp"
#include "services/auth/credentials/strength.hpp"

namespace market::auth {
namespace {

constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kTagBytes = 32;
// Of a call's time: for the hash, and for what is written after it. Who waits any longer is refused while
// that still is an answer; a late one would count as a fault of ours.
constexpr std::chrono::milliseconds kForTheRest{500};

// A hash is 20 ms of a core: where all cores are busy, purchases go first. setpriority(2): on Linux the
// niceness is the thread's, and raising it needs no right.
constexpr int kNiceness = 10;
void StepBehind() {
  static thread_local const int stepped = setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNiceness);
  static_cast<void>(stepped);
}

// A password that leaves memory as soon as its work is done.
class Secret {
 public:
  explicit Secret(std::string value) : value_(std::move(value)) {}
  Secret(Secret&&) = default;
  ~Secret() { OPENSSL_cleanse(value_.data(), value_.size()); }
  const std::string& Value() const { return value_; }

 private:
  std::string value_;
};

constexpr std::string_view kPepperMark = "$pepper=";

// A stored text apart.
struct Stored {
  std::string_view pepper_id;  // empty: none
  std::string phc;
};
Stored Apart(std::string_view text) {
  if (!text.starts_with(kPepperMark)) return {.pepper_id = {}, .phc = std::string(text)};
  text.remove_prefix(kPepperMark.size());
  const auto id_chars = std::min(text.find('$'), text.size());
  return {.pepper_id = text.substr(0, id_chars), .phc = std::string(text.substr(id_chars))};
}

std::string_view IdOf(const std::vector<Pepper>& peppers) {
  return peppers.empty() ? std::string_view() : peppers.front().id;
}

Secret Peppered(const Pepper* pepper, const std::string& password) {
  return Secret(pepper == nullptr ? password : crypto::HmacSha256(pepper->key, password));
}

std::string HashNow(const PasswordCost& cost, const std::vector<Pepper>& peppers,
                    const std::string& password) {
  const auto* pepper = peppers.empty() ? nullptr : &peppers.front();
  const auto input = Peppered(pepper, password);
  const std::string salt = crypto::RandomBytes(kSaltBytes);
  std::array<char, 256> phc{};
  const int status = argon2id_hash_encoded(cost.passes, cost.memory_kib, cost.lanes, input.Value().data(),
                                           input.Value().size(), salt.data(), salt.size(), kTagBytes,
                                           phc.data(), phc.size());
  if (status != ARGON2_OK) throw std::runtime_error(std::string("argon2: ") + argon2_error_message(status));
  return pepper == nullptr ? phc.data() : std::string(kPepperMark) + pepper->id + phc.data();
}

bool MatchesNow(const Stored& stored, const std::vector<Pepper>& peppers, const std::string& password) {
  const auto found = std::ranges::find(peppers, stored.pepper_id, &Pepper::id);
  const bool known = stored.pepper_id.empty() || found != peppers.end();
  if (!known) telemetry::log::Error("auth.pepper_unknown", {{"pepper_id", stored.pepper_id}});
  const auto input = Peppered(found == peppers.end() ? nullptr : &*found, password);
  const int status = argon2id_verify(stored.phc.c_str(), input.Value().data(), input.Value().size());
  if (status == ARGON2_OK) return known;
  if (status == ARGON2_VERIFY_MISMATCH) return false;
  throw std::runtime_error(std::string("argon2: ") + argon2_error_message(status));
}

// "$argon2id$v=19$m=19456,t=2,p=1$salt$tag"
std::uint32_t CostIn(std::string_view phc, std::string_view name) {
  const auto at = phc.find(name);
  std::uint32_t value = 0;
  if (at != phc.npos) std::from_chars(phc.data() + at + name.size(), phc.data() + phc.size(), value);
  return value;
}

bool IsWeaker(const std::string& phc, const PasswordCost& cost) {
  return CostIn(phc, "$m=") < cost.memory_kib || CostIn(phc, ",t=") < cost.passes;
}

Secret Prepared(std::string password, std::string_view field = "password") {
  const Secret typed(std::move(password));
  auto opaque = unicode::OpaqueString(typed.Value());
  if (!opaque) {
    throw InvalidArgument(std::string(field), "INVALID_TEXT",
                          "must not have control or other invisible characters");
  }
  return Secret(std::move(*opaque));
}

Error Weak(const std::string& field) {
  return Error(Code::kInvalidArgument, "WEAK_PASSWORD", "the password is too easy to guess")
      .WithField(field, "WEAK",
                 "take several words that do not belong together; names, years and what is on every list are "
                 "guessed first");
}

}  // namespace

Passwords::Passwords(Options options)
    : options_(std::move(options)),
      nobody_(HashNow(options_.cost, options_.peppers, crypto::RandomBytes(32))),
      queue_(options_.queue),
      pool_(options_.queue.places, 0) {}

Task<Passwords::Place> Passwords::Enter(const Visitor& visitor, runtime::Deadline deadline) {
  const auto standing = visitor.Standing();
  const auto began = std::chrono::steady_clock::now();
  auto place = co_await queue_.Enter(visitor.address, standing, deadline - kForTheRest);
  if (options_.on_place) options_.on_place(standing, std::chrono::steady_clock::now() - began);
  co_return place;
}

template <class Function>
Task<std::invoke_result_t<Function>> Passwords::InPool(Place place, Function function) {
  const auto began = std::chrono::steady_clock::now();
  auto behind = [function = std::move(function)] {
    StepBehind();
    return function();
  };
  auto result = co_await pool_.Run(std::move(behind), std::move(place));
  if (options_.on_done) options_.on_done(std::chrono::steady_clock::now() - began);
  co_return result;
}

Task<std::string> Passwords::Hash(Place place, std::string password) {
  return InPool(std::move(place), [this, password = Prepared(std::move(password))] {
    return HashNow(options_.cost, options_.peppers, password.Value());
  });
}

Task<std::string> Passwords::HashNew(Place place, New wanted) {
  auto password = Prepared(std::move(wanted.password), wanted.field);
  return InPool(std::move(place), [this, field = std::move(wanted.field), own = std::move(wanted.own),
                                   password = std::move(password)] {
    if (StrengthBits(password.Value(), own) < options_.strength_bits_min) throw Weak(field);
    return HashNow(options_.cost, options_.peppers, password.Value());
  });
}

Task<Passwords::Match> Passwords::Verify(Place place, std::optional<std::string> hash, std::string password) {
  const bool known = hash.has_value();
  return InPool(std::move(place), [this, known, text = hash.value_or(nobody_),
                                   password = Prepared(std::move(password))] {
    const auto stored = Apart(text);
    const bool matches = MatchesNow(stored, options_.peppers, password.Value());
    if (!known || !matches) return Match::kNo;
    const bool today = stored.pepper_id == IdOf(options_.peppers) && !IsWeaker(stored.phc, options_.cost);
    return today ? Match::kYes : Match::kOutdated;
  });
}

}  // namespace market::auth
