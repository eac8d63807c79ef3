#include "services/product/index/mistakes.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include "platform/unicode/search_form.hpp"

namespace market::product::index {
namespace {

constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
constexpr std::size_t kPathMax = Mistakes::kLettersMax + 2;
using Row = std::array<std::uint8_t, Mistakes::kLettersMax + 1>;

// nullopt: not of letters alone, or of letters beyond the plane of nearly all of them.
std::optional<std::u16string> LettersOf(std::string_view term) {
  std::u16string letters;
  for (std::size_t at = 0; at < term.size();) {
    const auto begin = at;
    const auto glyph = unicode::NextGlyph(term, at);
    if (glyph != unicode::Glyph::kLetter && glyph != unicode::Glyph::kUnspaced) return std::nullopt;
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(term[begin + i]); };
    switch (at - begin) {
      case 1:
        letters += static_cast<char16_t>(byte(0));
        break;
      case 2:
        letters += static_cast<char16_t>(((byte(0) & 0x1f) << 6) | (byte(1) & 0x3f));
        break;
      case 3:
        letters +=
            static_cast<char16_t>(((byte(0) & 0x0f) << 12) | ((byte(1) & 0x3f) << 6) | (byte(2) & 0x3f));
        break;
      default:
        return std::nullopt;
    }
  }
  return letters;
}

bool MayBeMistyped(std::size_t letters) {
  return letters >= Mistakes::kLettersMin && letters <= Mistakes::kLettersMax;
}

// The distances between the beginnings of a word and the path to a node.
class Distances {
 public:
  Distances(std::u16string_view word, std::size_t limit) : word_(word), limit_(limit) {
    for (std::size_t i = 0; i <= word_.size(); ++i) rows_[0][i] = static_cast<std::uint8_t>(i);
  }

  // The path's letter number `depth`, from 1 on; false when nothing below can be near enough.
  bool Step(std::size_t depth, char16_t letter) {
    path_[depth] = letter;
    auto& row = rows_[depth];
    const auto& above = rows_[depth - 1];
    row[0] = static_cast<std::uint8_t>(depth);
    std::size_t least = row[0];
    for (std::size_t i = 1; i <= word_.size(); ++i) {
      const bool same = word_[i - 1] == letter;
      std::size_t cost = std::min({above[i - 1] + (same ? 0u : 1u), above[i] + 1u, row[i - 1] + 1u});
      if (depth > 1 && i > 1 && word_[i - 2] == letter && word_[i - 1] == path_[depth - 1]) {
        cost = std::min<std::size_t>(cost, rows_[depth - 2][i - 2] + 1u);
      }
      row[i] = static_cast<std::uint8_t>(cost);
      least = std::min(least, cost);
    }
    // A swap looks two rows back, so the row above counts too.
    return least <= limit_ ||
           *std::min_element(above.begin(), above.begin() + std::ssize(word_) + 1) + 1u <= limit_;
  }
  std::size_t At(std::size_t depth) const { return rows_[depth][word_.size()]; }

 private:
  std::u16string_view word_;
  std::size_t limit_;
  std::array<Row, kPathMax + 1> rows_{};
  std::array<char16_t, kPathMax + 1> path_{};
};

}  // namespace

Mistakes::Mistakes(const std::vector<std::string_view>& terms) {
  struct Entry {
    std::u16string letters;
    std::uint32_t term;
  };
  std::vector<Entry> entries;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    auto letters = LettersOf(terms[i]);
    if (letters && MayBeMistyped(letters->size()))
      entries.push_back({*std::move(letters), static_cast<std::uint32_t>(i)});
  }
  std::ranges::sort(entries, {}, &Entry::letters);
  std::vector<std::uint32_t> open;  // the path to the node before
  std::u16string_view before;
  const auto close = [&](std::size_t depth) {
    while (open.size() > depth) {
      next_[open.back()] = static_cast<std::uint32_t>(letters_.size());
      open.pop_back();
    }
  };
  for (const auto& entry : entries) {
    const auto shared =
        static_cast<std::size_t>(std::ranges::mismatch(before, entry.letters).in1 - before.begin());
    close(shared);
    for (auto i = shared; i < entry.letters.size(); ++i) {
      open.push_back(static_cast<std::uint32_t>(letters_.size()));
      letters_.push_back(entry.letters[i]);
      next_.push_back(kNone);
      terms_.push_back(kNone);
    }
    terms_[open.back()] = entry.term;
    before = entry.letters;
  }
  close(0);
  letters_.shrink_to_fit();
  next_.shrink_to_fit();
  terms_.shrink_to_fit();
}

std::vector<Mistakes::Near> Mistakes::Of(std::string_view word, Budget& budget) const {
  std::vector<Near> found;
  const auto letters = LettersOf(word);
  if (!letters || !MayBeMistyped(letters->size())) return found;
  const std::size_t limit = letters->size() >= kLettersOfTwo ? 2 : 1;
  Distances distances(*letters, limit);
  std::array<std::uint32_t, kPathMax + 1> ends{};  // of what is below the path's nodes
  std::size_t depth = 0;
  for (std::uint32_t node = 0; node < letters_.size();) {
    budget.Spend(1);
    while (depth > 0 && node >= ends[depth]) --depth;
    if (!distances.Step(depth + 1, letters_[node])) {
      node = next_[node];
      continue;
    }
    ++depth;
    ends[depth] = next_[node];
    const auto distance = distances.At(depth);
    if (terms_[node] != kNone && distance > 0 && distance <= limit) {
      found.push_back({terms_[node], static_cast<std::uint32_t>(distance)});
    }
    ++node;
  }
  return found;
}

std::size_t Mistakes::Bytes() const {
  return letters_.capacity() * sizeof(char16_t) +
         (next_.capacity() + terms_.capacity()) * sizeof(std::uint32_t);
}

}  // namespace market::product::index
