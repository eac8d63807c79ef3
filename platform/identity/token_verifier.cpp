#include "platform/identity/token_verifier.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include "platform/core/error.hpp"
#include "platform/identity/generations.hpp"
#include "platform/runtime/one_shot.hpp"
#include "platform/telemetry/log.hpp"

namespace market::identity {
namespace {

constexpr std::chrono::seconds kFetchPause{10};      // between fetches
constexpr std::chrono::seconds kFirstFetchPause{1};  // while there is no key at all
constexpr std::chrono::seconds kFreshFor{60};        // a key that auth withdrew is refused after this long
constexpr std::chrono::hours kKeptFor{24};           // without an answer from auth
constexpr std::chrono::milliseconds kFetchLimit{500};
constexpr std::size_t kGenerationSize = 5000;
static_assert(kFreshFor + kFetchPause < kKeysKnownAfter);

Error Unauthenticated() {
  return Error(Code::kUnauthenticated, "UNAUTHENTICATED", "the access token is not valid");
}

std::string_view BearerToken(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  if (authorization.size() <= kScheme.size()) throw Unauthenticated();
  for (std::size_t i = 0; i < kScheme.size(); ++i) {
    const char c = authorization[i];
    if ((c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c) != kScheme[i]) throw Unauthenticated();
  }
  return authorization.substr(kScheme.size());
}

struct VerifiedToken {
  Principal principal;
  TokenFacts facts;
  Time good_until;
};

}  // namespace

struct TokenVerifier::State {
  std::string issuer;
  const Clock& clock;
  Source source;
  KeyRing ring;
  Revocations revocations{};
  std::optional<std::string> revoked_up_to;  // nothing: it was never read to its end
  std::vector<std::string> kids;             // of the last answer
  Generations<VerifiedToken> cache{kGenerationSize};
  ApiKeys api_keys{clock, revocations, source.api_keys};
  std::optional<Time> asked_at;    // the last fetch that ran to its end
  std::optional<Time> fetched_at;  // the last one that succeeded
  bool fetching = false;
  bool keys_changed = false;  // auth has told so, and they were not fetched since
  std::vector<std::shared_ptr<runtime::OneShot<>>> waiters;

  // A clock that was set back must not hold fetches up.
  static bool Passed(const std::optional<Time>& since, std::chrono::microseconds pause, Time now) {
    return !since || now < *since || now - *since >= pause;
  }

  // It can't tell good tokens from bad ones.
  bool Blind() const { return ring.Empty() || !revoked_up_to; }
  bool MayFetch(Time now) const {
    return !fetching && Passed(asked_at, Blind() || keys_changed ? kFirstFetchPause : kFetchPause, now);
  }
  bool Stale(Time now) const { return keys_changed || Passed(fetched_at, kFreshFor, now); }

  void Accept(const std::vector<PublicKey>& keys, Time now) {
    ring.Replace(keys);
    fetched_at = now;
    keys_changed = false;
    // Tokens of a key that is gone must go with it.
    for (const auto& kid : kids) {
      if (!ring.Has(kid)) cache.Clear();
    }
    kids.clear();
    for (const auto& key : keys) kids.push_back(key.kid);
  }

  void DropOutdated(Time now) {
    if (!fetched_at || now - *fetched_at < kKeptFor) return;
    ring.Replace({});
    cache.Clear();
    fetched_at.reset();
  }

  // The one fetch at a time; its failure is logged, and what follows from it is the callers' to find out.
  Task<> Fetch(runtime::Deadline deadline) {
    struct Fetching {
      State& state;
      explicit Fetching(State& of) : state(of) { state.fetching = true; }
      ~Fetching() {
        state.fetching = false;
        for (auto& waiter : std::exchange(state.waiters, {})) waiter->Set();
      }
    } mark(*this);
    const auto limit = runtime::After(kFetchLimit);
    try {
      const auto keys = co_await source.keys(std::min(deadline, limit));
      Accept(keys, clock.Now());
      if (!revoked_up_to) co_await CatchUp(std::min(deadline, limit));
    } catch (const Error& error) {
      // Its caller's time was up, which says nothing of auth: the next one asks at once.
      if (error.code == Code::kDeadlineExceeded && deadline < limit) throw;
      telemetry::log::Warn("token.keys_unavailable",
                           {{"code", CodeName(error.code)}, {"msg", error.message}});
    }
    asked_at = clock.Now();
    DropOutdated(*asked_at);
  }

