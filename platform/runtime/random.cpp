#include "platform/runtime/random.hpp"

#include <random>

namespace market::runtime {

double RandomShare() {
  thread_local std::minstd_rand generator(std::random_device{}());
  return std::uniform_real_distribution<double>()(generator);
}

}  // namespace market::runtime
