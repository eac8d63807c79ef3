#include "tools/check_invariants/rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace market::invariants {
namespace {

using testing::HasSubstr;

TEST(Rules, EachHasANameOfItsOwnAndASentence) {
  std::set<std::string_view> ids;
  for (const auto& [id, where, what] : Rules()) {
    EXPECT_TRUE(ids.insert(id).second) << id;
    EXPECT_FALSE(where.empty()) << id;
    EXPECT_GT(what.size(), 15u) << id;
    EXPECT_EQ(what.find('|'), what.npos) << id << ": it is a cell of a table";
  }
  EXPECT_TRUE(ids.contains("O1") && ids.contains("X15"));
}

TEST(Rules, AreFoundByName) {
  EXPECT_EQ(WhatOf("O1"), "an order costs what its parts cost");
  EXPECT_THAT(WhatOf("X14"), HasSubstr("waits for its payment"));
  EXPECT_THROW(WhatOf("X99"), std::out_of_range);
}

TEST(Rules, AreOneRowEachOfATable) {
  EXPECT_THAT(RulesAsMarkdown(), HasSubstr("\n| O1 | order | an order costs what its parts cost |\n"));
}

}  // namespace
}  // namespace market::invariants
