#include "platform/resilience/random.hpp"

#include <random>

namespace market::resilience {

double RandomShare() {
  thread_local std::minstd_rand generator(std::random_device{}());
  return std::uniform_real_distribution<double>()(generator);
}

}  // namespace market::resilience
