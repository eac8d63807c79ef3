// Internal to platform/core: what a Simulation replaces. Null and nothing: the system's.
#pragma once
#include <cstdint>
#include <optional>

#include "platform/core/clock.hpp"

namespace market::internal {

void SetWallClock(const Clock* clock);
// Of the calling thread.
void SeedRandom(std::optional<std::uint64_t> seed);
void ForgetLastId();

}  // namespace market::internal
