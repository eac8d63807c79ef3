#include "gateway/names.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/transcoding/schema.hpp"
#include "marketplace/product/v1/product.market.hpp"

namespace market::gateway {
namespace {

namespace product = marketplace::product::v1;

bool Has(const std::vector<Name>& names, std::string_view id) {
  Names one;
  one.AddId(id);
  return std::ranges::binary_search(names, std::move(one).Sorted().front());
}

TEST(Names, AreTheIdsAtEveryDepth) {
  transcoding::Schemas schemas;
  const auto& schema = schemas.Add(product::SearchProductsResponse::descriptor());
  product::SearchProductsResponse page;
  auto& shown = *page.add_products();
  shown.set_id("P1");
  shown.set_title("a-title");
  shown.set_category_id("c1");
  shown.add_offers()->set_seller_id("s1");
  page.add_products()->set_id("p1");
  page.set_next_page_token("token");
  Names names;
  EXPECT_TRUE(names.AddAll(schema, page.SerializeAsString()));
  const auto sorted = std::move(names).Sorted();
  EXPECT_EQ(sorted.size(), 3U) << "an id has no case";
  for (const char* id : {"p1", "C1", "s1"}) EXPECT_TRUE(Has(sorted, id)) << id;
  EXPECT_FALSE(Has(sorted, "a-title") || Has(sorted, "token"));
}

TEST(Names, ListsOfIds_AreNames) {
  transcoding::Schemas schemas;
  const auto& schema = schemas.Add(product::GetOffersRequest::descriptor());
  product::GetOffersRequest request;
  request.add_offer_ids("o1");
  request.add_offer_ids("o2");
  Names names;
  EXPECT_TRUE(names.AddAll(schema, request.SerializeAsString()));
  const auto sorted = std::move(names).Sorted();
  EXPECT_TRUE(Has(sorted, "o1") && Has(sorted, "o2"));
}

TEST(Names, BytesThatAreNoMessage_AreTold) {
  transcoding::Schemas schemas;
  const auto& schema = schemas.Add(product::Product::descriptor());
  Names names;
  EXPECT_FALSE(names.AddAll(schema, "\x0a\x7f"));
}

TEST(Names, WordsAreNoIds) {
  Names names;
  names.AddWord("kind", "Category");
  const auto sorted = std::move(names).Sorted();
  EXPECT_FALSE(Has(sorted, "Category"));
  EXPECT_FALSE(Has(sorted, "kind"));
}

}  // namespace
}  // namespace market::gateway
