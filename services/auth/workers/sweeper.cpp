#include "services/auth/workers/sweeper.hpp"

#include <chrono>

#include "platform/core/error.hpp"
#include "platform/telemetry/log.hpp"

namespace market::auth {
namespace {

constexpr std::int64_t kChunkRows = 500;
constexpr std::chrono::seconds kStatementLimit{10};
constexpr std::chrono::minutes kPause{10};

}  // namespace

Task<> SweepForever(storage::Sessions& sessions) {
  for (;;) {
    co_await runtime::SleepFor(kPause);
    try {
      while (co_await sessions.Sweep(runtime::After(kStatementLimit), kChunkRows) > 0) {
      }
    } catch (const Error& error) {
      telemetry::log::Warn("auth.sweep_failed", {{"error", error.what()}});
    }
  }
}

}  // namespace market::auth
