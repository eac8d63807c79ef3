#include "services/product/imports/row.hpp"

#include <algorithm>

#include "platform/core/utf8.hpp"

namespace market::product::imports {
namespace {

constexpr std::size_t kShownNameBytesMax = 64;

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool SameWord(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return Lower(x) == Lower(y); });
}

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && IsBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsBlank(text.back())) text.remove_suffix(1);
  return text;
}

// No database keeps a NUL, and nobody means the others.
bool HasControls(std::string_view text) {
  return std::ranges::any_of(
      text, [](char c) { return (static_cast<unsigned char>(c) < 0x20 && !IsBlank(c)) || c == '\x7f'; });
}

std::optional<std::string> Named(std::string_view prefix, std::string_view text) {
  if (text.size() <= prefix.size() || !SameWord(text.substr(0, prefix.size()), prefix)) return std::nullopt;
  const auto name = Trimmed(text.substr(prefix.size()));
  return name.empty() ? std::nullopt : std::optional(std::string(name));
}

// What people wrote is theirs; the rules of the contract say what becomes of it.
bool KeepsItsEnds(const Target& target) {
  return target.kind != Target::Kind::kCell || target.column == Column::kTitle ||
         target.column == Column::kDescription;
}

}  // namespace

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const auto length = Utf8SequenceLength(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

void AddFault(Row& row, Fault fault) {
  if (row.faults.size() < kFaultsMax) row.faults.push_back(std::move(fault));
}

std::optional<Target> TargetOf(std::string_view name) {
  name = Trimmed(name);
  for (std::size_t i = 0; i < kColumnNames.size(); ++i) {
    if (SameWord(name, kColumnNames[i])) return Target{.column = static_cast<Column>(i)};
  }
  if (auto attribute = Named(kAttributePrefix, name))
    return Target{.kind = Target::Kind::kAttribute, .name = std::move(*attribute)};
  if (auto option = Named(kOptionPrefix, name))
    return Target{.kind = Target::Kind::kOption, .name = std::move(*option)};
  return std::nullopt;
}

std::string NameOf(const Target& target) {
  switch (target.kind) {
    case Target::Kind::kCell:
      return std::string(NameOf(target.column));
    case Target::Kind::kAttribute:
      return std::string(kAttributePrefix) + target.name;
    case Target::Kind::kOption:
      return std::string(kOptionPrefix) + target.name;
  }
  return {};
}

void Put(Row& row, const Target& target, std::string text) {
  if (!IsUtf8(text) || HasControls(text)) {
    AddFault(row, {ToValidUtf8(NameOf(target), kShownNameBytesMax), "INVALID_TEXT",
                   "must be UTF-8 text without control characters"});
    return;
  }
  if (!KeepsItsEnds(target)) text = std::string(Trimmed(text));
  switch (target.kind) {
    case Target::Kind::kCell:
      row[target.column] = std::move(text);
      return;
    case Target::Kind::kAttribute:
      row.attributes.emplace_back(target.name, std::move(text));
      return;
    case Target::Kind::kOption:
      row.options.emplace_back(target.name, std::move(text));
      return;
  }
}

}  // namespace market::product::imports
