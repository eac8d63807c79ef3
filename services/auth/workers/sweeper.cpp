#include "services/auth/workers/sweeper.hpp"

#include <chrono>

namespace market::auth {
namespace {

constexpr std::int64_t kChunkRows = 500;
constexpr std::chrono::seconds kSweepLimit{10};
constexpr std::chrono::minutes kPause{10};
constexpr std::chrono::days kSigningKeysKept{365};

}  // namespace

Sweeper::Sweeper(storage::Sessions& sessions, storage::Mailings& mailings,
                 storage::SecondFactors& second_factors, storage::ApiKeys& api_keys,
                 storage::SigningKeys& signing_keys, storage::CallerLimits& caller_limits, Kept kept)
    : sessions_(sessions),
      mailings_(mailings),
      second_factors_(second_factors),
      api_keys_(api_keys),
      signing_keys_(signing_keys),
      caller_limits_(caller_limits),
      kept_(kept),
      sweeping_({.name = "auth.sweep", .period = kPause}, [this] { return Sweep(); }) {}

Task<runtime::Every::Next> Sweeper::Sweep() {
  const auto removed =
      co_await sessions_.Sweep(runtime::After(kSweepLimit), kept_.sessions, kChunkRows) +
      co_await mailings_.Sweep(runtime::After(kSweepLimit), kept_.mailed_tokens, kChunkRows) +
      co_await second_factors_.Sweep(runtime::After(kSweepLimit), kChunkRows) +
      co_await api_keys_.Sweep(runtime::After(kSweepLimit), kept_.api_keys, kChunkRows) +
      co_await signing_keys_.Sweep(runtime::After(kSweepLimit), kSigningKeysKept, kChunkRows) +
      co_await caller_limits_.Sweep(runtime::After(kSweepLimit), kChunkRows);
  co_return removed > 0 ? runtime::Every::Next::kAtOnce : runtime::Every::Next::kLater;
}

}  // namespace market::auth
