#include "platform/rpc/page.hpp"

#include <google/protobuf/wrappers.pb.h>
#include <gtest/gtest.h>

#include <string>

namespace market::rpc {
namespace {

using google::protobuf::StringValue;

// How many of rows that are so large find room; the page holds just those.
std::size_t Kept(int size, std::vector<std::size_t> rows) {
  google::protobuf::RepeatedPtrField<StringValue> page;
  const auto kept = FillPage(page, size, rows, [](std::size_t bytes) {
    StringValue value;
    value.set_value(std::string(bytes, 'x'));
    return value;
  });
  EXPECT_EQ(static_cast<std::size_t>(page.size()), kept);
  for (std::size_t i = 0; i < kept; ++i) EXPECT_EQ(page[static_cast<int>(i)].value().size(), rows[i]);
  return kept;
}

TEST(FillPage, EndsAtItsRows) {
  EXPECT_EQ(Kept(3, {1, 1, 1, 1}), 3u);
  EXPECT_EQ(Kept(3, {1, 1}), 2u);
  EXPECT_EQ(Kept(3, {}), 0u);
}

TEST(FillPage, EndsAtItsBytes) {
  constexpr std::size_t kThird = kPageBytes / 3 - 10;
  EXPECT_EQ(Kept(100, {kThird, kThird, kThird}), 3u);
  EXPECT_EQ(Kept(100, {kThird, kThird, kThird, kThird}), 3u);
  EXPECT_EQ(Kept(100, {kThird, kPageBytes, 1}), 1u);
}

TEST(FillPage, RowLargerThanAPage_ComesByItself) {
  EXPECT_EQ(Kept(100, {2 * kPageBytes, 1}), 1u);
  EXPECT_EQ(Kept(100, {1, 2 * kPageBytes, 1}), 1u);
}

}  // namespace
}  // namespace market::rpc
