// The words of an enumeration: one table gives the word of a value and the value of a word.
//
//   enum class Light : std::uint8_t { kRed, kGreen };
//   inline constexpr Words<Light, 2> kLights{"light", {"RED", "GREEN"}};  // in the order of the values
//
// Values count from 0 without gaps. Whoever has a table gives its enumeration the two functions that storage
// finds by argument-dependent lookup: `std::string_view Name(Light)` writes it, and
// `void FromText(std::string_view, Light&)`, which throws for a word that is none of its own, reads it.
#pragma once
#include <array>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace market {

template <class Enum, std::size_t N>
struct Words {
  std::string_view of;  // what the words are, for the error: "light"
  std::array<std::string_view, N> words;

  constexpr std::string_view Name(Enum value) const { return words.at(static_cast<std::size_t>(value)); }

  constexpr std::optional<Enum> Find(std::string_view word) const {
    for (std::size_t i = 0; i < N; ++i) {
      if (words[i] == word) return static_cast<Enum>(i);
    }
    return std::nullopt;
  }

  // Throws std::invalid_argument.
  constexpr Enum Require(std::string_view word) const {
    const auto value = Find(word);
    if (!value) throw std::invalid_argument("not a " + std::string(of) + ": '" + std::string(word) + "'");
    return *value;
  }
};

}  // namespace market
