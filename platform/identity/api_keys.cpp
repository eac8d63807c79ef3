#include "platform/identity/api_keys.hpp"

#include <algorithm>
#include <memory>
#include <unordered_map>
#include <utility>

#include "platform/core/error.hpp"
#include "platform/identity/generations.hpp"
#include "platform/resilience/token_bucket.hpp"
#include "platform/runtime/shared_read.hpp"
#include "platform/telemetry/log.hpp"

namespace market::identity {
namespace {

constexpr std::chrono::seconds kGoodFor{60};
constexpr std::chrono::seconds kRefusedFor{10};
constexpr std::chrono::milliseconds kAskLimit{500};
constexpr std::size_t kGoodGeneration = 5000;
constexpr std::size_t kRefusedGeneration = 1000;
constexpr resilience::TokenBuckets::Options kStrangers{.rate_per_s = 50, .burst = 100, .max_keys = 1};

Error NoGoodKey() { return Error(Code::kUnauthenticated, "UNAUTHENTICATED", "the API key is not valid"); }

std::string RequireDigest(std::string_view key) {
  auto digest = DigestOfApiKey(key);
  if (!digest) throw NoGoodKey();
  return std::move(*digest);
}

struct GoodKey {
  ApiKeyGrant grant;
  Time asked_at;
  Time asked_again_at;

  TokenFacts Facts() const {
    return {.session = grant.principal.session,
            .account = grant.principal.account,
            .account_version = grant.account_version,
            .issued_at = asked_at};
  }
};

}  // namespace

struct ApiKeys::State {
  using Answer = std::optional<Principal>;
  using Question = runtime::SharedRead<Answer>;

  const Clock& clock;
  const Revocations& revocations;
  Resolve resolve;
  Generations<GoodKey> good{kGoodGeneration};
  Generations<Time> refused{kRefusedGeneration};  // until then
  resilience::TokenBuckets strangers{kStrangers};
  std::unordered_map<std::string, std::shared_ptr<Question>> questions;

  const Principal* Known(std::string_view digest) {
    const auto now = clock.Now();
    if (const auto* key = good.Find(digest)) {
      if (now < key->asked_again_at && !revocations.Refuses(key->Facts())) return &key->grant.principal;
      return nullptr;
    }
    if (const auto* until = refused.Find(digest); until != nullptr && now < *until) throw NoGoodKey();
    return nullptr;
  }

  Answer Keep(const std::string& digest, std::optional<ApiKeyGrant> grant, Time asked_at) {
    const auto now = clock.Now();
    if (!grant || now >= grant->expires_at) {
      good.Erase(digest);
      refused.Put(digest, now + kRefusedFor);
      return std::nullopt;
    }
    const auto until = std::min<Time>(now + kGoodFor, grant->expires_at);
    const auto& key = good.Put(digest, {std::move(*grant), asked_at, until});
    // What was told of it while it was asked for is newer than the answer.
    if (revocations.Refuses(key.Facts())) return std::nullopt;
    return key.grant.principal;
  }

  Task<Answer> AskNow(const std::string& digest, runtime::Deadline deadline) {
    try {
      if (const auto* known = Known(digest)) co_return *known;
    } catch (const Error&) {  // found out while this one waited for its turn
      co_return std::nullopt;
    }
    if (!resolve) co_return std::nullopt;
    if (good.Find(digest) == nullptr) {
      if (const auto wait = strangers.Take("")) {
        throw Error(Code::kResourceExhausted, "OVERLOADED", "too many unknown API keys are being tried")
            .WithRetryAfter(*wait);
      }
    }
    const auto asked_at = clock.Now();
    std::optional<ApiKeyGrant> grant;
    try {
      grant = co_await resolve(digest, std::min(deadline, runtime::After(kAskLimit)));
    } catch (const Error& error) {
      telemetry::log::Warn("api_key.not_resolved", {{"code", CodeName(error.code)}, {"msg", error.message}});
      throw Unavailable("API keys can't be verified right now");
    }
    co_return Keep(digest, std::move(grant), asked_at);
  }
};

ApiKeys::ApiKeys(const Clock& clock, const Revocations& revocations, Resolve resolve)
    : state_(new State{
          .clock = clock, .revocations = revocations, .resolve = std::move(resolve), .questions = {}}) {}

ApiKeys::~ApiKeys() = default;

const Principal* ApiKeys::Find(std::string_view key) { return state_->Known(RequireDigest(key)); }

Task<Principal> ApiKeys::Ask(std::string_view key, runtime::Deadline deadline) {
  auto& state = *state_;
  const auto digest = RequireDigest(key);
  auto& shared = state.questions[digest];
  if (!shared) shared = std::make_shared<State::Question>();
  const auto question = shared;
  struct Leaving {  // the last one forgets the question
    State& state;
    const std::string& digest;
    const std::shared_ptr<State::Question>& question;
    ~Leaving() {
      if (question.use_count() == 2) state.questions.erase(digest);
    }
  } leaving{state, digest, question};
  const auto answer = co_await question->Get(deadline, [&] { return state.AskNow(digest, deadline); });
  if (!*answer) throw NoGoodKey();
  co_return **answer;
}

}  // namespace market::identity
