// One list of columns per type of row: it is the SELECT list of the statements and the reader of their rows,
// so that the text and the code that reads it can't drift apart.
//
//   inline constexpr Columns kAddress{Column{"o.city", &domain::Address::city}, ...};
//   inline constexpr Columns kOrder{
//       Column{"o.id", &domain::Order::id},
//       Column{"o.total_minor", &domain::Order::total, &Money::minor},         // a member of a member
//       Column{"s.amounts", &domain::Order::parts, &domain::Part::amount},     // an array: one per entry
//       Column{"o.note", [](domain::Order& order, std::string_view note) {...}},  // or (Order&) -> Member&
//       Inside{&domain::Order::address, kAddress}};                            // another list's columns
//
//   constexpr ComposedStatement kFind{"order.find", "SELECT " + kOrder + " FROM orders o WHERE o.id = $1"};
//   const auto order = kOrder.ReadAtMostOne(co_await database.Read(work, kFind, id));
//
// The type of the member, or of what the setter takes, decides how a column is read (Row::Get): bool,
// integers (one that does not fit throws), double, std::string, std::string_view (valid while the Result is),
// Uuid, Id, Time, Currency, an enumeration with FromText (core/words.hpp), std::optional of one, std::vector
// of one (an array; a null element throws unless it is optional). What fills one member of all entries of a
// vector takes a null array for none, and arrays of different lengths throw.
//
// A list may stand in another one: as it is, of the same type of row, or Inside a member. Statements that
// return what they wrote name the same list after RETURNING.
//
// Throws std::logic_error where SQL and code disagree: a null, a word that is none, another number of
// columns. Any thread. Nothing is allocated but what the values need.
#pragma once
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "platform/postgres/result.hpp"
#include "platform/postgres/sql.hpp"

namespace market::postgres {
namespace internal {

template <class Function>
struct FunctionTraits : FunctionTraits<decltype(&Function::operator())> {};
template <class R, class T>
struct FunctionTraits<R (*)(T&)> {
  using Type = T;
  using Member = R;
};
template <class T, class V>
struct FunctionTraits<void (*)(T&, V)> {
  using Type = T;
  using Value = std::remove_cvref_t<V>;
};
template <class F, class R, class... Args>
struct FunctionTraits<R (F::*)(Args...) const> : FunctionTraits<R (*)(Args...)> {};

// How a column gets into a T: Set reads it from the row. A function, unless it is one of those below.
template <class Function>
struct AccessTraits {
  using Traits = FunctionTraits<Function>;
  using Type = typename Traits::Type;
  static void Set(const Function& function, Type& value, const Row& row, std::size_t at) {
    if constexpr (requires { typename Traits::Value; }) {
      function(value, row.Get<typename Traits::Value>(at));
    } else {
      static_assert(std::is_lvalue_reference_v<typename Traits::Member>, "a getter gives a reference");
      function(value) = row.Get<std::remove_reference_t<typename Traits::Member>>(at);
    }
  }
};

template <class T, class M>
struct AccessTraits<M T::*> {
  using Type = T;
  static void Set(M T::* member, T& value, const Row& row, std::size_t at) { value.*member = row.Get<M>(at); }
};

template <class T, class M, class V>
struct Path {
  M T::* outer;
  V M::* inner;
};
template <class T, class M, class V>
struct AccessTraits<Path<T, M, V>> {
  using Type = T;
  static void Set(const Path<T, M, V>& path, T& value, const Row& row, std::size_t at) {
    value.*path.outer.*path.inner = row.Get<V>(at);
  }
};

template <class T, class E, class V>
struct Entries {
  std::vector<E> T::* entries;
  V E::* member;
};
template <class T, class E, class V>
struct AccessTraits<Entries<T, E, V>> {
  using Type = T;
  static void Set(const Entries<T, E, V>& path, T& value, const Row& row, std::size_t at) {
    auto& entries = value.*path.entries;
    auto values = row.Get<std::optional<std::vector<V>>>(at).value_or(std::vector<V>());
    if (entries.empty()) entries.resize(values.size());
    if (entries.size() != values.size()) row.Throw(at, "has another length than the array before it");
    for (std::size_t i = 0; i < values.size(); ++i) entries[i].*path.member = std::move(values[i]);
  }
};

}  // namespace internal

template <std::size_t N, class Access>
class Column {
 public:
  using Type = typename internal::AccessTraits<Access>::Type;
  static constexpr std::size_t kCount = 1;

