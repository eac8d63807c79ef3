// What a statement returned: rows and columns by number, values read as the type the caller knows they have.
// Storage rooms read through a list of columns instead (columns.hpp).
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
#include "platform/postgres/decode.hpp"

struct pg_result;

namespace market::postgres {

class Row {
 public:
  Row(const pg_result* result, std::size_t row) : result_(result), row_(static_cast<int>(row)) {}

  std::size_t Size() const;  // columns
  bool IsNull(std::size_t column) const;

  // As the header of the room's lists says (columns.hpp): a scalar, std::optional of it, std::vector of it.
  template <class V>
  V Get(std::size_t column) const {
    if constexpr (decode::kIsOptional<V>) {
      return IsNull(column) ? V() : V(Get<typename V::value_type>(column));
    } else {
      const auto text = Text(column);
      try {
        if constexpr (decode::kIsVector<V>) {
          return decode::Array<typename V::value_type>(text);
        } else {
          return decode::Scalar<V>(text);
        }
      } catch (const std::exception& error) {
        Throw(column, error.what());
      }
    }
  }

  std::string_view Text(std::size_t column) const;
  std::string GetBytes(std::size_t column) const;
  std::int64_t Int(std::size_t column) const { return Get<std::int64_t>(column); }
  double Real(std::size_t column) const { return Get<double>(column); }
  bool GetBool(std::size_t column) const { return Get<bool>(column); }
  Uuid GetUuid(std::size_t column) const { return Get<Uuid>(column); }
  Time GetTime(std::size_t column) const { return Get<Time>(column); }
  template <class SomeId>
  SomeId GetId(std::size_t column) const {
    return Get<SomeId>(column);
  }

  std::optional<std::int64_t> OptionalInt(std::size_t column) const {
    return Get<std::optional<std::int64_t>>(column);
  }
  std::optional<bool> OptionalBool(std::size_t column) const { return Get<std::optional<bool>>(column); }
  std::optional<std::string_view> OptionalText(std::size_t column) const {
    return Get<std::optional<std::string_view>>(column);
  }
  std::optional<std::string> OptionalBytes(std::size_t column) const;
  std::optional<Uuid> OptionalUuid(std::size_t column) const { return Get<std::optional<Uuid>>(column); }
  std::optional<Time> OptionalTime(std::size_t column) const { return Get<std::optional<Time>>(column); }
  template <class SomeId>
  std::optional<SomeId> OptionalId(std::size_t column) const {
    return Get<std::optional<SomeId>>(column);
  }

  // One-dimensional arrays; a null element throws, except in OptionalTextArray.
  std::vector<std::string> TextArray(std::size_t column) const {
    return Get<std::vector<std::string>>(column);
  }
  std::vector<std::optional<std::string>> OptionalTextArray(std::size_t column) const {
    return Get<std::vector<std::optional<std::string>>>(column);
  }
  std::vector<std::int64_t> IntArray(std::size_t column) const {
    return Get<std::vector<std::int64_t>>(column);
  }
  std::vector<Uuid> UuidArray(std::size_t column) const { return Get<std::vector<Uuid>>(column); }

  // std::logic_error that names the column.
  [[noreturn]] void Throw(std::size_t column, std::string_view what) const;

 private:
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
