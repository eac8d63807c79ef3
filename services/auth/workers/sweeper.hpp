// Removes sessions that expired, sign-in tries that no longer count and API keys that ended a month ago.
// Hygiene only: nothing reads them any more.
#pragma once
#include "platform/runtime/every.hpp"
#include "services/auth/storage/api_keys.hpp"
#include "services/auth/storage/sessions.hpp"

namespace market::auth {

// Any number of replicas may. The stores must outlive it.
class Sweeper {
 public:
  Sweeper(storage::Sessions& sessions, storage::ApiKeys& api_keys);

  runtime::Every& Sweeping() { return sweeping_; }

 private:
  Task<runtime::Every::Next> Sweep();

  storage::Sessions& sessions_;
  storage::ApiKeys& api_keys_;
  runtime::Every sweeping_;
};

}  // namespace market::auth
