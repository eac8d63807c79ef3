// Internal to the room: values from PostgreSQL's text forms; encode (statement.hpp) is the other way.
// Each throws std::invalid_argument that says what the text is not. Any thread.
#pragma once
#include <concepts>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/core/id.hpp"
#include "platform/core/money.hpp"

namespace market::postgres::decode {

bool Boolean(std::string_view text);
std::int64_t Integer(std::string_view text);
double Real(std::string_view text);
std::string Bytes(std::string_view text);
Uuid Identifier(std::string_view text);
Time Moment(std::string_view text);

// The elements of a one-dimensional array, one after the other.
class Elements {
 public:
  explicit Elements(std::string_view text);
  bool Next();
  // Of the last Next that was true, until the next one; nothing for a null.
  const std::optional<std::string_view>& Value() const { return value_; }

 private:
  void Quoted();
  void Bare();

  std::string_view rest_;
  bool first_ = true;
  std::optional<std::string_view> value_;
  std::string unescaped_;
};

template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;
template <class T>
inline constexpr bool kIsVector = false;
template <class T>
inline constexpr bool kIsVector<std::vector<T>> = true;
template <class T>
inline constexpr bool kIsId = false;
template <class Tag>
inline constexpr bool kIsId<Id<Tag>> = true;

// No array and no null.
template <class V>
V Scalar(std::string_view text) {
  if constexpr (std::same_as<V, bool>) {
    return Boolean(text);
  } else if constexpr (std::integral<V>) {
    const auto value = Integer(text);
    if (!std::in_range<V>(value)) throw std::invalid_argument("an integer out of range");
    return static_cast<V>(value);
  } else if constexpr (std::same_as<V, double>) {
    return Real(text);
  } else if constexpr (std::same_as<V, std::string> || std::same_as<V, std::string_view>) {
    return V(text);
  } else if constexpr (std::same_as<V, Uuid>) {
    return Identifier(text);
  } else if constexpr (kIsId<V>) {
    return V(Identifier(text));
  } else if constexpr (std::same_as<V, Time>) {
    return Moment(text);
  } else if constexpr (std::same_as<V, Currency>) {
    return Currency::Parse(text);
  } else {
    static_assert(std::is_enum_v<V>, "no column is read as this type");
    V value{};
    FromText(text, value);  // found beside the enumeration
    return value;
  }
}

template <class V>
std::vector<V> Array(std::string_view text) {
  static_assert(!std::same_as<V, std::string_view>, "an element does not outlive its reading");
  std::vector<V> values;
  for (Elements elements(text); elements.Next();) {
    const auto& element = elements.Value();
    if constexpr (kIsOptional<V>) {
      element ? void(values.push_back(Scalar<typename V::value_type>(*element)))
              : void(values.emplace_back());
    } else {
      if (!element) throw std::invalid_argument("a null element");
      values.push_back(Scalar<V>(*element));
    }
  }
  return values;
}

}  // namespace market::postgres::decode
