// Removes sessions, mailed tokens, challenges and keys that ended a while ago, and sign-in tries and callers
// that no longer count. Hygiene only: nothing reads them any more.
#pragma once
#include "platform/runtime/every.hpp"
#include "services/auth/storage/api_keys.hpp"
#include "services/auth/storage/caller_limits.hpp"
#include "services/auth/storage/mailings.hpp"
#include "services/auth/storage/second_factors.hpp"
#include "services/auth/storage/sessions.hpp"
#include "services/auth/storage/signing_keys.hpp"

namespace market::auth {

// Any number of replicas may. What it sweeps must outlive it.
class Sweeper {
 public:
  // How long what has ended is still there. Sessions and keys for no less than access tokens are good: until then
  // processes ask what has ended.
  struct Kept {
    std::chrono::milliseconds sessions = std::chrono::days(7);
    std::chrono::milliseconds mailed_tokens = std::chrono::hours(24);
    std::chrono::milliseconds api_keys = std::chrono::days(30);
  };

  Sweeper(storage::Sessions& sessions, storage::Mailings& mailings, storage::SecondFactors& second_factors,
          storage::ApiKeys& api_keys, storage::SigningKeys& signing_keys,
          storage::CallerLimits& caller_limits, Kept kept);

  runtime::Every& Sweeping() { return sweeping_; }

 private:
  Task<runtime::Every::Next> Sweep();

  storage::Sessions& sessions_;
  storage::Mailings& mailings_;
  storage::SecondFactors& second_factors_;
  storage::ApiKeys& api_keys_;
  storage::SigningKeys& signing_keys_;
  storage::CallerLimits& caller_limits_;
  const Kept kept_;
  runtime::Every sweeping_;
};

}  // namespace market::auth
