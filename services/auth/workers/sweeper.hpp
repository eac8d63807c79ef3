// Removes sessions that expired and sign-in tries that no longer count. Hygiene only: nothing reads them any
// more.
#pragma once
#include "platform/runtime/task.hpp"
#include "services/auth/storage/sessions.hpp"

namespace market::auth {

// Runs until cancelled. Any number of replicas may.
Task<> SweepForever(storage::Sessions& sessions);

}  // namespace market::auth
