// Removes sessions, mailed tokens and challenges that expired, sign-in tries and callers that no longer count, API keys that
// ended a month ago and signing keys that did a year ago. Hygiene only: nothing reads them any more.
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
  Sweeper(storage::Sessions& sessions, storage::Mailings& mailings, storage::SecondFactors& second_factors,
          storage::ApiKeys& api_keys, storage::SigningKeys& signing_keys,
          storage::CallerLimits& caller_limits);

  runtime::Every& Sweeping() { return sweeping_; }

 private:
  Task<runtime::Every::Next> Sweep();

  storage::Sessions& sessions_;
  storage::Mailings& mailings_;
  storage::SecondFactors& second_factors_;
  storage::ApiKeys& api_keys_;
  storage::SigningKeys& signing_keys_;
  storage::CallerLimits& caller_limits_;
  runtime::Every sweeping_;
};

}  // namespace market::auth
