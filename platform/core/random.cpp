#include "platform/core/random.hpp"

#include <array>
#include <bit>
#include <cstring>

#include "platform/core/world.hpp"
#include "platform/crypto/random.hpp"

namespace market {
namespace {

// splitmix64 (prng.di.unimi.it): makes a good state of any seed.
std::uint64_t Mix(std::uint64_t& state) {
  std::uint64_t z = (state += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

// xoshiro256++ (same place): a few instructions a number.
class Generator {
 public:
  Generator() { SeedFromSystem(); }

  void SeedFromSystem() {
    const auto bytes = crypto::RandomBytes(sizeof state_);
    std::memcpy(state_.data(), bytes.data(), sizeof state_);
    if ((state_[0] | state_[1] | state_[2] | state_[3]) == 0) state_[0] = 1;  // the one state it can't leave
  }

  void Seed(std::uint64_t seed) {
    for (auto& word : state_) word = Mix(seed);
  }

  std::uint64_t Next() {
    const std::uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }

 private:
  std::array<std::uint64_t, 4> state_{};
};

Generator& OfThread() {
  thread_local Generator generator;
  return generator;
}

}  // namespace

std::uint64_t Random64() { return OfThread().Next(); }

double RandomShare() { return static_cast<double>(Random64() >> 11) * 0x1.0p-53; }

void internal::SeedRandom(std::optional<std::uint64_t> seed) {
  seed ? OfThread().Seed(*seed) : OfThread().SeedFromSystem();
}

}  // namespace market
