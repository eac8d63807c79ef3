// Removes sessions that expired and sign-in tries that no longer count.
// Hygiene only: nothing reads them any more.
#pragma once
#include "platform/runtime/every.hpp"
#include "services/auth/storage/sessions.hpp"

namespace market::auth {

// Any number of replicas may. `sessions` must outlive it.
class Sweeper {
 public:
  explicit Sweeper(storage::Sessions& sessions);

  runtime::Every& Sweeping() { return sweeping_; }

 private:
  Task<runtime::Every::Next> Sweep();

  storage::Sessions& sessions_;
  runtime::Every sweeping_;
};

}  // namespace market::auth
