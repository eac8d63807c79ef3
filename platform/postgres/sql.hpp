// SQL that is put together while compiling: pieces of a known size, and the statement that owns its text.
//
//   constexpr Sql kOfOperation{"(SELECT id FROM orders WHERE operation_id = $1)"};
//   constexpr ComposedStatement kFind{"order.by_operation",
//                                     "SELECT " + kOrder + " FROM orders o WHERE o.id = " + kOfOperation};
//
// A piece is an Sql, a literal, or a list of columns (columns.hpp); at least one side of a + is no literal.
// Composed statements are constants at namespace scope (or static): a Statement refers to the text inside.
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "platform/postgres/statement.hpp"

namespace market::postgres {

template <std::size_t N>
struct Sql {
  std::array<char, N + 1> text{};

  constexpr Sql() = default;
  constexpr Sql(const char (&literal)[N + 1]) { std::copy_n(literal, N, text.begin()); }

  constexpr std::string_view View() const { return {text.data(), N}; }
};
template <std::size_t N>
Sql(const char (&)[N]) -> Sql<N - 1>;

template <std::size_t N>
constexpr const Sql<N>& SqlOf(const Sql<N>& sql) {
  return sql;
}
template <std::size_t N>
constexpr Sql<N - 1> SqlOf(const char (&literal)[N]) {
  return Sql<N - 1>(literal);
}
// What has an SQL text of its own, as a list of columns.
template <class T>
  requires requires(const T& piece) { piece.Text(); }
constexpr const auto& SqlOf(const T& piece) {
  return piece.Text();
}

template <std::size_t A, std::size_t B>
constexpr Sql<A + B> Concatenated(const Sql<A>& a, const Sql<B>& b) {
  Sql<A + B> sum;
  std::copy_n(a.text.begin(), A, sum.text.begin());
  std::copy_n(b.text.begin(), B, sum.text.begin() + A);
  return sum;
}

template <class A, class B>
constexpr auto operator+(const A& a, const B& b) -> decltype(Concatenated(SqlOf(a), SqlOf(b))) {
  return Concatenated(SqlOf(a), SqlOf(b));
}

template <std::size_t N>
struct ComposedStatement {
  std::string_view name;
  Sql<N> sql;

  constexpr operator Statement() const& { return {name, sql.View()}; }
  constexpr operator Statement() && = delete;
};
template <std::size_t N>
ComposedStatement(std::string_view, Sql<N>) -> ComposedStatement<N>;
template <std::size_t N>
ComposedStatement(const char*, Sql<N>) -> ComposedStatement<N>;

}  // namespace market::postgres
