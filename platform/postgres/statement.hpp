// A named SQL statement and the values that go with it.
//
// Statements are constants of a storage room:
//   constexpr Statement kGetOrder{"order.get", "SELECT state FROM orders WHERE id = $1 AND buyer_id = $2"};
// The name is the span name and the metric label; both views must live as long as the process. Values are
// encoded the moment they are given, so nothing refers to the caller's objects while a query is under way.
#pragma once
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/core/id.hpp"
#include "platform/core/money.hpp"

namespace market::postgres {

struct Statement {
  std::string_view name;
  std::string_view sql;
};

// A bytea value; text is std::string_view.
struct Bytes {
  std::string_view data;
};

namespace encode {

void Text(std::string& out, std::string_view value);
void Hex(std::string& out, Bytes value);
void Integer(std::string& out, std::int64_t value);
void Unsigned(std::string& out, std::uint64_t value);
void Real(std::string& out, double value);
void Moment(std::string& out, Time value);
void Quoted(std::string& out, std::string_view value);  // an array element in double quotes

}  // namespace encode

// The parameters of one execution, in one buffer. Null is std::nullopt or an empty optional.
// Throws std::invalid_argument for text with a NUL character, which PostgreSQL can't store.
class Parameters {
 public:
  template <class... Args>
  static Parameters Of(const Args&... args) {
    Parameters parameters;
    parameters.values_.reserve(sizeof...(Args));
    (parameters.Add(args), ...);
    return parameters;
  }

  template <class T>
  void Add(const T& value) {
    if constexpr (std::same_as<T, std::nullopt_t>) {
      values_.push_back({});
    } else if constexpr (IsOptional<T>::value) {
      value ? Add(*value) : Add(std::nullopt);
    } else if constexpr (std::same_as<T, Bytes>) {
      Close(Open(), value.data, Format::kBinary);
    } else {
      const std::size_t start = Open();
      if constexpr (IsArray<T>) {
        WriteArray(value);
      } else {
        Write(value);
      }
      Close(start, {}, Format::kText);
    }
  }

  std::size_t Size() const { return values_.size(); }
  bool IsNull(std::size_t index) const { return values_[index].length < 0; }
  bool IsBinary(std::size_t index) const { return values_[index].format == Format::kBinary; }
  int Length(std::size_t index) const { return values_[index].length; }
  // Zero-terminated; null for a null.
  const char* Data(std::size_t index) const {
    return IsNull(index) ? nullptr : buffer_.data() + values_[index].offset;
  }

 private:
  enum class Format : std::uint8_t { kText, kBinary };
  struct Value {
    std::size_t offset = 0;
    int length = -1;
    Format format = Format::kText;
  };

  template <class T>
  struct IsOptional : std::false_type {};
  template <class T>
  struct IsOptional<std::optional<T>> : std::true_type {};
  template <class T>
  struct IsId : std::false_type {};
  template <class Tag>
  struct IsId<Id<Tag>> : std::true_type {};
  template <class T>
  struct IsDuration : std::false_type {};
  template <class R, class P>
  struct IsDuration<std::chrono::duration<R, P>> : std::true_type {};
  template <class T>
  static constexpr bool IsArray =
      std::ranges::input_range<T> && !std::convertible_to<const T&, std::string_view>;

  template <class T>
  void Write(const T& value) {
    if constexpr (std::same_as<T, bool>) {
      buffer_.push_back(value ? 't' : 'f');
    } else if constexpr (std::signed_integral<T>) {
      encode::Integer(buffer_, value);
    } else if constexpr (std::unsigned_integral<T>) {
      encode::Unsigned(buffer_, value);
    } else if constexpr (std::floating_point<T>) {
      encode::Real(buffer_, value);
    } else if constexpr (std::same_as<T, Uuid>) {
      buffer_ += value.ToString();
    } else if constexpr (IsId<T>::value) {
      buffer_ += value.ToString();
    } else if constexpr (std::is_enum_v<T>) {  // its word, by the Name beside it (core/words.hpp)
      encode::Text(buffer_, Name(value));
    } else if constexpr (std::same_as<T, Currency>) {
      encode::Text(buffer_, value.Code());
    } else if constexpr (std::same_as<T, Time>) {
      encode::Moment(buffer_, value);
    } else if constexpr (IsDuration<T>::value) {  // an interval
      encode::Integer(buffer_, std::chrono::duration_cast<std::chrono::microseconds>(value).count());
      buffer_ += " microseconds";
    } else {
      static_assert(std::convertible_to<const T&, std::string_view>, "no encoding for this parameter type");
      encode::Text(buffer_, value);
    }
  }

  template <class T>
  void WriteElement(const T& value) {
    if constexpr (IsOptional<T>::value) {
      value ? WriteElement(*value) : void(buffer_ += "NULL");
    } else if constexpr (std::same_as<T, Bytes>) {
      buffer_ += "\"\\";
      encode::Hex(buffer_, value);
      buffer_.push_back('"');
    } else if constexpr (std::convertible_to<const T&, std::string_view>) {
      encode::Quoted(buffer_, value);
    } else if constexpr (std::same_as<T, Time>) {
      buffer_.push_back('"');
      Write(value);
      buffer_.push_back('"');
    } else {
      Write(value);
    }
  }

  template <class T>
  void WriteArray(const T& values) {
    buffer_.push_back('{');
    bool first = true;
    for (const auto& value : values) {
      if (!std::exchange(first, false)) buffer_.push_back(',');
      WriteElement(value);
    }
    buffer_.push_back('}');
  }

  std::size_t Open() const { return buffer_.size(); }
  void Close(std::size_t start, std::string_view rest, Format format);

  std::string buffer_;
  std::vector<Value> values_;
};

struct Query {
  Statement statement;
  Parameters parameters;
};

// Statements that travel together: one round trip, one transaction, results in the order of adding.
class Batch {
 public:
  Batch() = default;
  // The name under which the whole batch is measured; without it the first statement's.
  explicit Batch(std::string_view name) : name_(name) {}

  template <class... Args>
  Batch& Add(const Statement& statement, const Args&... args) {
    queries_.push_back({statement, Parameters::Of(args...)});
    return *this;
  }

  bool Empty() const { return queries_.empty(); }
  std::size_t Size() const { return queries_.size(); }
  std::string_view Name() const;
  std::vector<Query>& Queries() { return queries_; }

 private:
  std::string_view name_;
  std::vector<Query> queries_;
};

}  // namespace market::postgres
