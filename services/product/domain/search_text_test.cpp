#include "services/product/domain/search_text.hpp"

#include <gtest/gtest.h>

namespace market::product::domain {
namespace {

TEST(PrefixQuery_Words, WantsAllAsPrefixes) {
  EXPECT_EQ(PrefixQuery("  Difference  eng"), "'Difference':* & 'eng':*");
  EXPECT_EQ(PrefixQuery("größe-42"), "'größe':* & '42':*");
}

TEST(PrefixQuery_OperatorsAndQuotes, OnlySeparate) {
  EXPECT_EQ(PrefixQuery("a' | !(b):*\\ & c<->d"), "'a':* & 'b':* & 'c':* & 'd':*");
}

TEST(PrefixQuery_NoWord, IsNothing) {
  EXPECT_EQ(PrefixQuery(""), std::nullopt);
  EXPECT_EQ(PrefixQuery(" ' & :* "), std::nullopt);
}

TEST(PrefixQuery_ManyWords, KeepsTen) {
  EXPECT_EQ(PrefixQuery("1 2 3 4 5 6 7 8 9 10 11"),
            "'1':* & '2':* & '3':* & '4':* & '5':* & '6':* & '7':* & '8':* & '9':* & '10':*");
}

}  // namespace
}  // namespace market::product::domain
