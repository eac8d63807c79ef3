#include "services/product/storage/personal_data.hpp"

#include <gtest/gtest.h>

#include "services/product/testing/stores.hpp"

namespace market::product::storage {
namespace {

TEST(ProductPersonalData, ActsAreTold_AndOwnKeysGo) {
  WithStores([](Stores& stores) -> Task<> {
    PersonalData personal_data(stores.database, stores.reviews);
    const auto ada = AccountId::New();
    const auto id = ada.ToString();
    Sql("INSERT INTO idempotency_key (principal, method, key, fingerprint, operation_id, fence, "
        "leased_until, "
        "expires_at, answer) SELECT p, 'm', 'k', '', gen_random_uuid(), 1, market_now(), market_now(), 'x' "
        "FROM unnest(ARRAY['" +
        id + "', 'somebody else']) AS p");
    for (int i = 0; i < 2; ++i) co_await personal_data.Erase(Soon(), ada);
    EXPECT_EQ(Sql("SELECT string_agg(principal, ' ') FROM idempotency_key WHERE method = 'm'"),
              "somebody else");

    market::personal_data::Request ask;
    ask.set_account_id(id);
    const auto told = co_await personal_data.Export(Soon(), ask);
    EXPECT_EQ(told.size(), 1u) << "that it was erased, once";
    EXPECT_EQ(told.at(0).kind, "act");
  });
}

TEST(ProductPersonalData, ReviewsGo_AndReportsForgetWhoMadeThem) {
  WithStores([](Stores& stores) -> Task<> {
    PersonalData personal_data(stores.database, stores.reviews);
    const auto ada = AccountId::New();
    const auto shop = co_await OpenShop(stores);
    const auto product = domain::ProductId::From((co_await Put(stores, shop, ProductOf(shop, "Told"))).id());
    const auto review = co_await stores.reviews.Create(
        Soon(),
        {.id = domain::ReviewId::New(),
         .line = domain::LineId::New(),
         .order = domain::OrderId::New(),
         .product = product,
         .offer = domain::OfferId::New(),
         .seller = shop.seller,
         .author = ada,
         .opinion = {
             .rating = 4, .title = "Round", .text = "It turns.", .language = "en", .author_name = "Ada"}});
    const auto report = co_await stores.reports.AddOfProduct(Soon(), product,
                                                             {.id = domain::ReportId::New(),
                                                              .reason = domain::ReportReason::kOther,
                                                              .text = "Hm.",
                                                              .contact_email = "ada@example.test",
                                                              .account = ada,
                                                              .caller = ada.ToString()});
    market::personal_data::Request ask;
    ask.set_account_id(ada.ToString());
    std::string told;
    for (const auto& record : co_await personal_data.Export(Soon(), ask)) {
      told += record.kind + ':';
      for (const auto& value : record.values) told += value + ' ';
    }
    for (const std::string word :
         {"review:", "Round", "It turns.", "Ada", "content report:", "Hm.", "ada@example.test"})
      EXPECT_TRUE(told.contains(word)) << word;

    Sql("INSERT INTO idempotency_key (principal, method, key, fingerprint, operation_id, fence, "
        "leased_until, "
        "expires_at, answer) SELECT 'a shop', n, 'k', '', gen_random_uuid(), 1, market_now(), market_now(), "
        "convert_to(n, 'UTF8') "
        "FROM unnest(ARRAY['" +
        review.id.ToString() + "', '" + ada.ToString() + "', 'of others']) AS n");
    const auto limits = Sql("SELECT count(*) FROM report_limit");
    for (int i = 0; i < 2; ++i) co_await personal_data.Erase(Soon(), ada);
    EXPECT_EQ(Sql("SELECT count(*) FROM review WHERE id = '" + review.id.ToString() + "'"), "0");
    EXPECT_EQ(Sql("SELECT rating_count FROM product WHERE id = '" + product.ToString() + "'"), "0");
    EXPECT_EQ(Sql("SELECT text || contact_email || (account_id IS NULL) FROM content_report WHERE id = '" +
                  report.id.ToString() + "'"),
              "Hm.true");
    EXPECT_EQ(std::stoi(Sql("SELECT count(*) FROM report_limit")), std::stoi(limits) - 1);
    EXPECT_EQ(Sql("SELECT string_agg(method, ' ') FROM idempotency_key WHERE principal = 'a shop' AND answer "
                  "IS NOT NULL"),
              "of others");
    const auto after = co_await personal_data.Export(Soon(), ask);
    EXPECT_EQ(after.size(), 1u) << "that it was erased, once";
  });
}

}  // namespace
}  // namespace market::product::storage
