// Internal to platform/core: what a Simulation replaces. Null and nothing: the system's.
#pragma once
#include <cstdint>
#include <optional>

#include "platform/core/clock.hpp"

namespace market::internal {

void SetWallClock(const Clock* clock);
// Of the calling thread.
void SeedRandom(std::optional<std::uint64_t> seed);
// Ids that come are after this one; gives the one that was the last. 0: before all.
std::uint64_t ExchangeLastId(std::uint64_t tick);

}  // namespace market::internal
