#include "services/product/domain/languages.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace market::product::domain {
namespace {

using Tags = std::vector<std::string>;

TEST(Chosen, IsTheFirstWantedThatThereIs) {
  EXPECT_EQ(Chosen(Tags{"ru-RU", "ru", "en"}, Tags{"en", "de", "ru"}), "ru");
  EXPECT_EQ(Chosen(Tags{"de", "en"}, Tags{"en", "de"}), "de");
  EXPECT_EQ(Chosen(Tags{"zh-Hant", "zh"}, Tags{"zh-Hans", "zh-Hant"}), "zh-Hant");
}

TEST(Chosen, NobodyGuesses) {
  EXPECT_EQ(Chosen(Tags{"zh"}, Tags{"zh-Hans"}), std::nullopt);
  EXPECT_EQ(Chosen(Tags{}, Tags{"en"}), std::nullopt);
  EXPECT_EQ(Chosen(Tags{"en"}, Tags{}), std::nullopt);
}

}  // namespace
}  // namespace market::product::domain
