#include "platform/core/simulation.hpp"

#include "platform/core/world.hpp"

namespace market {

Simulation::Simulation(const Clock& clock, std::uint64_t seed) : last_id_(internal::ExchangeLastId(0)) {
  internal::SetWallClock(&clock);
  internal::SeedRandom(seed);
}

Simulation::~Simulation() {
  internal::SetWallClock(nullptr);
  internal::SeedRandom(std::nullopt);
  internal::ExchangeLastId(last_id_);
}

}  // namespace market