  constexpr Column(const char (&sql)[N + 1], Access access) : text_(sql), access_(access) {}
  constexpr Column(const Sql<N>& sql, Access access) : text_(sql), access_(access) {}
  // A member of a member; and of the entries of a vector, whose values come as one array.
  template <class T, class M, class V>
  constexpr Column(const char (&sql)[N + 1], M T::* outer, V M::* inner)
      : text_(sql), access_{outer, inner} {}
  template <class T, class E, class V>
  constexpr Column(const char (&sql)[N + 1], std::vector<E> T::* entries, V E::* member)
      : text_(sql), access_{entries, member} {}

  constexpr const Sql<N>& Text() const { return text_; }
  void ReadInto(Type& value, const Row& row, std::size_t at) const {
    internal::AccessTraits<Access>::Set(access_, value, row, at);
  }

 private:
  Sql<N> text_;
  Access access_;
};
template <std::size_t N, class Access>
Column(const char (&)[N], Access) -> Column<N - 1, Access>;
template <std::size_t N, class Access>
Column(const Sql<N>&, Access) -> Column<N, Access>;
template <std::size_t N, class T, class M, class V>
Column(const char (&)[N], M T::*, V M::*) -> Column<N - 1, internal::Path<T, M, V>>;
template <std::size_t N, class T, class E, class V>
Column(const char (&)[N], std::vector<E> T::*, V E::*) -> Column<N - 1, internal::Entries<T, E, V>>;

// `Items` are Column, Inside and Columns, all of one type of row.
template <class... Items>
class Columns {
 public:
  using Type = typename std::tuple_element_t<0, std::tuple<Items...>>::Type;
  static_assert((std::is_same_v<Type, typename Items::Type> && ...), "the columns of one type of row");
  static constexpr std::size_t kCount = (Items::kCount + ...);

  constexpr Columns(const Items&... items) : items_(items...), text_(Joined(items...)) {}

  // "o.id, o.city".
  constexpr const auto& Text() const { return text_; }

  // A row of exactly these columns.
  Type Read(const Row& row) const {
    RequireCount(row.Size());
    return Read(row, 0);
  }
  Type ReadOne(const Result& rows) const { return Read(rows.One()); }
  // Nothing when there is none; throws std::logic_error for a second one.
  std::optional<Type> ReadAtMostOne(const Result& rows) const {
    return rows.empty() ? std::nullopt : std::optional<Type>(Read(rows.One()));
  }
  std::vector<Type> ReadAll(const Result& rows) const {
    std::vector<Type> values;
    values.reserve(rows.size());
    for (const auto row : rows) ReadInto(values.emplace_back(), row);
    return values;
  }
  void ReadInto(Type& value, const Row& row) const {
    RequireCount(row.Size());
    ReadInto(value, row, 0);
  }

  // A part of a longer row: these columns from `first` on. `value` is as it was made.
  Type Read(const Row& row, std::size_t first) const {
    Type value{};
    ReadInto(value, row, first);
    return value;
  }
  void ReadInto(Type& value, const Row& row, std::size_t first) const {
    std::apply(
        [&](const Items&... items) {
          std::size_t at = first;
          ((items.ReadInto(value, row, at), at += Items::kCount), ...);
        },
        items_);
  }

 private:
  template <class First>
  static constexpr auto Joined(const First& first) {
    return first.Text();
  }
  template <class First, class... Rest>
  static constexpr auto Joined(const First& first, const Rest&... rest) {
    return first.Text() + ", " + Joined(rest...);
  }
  static void RequireCount(std::size_t found) {
    if (found != kCount) {
      throw std::logic_error("a row of " + std::to_string(found) + " columns for a list of " +
                             std::to_string(kCount));
    }
  }

  std::tuple<Items...> items_;
  decltype(Joined(std::declval<const Items&>()...)) text_;
};

// The columns of a list that fill one member of the row's type.
template <class T, class Member, class... Items>
class Inside {
 public:
  using Type = T;
  static constexpr std::size_t kCount = Columns<Items...>::kCount;

  constexpr Inside(Member T::* member, const Columns<Items...>& columns)
      : member_(member), columns_(columns) {}

  constexpr const auto& Text() const { return columns_.Text(); }
  void ReadInto(T& value, const Row& row, std::size_t at) const {
    columns_.ReadInto(value.*member_, row, at);
  }

 private:
  Member T::* member_;
  Columns<Items...> columns_;
};

}  // namespace market::postgres
