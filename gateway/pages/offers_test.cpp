#include "gateway/pages/offers.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

namespace market::pages {
namespace {

array Offers(std::string_view json) { return boost::json::parse(json).as_array(); }

TEST(Offers, APageBeginsWithTheCheapestThatCanBeBought) {
  const auto offers = Offers(R"([
    {"id": "gone", "price": {"amount": 1}, "available": 0, "options": {}},
    {"id": "dear", "price": {"amount": 9}, "available": 1, "options": {}},
    {"id": "cheap", "price": {"amount": 5}, "available": 1, "options": {}}])");
  EXPECT_EQ(TextIn(*FirstOf(offers), "id"), "cheap");
  EXPECT_EQ(FirstOf({}), nullptr);
}

TEST(Offers, OptionsStandInTheirOrder) {
  const auto offers = Offers(R"([
    {"options": {"size": "XL", "length": "20 cm", "colour": "red"}},
    {"options": {"size": "S", "length": "5 cm", "colour": "blue"}}])");
  const auto options = OptionsOf(offers);
  ASSERT_EQ(options.size(), 3U);
  EXPECT_EQ(options[0].values, (std::vector<std::string_view>{"S", "XL"}));
  EXPECT_EQ(options[1].values, (std::vector<std::string_view>{"5 cm", "20 cm"}));
  EXPECT_EQ(options[2].values, (std::vector<std::string_view>{"red", "blue"}));
}

TEST(Offers, AValueThatLeadsToNothingSaysSo) {
  const auto offers = Offers(R"([
    {"options": {"size": "S", "colour": "red"}, "available": 1, "price": {"amount": 1}},
    {"options": {"size": "M", "colour": "red"}, "available": 0, "price": {"amount": 1}},
    {"options": {"size": "L", "colour": "blue"}, "available": 3, "price": {"amount": 1}}])");
  const auto& chosen = ObjectOf(offers[0]);
  EXPECT_TRUE(IsThere(offers, chosen, "size", "L"));
  EXPECT_FALSE(IsThere(offers, chosen, "size", "M"));
}

TEST(Offers, RivalsSellTheVerySame) {
  const auto offers = Offers(R"([
    {"id": "own", "sellerId": "a", "options": {"size": "S"}, "available": 1, "price": {"amount": 5}},
    {"id": "dear", "sellerId": "b", "options": {"size": "S"}, "available": 1, "price": {"amount": 9}},
    {"id": "cheap", "sellerId": "c", "options": {"size": "S"}, "available": 1, "price": {"amount": 6}},
    {"id": "gone", "sellerId": "d", "options": {"size": "S"}, "available": 0, "price": {"amount": 1}},
    {"id": "other", "sellerId": "e", "options": {"size": "L"}, "available": 1, "price": {"amount": 1}}])");
  const auto rivals = RivalsOf(offers, ObjectOf(offers[0]));
  ASSERT_EQ(rivals.size(), 2U);
  EXPECT_EQ(TextIn(*rivals[0], "id"), "cheap");
  EXPECT_EQ(TextIn(*rivals[1], "id"), "dear");
}

}  // namespace
}  // namespace market::pages
