// Chance that is not secret: ids, jitter, which of several. Seeded from the system for each thread; a simulator
// seeds it otherwise (platform/core/simulation.hpp). Secrets come from platform/crypto/random.hpp.
#pragma once
#include <cstdint>

namespace market {

std::uint64_t Random64();
// Uniform in [0, 1).
double RandomShare();

}  // namespace market
