#include "platform/core/simulation.hpp"

#include "platform/core/world.hpp"

namespace market {

Simulation::Simulation(const Clock& clock, std::uint64_t seed) {
  internal::SetWallClock(&clock);
  internal::SeedRandom(seed);
  internal::ForgetLastId();
}

Simulation::~Simulation() {
  internal::SetWallClock(nullptr);
  internal::SeedRandom(std::nullopt);
  internal::ForgetLastId();
}

}  // namespace market
