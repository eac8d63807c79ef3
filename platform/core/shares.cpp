#include "platform/core/shares.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>

namespace market {
namespace {

// Products of an amount and a rate, or of two amounts, do not fit 64 bits.
using Wide = __int128;

}  // namespace

std::int64_t Portion(std::int64_t total_minor, std::int64_t part, std::int64_t whole) {
  return static_cast<std::int64_t>((2 * static_cast<Wide>(total_minor) * part + whole) /
                                   (2 * static_cast<Wide>(whole)));
}

std::vector<std::int64_t> Share(std::int64_t total_minor, std::span<const std::int64_t> weights) {
  if (weights.empty() || std::ranges::any_of(weights, [](std::int64_t weight) { return weight < 0; })) {
    throw std::invalid_argument("an amount is shared among somebody, by weights that are not negative");
  }
  const Wide sum = std::accumulate(weights.begin(), weights.end(), Wide{0});
  std::vector<std::int64_t> shares(weights.size(), 0);
  if (sum == 0) {
    shares.front() = total_minor;
    return shares;
  }
  std::vector<Wide> remainders(weights.size());
  std::int64_t left = total_minor;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const Wide exact = static_cast<Wide>(total_minor) * weights[i];
    shares[i] = static_cast<std::int64_t>(exact / sum);
    remainders[i] = exact % sum;
    left -= shares[i];
  }
  std::vector<std::size_t> by_remainder(weights.size());
  std::iota(by_remainder.begin(), by_remainder.end(), std::size_t{0});
  std::ranges::sort(by_remainder, [&](std::size_t a, std::size_t b) {
    return remainders[a] != remainders[b] ? remainders[a] > remainders[b] : a < b;
  });
  for (std::size_t i = 0; left > 0; ++i, --left) ++shares[by_remainder[i]];
  return shares;
}

}  // namespace market