  Task<> CatchUp(runtime::Deadline deadline) {
    auto after = revoked_up_to.value_or("");
    for (bool more = true; more;) {
      auto revoked = co_await source.revoked(after, deadline);
      revocations.Apply(revoked, clock.Now());
      if (!revoked.removed_keys.empty()) {
        keys_changed = true;
        asked_at.reset();
      }
      more = revoked.more;
      after = std::move(revoked.next);
    }
    revoked_up_to = std::move(after);
  }

  Task<> Wait(runtime::Deadline deadline) {
    auto waiter = std::make_shared<runtime::OneShot<>>();
    waiters.push_back(waiter);
    co_await waiter->Wait(deadline);
  }

  const Principal& Check(std::string_view token, Time now) {
    auto claims = ring.Verify(token, issuer, now);
    if (!claims) throw Unauthenticated();
    const TokenFacts facts{.session = claims->principal.session,
                           .account = claims->principal.account,
                           .account_version = claims->account_version,
                           .issued_at = claims->issued_at,
                           .kid = std::move(claims->kid)};
    return StillGood(
        cache.Put(token, {std::move(claims->principal), facts, claims->expires_at + kTokenSkew}));
  }

  const VerifiedToken* Cached(std::string_view token, Time now) {
    const auto* entry = cache.Find(token);
    return entry != nullptr && now < entry->good_until ? entry : nullptr;
  }

  const Principal& StillGood(const VerifiedToken& entry) const {
    if (revocations.Refuses(entry.facts)) throw Unauthenticated();
    return entry.principal;
  }
};

TokenVerifier::TokenVerifier(std::string issuer, const Clock& clock, Source source)
    : state_(new State{.issuer = std::move(issuer), .clock = clock, .source = std::move(source)}) {}

TokenVerifier::~TokenVerifier() = default;

const Principal* TokenVerifier::TryVerify(std::string_view authorization) {
  auto& state = *state_;
  const auto token = BearerToken(authorization);
  if (IsApiKey(token)) return state.api_keys.Find(token);
  const Time now = state.clock.Now();
  if (state.Blind() || (state.Stale(now) && state.MayFetch(now))) return nullptr;
  if (const auto* entry = state.Cached(token, now)) return &state.StillGood(*entry);
  const auto kid = KeyRing::KidOf(token);
  if (!kid) throw Unauthenticated();
  return state.ring.Has(*kid) ? &state.Check(token, now) : nullptr;
}

Task<Principal> TokenVerifier::Verify(std::string_view authorization, runtime::Deadline deadline) {
  auto& state = *state_;
  const std::string header(authorization);
  const auto token = BearerToken(header);
  if (IsApiKey(token)) co_return co_await state.api_keys.Ask(token, deadline);
  const auto kid = KeyRing::KidOf(token);
  if (!kid) throw Unauthenticated();
  while (true) {
    const Time now = state.clock.Now();
    const bool known = state.ring.Has(*kid);
    const bool in_need = !known || state.Blind();
    if (state.MayFetch(now) && (state.Stale(now) || in_need)) {
      co_await state.Fetch(deadline);
    } else if (in_need && state.fetching) {
      co_await state.Wait(deadline);
    } else {
      break;
    }
  }
  if (state.Blind()) throw Unavailable("access tokens can't be verified right now");
  const Time later = state.clock.Now();
  if (const auto* entry = state.Cached(token, later)) co_return state.StillGood(*entry);
  co_return state.Check(token, later);
}

Task<> TokenVerifier::CatchUp(runtime::Deadline deadline) { return state_->CatchUp(deadline); }

}  // namespace market::identity
