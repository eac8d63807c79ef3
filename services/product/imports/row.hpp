// A row of a file of offers as it stands there, whichever way the file is written, and the names of its columns
// (docs/imports.md). Pure.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace market::product::imports {

// Limits of a file. A row holds what a product and an offer may have in their longest spelling.
inline constexpr std::size_t kRowBytesMax = 262'144;
inline constexpr std::int64_t kRowsMax = 100'000;
inline constexpr std::int64_t kFileBytesMax = 64LL * 1024 * 1024;

// What some programs begin a file in UTF-8 with.
inline constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// In the order in which they are written. Of attributes and options there is a column for each name.
enum class Column : std::uint8_t {
  kProduct,
  kTitle,
  kDescription,
  kCategory,
  kProductState,
  kSku,
  kPrice,
  kCurrency,
  kStock,
  kLowStockThreshold,
  kWeightGrams,
  kTaxClass,
  kState
};
inline constexpr std::array<std::string_view, 13> kColumnNames = {
    "product",  "title", "description",       "category",    "productState", "sku",  "price",
    "currency", "stock", "lowStockThreshold", "weightGrams", "taxClass",     "state"};
inline constexpr std::string_view kAttributePrefix = "attribute:";
inline constexpr std::string_view kOptionPrefix = "option:";

// What is wrong with a row, or with one cell of it: as in a refusal of the contract.
struct Fault {
  std::string column;  // empty: of the row
  std::string reason;
  std::string detail;
};

// A cell that is not there says nothing; one that is empty may say something (docs/imports.md).
struct Row {
  using Pairs = std::vector<std::pair<std::string, std::string>>;

  std::int64_t line = 0;  // in which it begins, from 1
  std::array<std::optional<std::string>, kColumnNames.size()> cells;
  Pairs attributes;
  Pairs options;
  std::vector<Fault> faults;  // for which it is refused unread

  std::optional<std::string>& operator[](Column column) { return cells[static_cast<std::size_t>(column)]; }
  const std::optional<std::string>& operator[](Column column) const {
    return cells[static_cast<std::size_t>(column)];
  }
  // Nothing where there is no such cell, too.
  std::string_view Text(Column column) const {
    const auto& cell = (*this)[column];
    return cell ? std::string_view(*cell) : std::string_view();
  }
  bool Says(Column column) const { return !Text(column).empty(); }
};

// Where a column leads: to a cell, or to the attribute or option `name`.
struct Target {
  enum class Kind : std::uint8_t { kCell, kAttribute, kOption };
  Kind kind = Kind::kCell;
  Column column = Column::kProduct;
  std::string name;
  bool operator==(const Target&) const = default;
};
// nullopt for a name that is none of a column. The case of letters does not count, but in names of attributes and options.
std::optional<Target> TargetOf(std::string_view name);
std::string NameOf(const Target& target);
inline std::string_view NameOf(Column column) { return kColumnNames[static_cast<std::size_t>(column)]; }

// Puts a text that came into its place; all but titles, descriptions, attributes and options without the white space at its
// ends. One that is not UTF-8, or has control characters, becomes a fault.
void Put(Row& row, const Target& target, std::string text);
// Of a row that has so many none is added.
inline constexpr std::size_t kFaultsMax = 5;
void AddFault(Row& row, Fault fault);
bool IsUtf8(std::string_view text);

// Where reading goes on: the row after this byte, whose line is at least this one.
struct Position {
  std::int64_t bytes = 0;
  std::int64_t line = 1;
  bool operator==(const Position&) const = default;
};

// The file as a whole can't be read any further.
struct Unreadable {
  std::int64_t line = 1;
  std::string detail;
};

}  // namespace market::product::imports
