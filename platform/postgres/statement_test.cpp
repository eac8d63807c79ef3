#include "platform/postgres/statement.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace market::postgres {
namespace {

using namespace std::chrono_literals;

template <class T>
std::string Encoded(const T& value) {
  return Parameters::Of(value).Data(0);
}

TEST(Parameters, Scalars_AreTextAsPostgresReadsIt) {
  EXPECT_EQ(Encoded(-7), "-7");
  EXPECT_EQ(Encoded(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(Encoded(18'446'744'073'709'551'615ULL), "18446744073709551615");
  EXPECT_EQ(Encoded(true), "t");
  EXPECT_EQ(Encoded(std::string_view("a'b")), "a'b");
  EXPECT_EQ(Encoded("literal"), "literal");
  EXPECT_EQ(Encoded(0.5), "0.5");
  EXPECT_EQ(Encoded(1500ms), "1500000 microseconds");
  const auto id = AccountId::New();
  EXPECT_EQ(Encoded(id), id.ToString());
  EXPECT_EQ(Encoded(Time(std::chrono::sys_days(std::chrono::year(2024) / 2 / 29)) + 3723s + 45us),
            "2024-02-29 01:02:03.000045+00");
}

TEST(Parameters, Nulls_HaveNoData) {
  const auto parameters = Parameters::Of(std::nullopt, std::optional<int>(), std::optional<std::string>("x"));
  ASSERT_EQ(parameters.Size(), 3u);
  EXPECT_EQ(parameters.Data(0), nullptr);
  EXPECT_TRUE(parameters.IsNull(1));
  EXPECT_STREQ(parameters.Data(2), "x");
}

TEST(Parameters, Arrays_AreQuotedWhereNeeded) {
  EXPECT_EQ(Encoded(std::vector<int>{}), "{}");
  EXPECT_EQ(Encoded(std::vector<int>{1, -2}), "{1,-2}");
  EXPECT_EQ(Encoded(std::vector<std::string>{"a", "", "NULL", R"(q"\,})"}), R"({"a","","NULL","q\"\\,}"})");
  EXPECT_EQ(Encoded(std::vector<std::optional<std::string>>{std::nullopt, "x"}), R"({NULL,"x"})");
  EXPECT_EQ(Encoded(std::vector<Bytes>{Bytes{"\x01\xff"}}), R"({"\\x01ff"})");
}

TEST(Parameters, Bytes_AreBinaryAndMayHoldNul) {
  const auto parameters = Parameters::Of(Bytes{std::string_view("a\0b", 3)});
  EXPECT_TRUE(parameters.IsBinary(0));
  EXPECT_EQ(parameters.Length(0), 3);
}

TEST(Parameters, TextWithNul_IsRefused) {
  EXPECT_THROW(Parameters::Of(std::string_view("a\0b", 3)), std::invalid_argument);
  EXPECT_THROW(Parameters::Of(std::vector<std::string>{std::string("\0", 1)}), std::invalid_argument);
}

TEST(Batch, Name_IsTheFirstStatementsUnlessGiven) {
  EXPECT_EQ(Batch().Add({"a", "SELECT 1"}).Add({"b", "SELECT 2"}).Name(), "a");
  EXPECT_EQ(Batch("both").Add({"a", "SELECT 1"}).Name(), "both");
}

}  // namespace
}  // namespace market::postgres
