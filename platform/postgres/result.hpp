// What a statement returned: rows and columns by number, values read as the type the caller knows they have.
//
// Reading a null as a value, or a value as what it is not, throws std::logic_error: the SQL and the code
// disagree. A Row and the views it gives are valid while its Result lives.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/core/id.hpp"

struct pg_result;

namespace market::postgres {

class Row {
 public:
  Row(const pg_result* result, std::size_t row) : result_(result), row_(static_cast<int>(row)) {}

  bool IsNull(std::size_t column) const;
  std::int64_t Int(std::size_t column) const;
  double Real(std::size_t column) const;
  bool GetBool(std::size_t column) const;
  std::string_view Text(std::size_t column) const;
  std::string GetBytes(std::size_t column) const;
  Uuid GetUuid(std::size_t column) const;
  Time GetTime(std::size_t column) const;
  template <class SomeId>
  SomeId GetId(std::size_t column) const {
    return SomeId(GetUuid(column));
  }

  std::optional<std::int64_t> OptionalInt(std::size_t column) const;
  std::optional<bool> OptionalBool(std::size_t column) const;
  std::optional<std::string_view> OptionalText(std::size_t column) const;
  std::optional<std::string> OptionalBytes(std::size_t column) const;
  std::optional<Uuid> OptionalUuid(std::size_t column) const;
  std::optional<Time> OptionalTime(std::size_t column) const;
  template <class SomeId>
  std::optional<SomeId> OptionalId(std::size_t column) const {
    return IsNull(column) ? std::nullopt : std::optional(GetId<SomeId>(column));
  }

  // One-dimensional arrays; a null element throws, except in OptionalTextArray.
  std::vector<std::string> TextArray(std::size_t column) const;
  std::vector<std::optional<std::string>> OptionalTextArray(std::size_t column) const;
  std::vector<std::int64_t> IntArray(std::size_t column) const;
  std::vector<Uuid> UuidArray(std::size_t column) const;

 private:
  std::string_view Value(std::size_t column) const;
  [[noreturn]] void Throw(std::size_t column, std::string_view what) const;

  const pg_result* result_;
  int row_;
};

class Result {
 public:
  class Iterator {
   public:
    using value_type = Row;
    using difference_type = std::ptrdiff_t;
    Iterator() = default;
    Iterator(const pg_result* result, std::size_t row) : result_(result), row_(row) {}
    Row operator*() const { return Row(result_, row_); }
    Iterator& operator++() {
      ++row_;
      return *this;
    }
    Iterator operator++(int) {
      Iterator old = *this;
      ++row_;
      return old;
    }
    bool operator==(const Iterator& other) const { return row_ == other.row_; }

   private:
    const pg_result* result_ = nullptr;
    std::size_t row_ = 0;
  };

  Result() = default;
  explicit Result(pg_result* owned) : result_(owned) {}

  std::size_t size() const;
  bool empty() const { return size() == 0; }
  Iterator begin() const { return Iterator(result_.get(), 0); }
  Iterator end() const { return Iterator(result_.get(), size()); }
  Row operator[](std::size_t row) const;
  // The only row; throws std::logic_error when there is none or a second one.
  Row One() const;
  std::optional<Row> First() const { return empty() ? std::nullopt : std::optional((*this)[0]); }
  std::int64_t AffectedRows() const;
  // "INSERT 0 1", "COMMIT".
  std::string_view Tag() const;

 private:
  struct Clear {
    void operator()(pg_result* result) const;
  };
  std::unique_ptr<pg_result, Clear> result_;
};

}  // namespace market::postgres
