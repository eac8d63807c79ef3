// Which seeds a test of random schedules runs: its own few, or those that `./market test --long` asks for by
// MARKET_SEED (the first) and MARKET_SEEDS (how many).
// Throws std::invalid_argument for anything else in them.
#pragma once
#include <cstdlib>
#include <ranges>
#include <stdexcept>
#include <string>

namespace market::testing {

inline unsigned FromEnvironment(const char* name, unsigned otherwise) {
  const char* text = std::getenv(name);
  if (text == nullptr || *text == '\0') return otherwise;
  std::size_t read = 0;
  const unsigned long value = std::stoul(text, &read);
  if (text[read] != '\0') throw std::invalid_argument(std::string(name) + " is no number: " + text);
  return static_cast<unsigned>(value);
}

// for (const unsigned seed : Seeds(1, 500)) …
inline auto Seeds(unsigned first, unsigned count) {
  first = FromEnvironment("MARKET_SEED", first);
  return std::views::iota(first, first + FromEnvironment("MARKET_SEEDS", count));
}

}  // namespace market::testing
