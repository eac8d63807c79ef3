#include "services/product/storage/reports.hpp"

#include <gtest/gtest.h>

#include "platform/audit/testing/some_act.hpp"
#include "platform/events/testing/told.hpp"
#include "services/product/testing/stores.hpp"

namespace market::product {
namespace {

using domain::Decision;
using domain::ReportId;
using domain::ReportReason;
using domain::ReportState;
using storage::ReportDraft;
using storage::Reports;

ReportDraft Signed(AccountId account) {
  return {.id = ReportId::New(),
          .reason = ReportReason::kCounterfeit,
          .text = "The mark is not the maker's.",
          .contact_email = "",
          .account = account,
          .caller = account.ToString()};
}

ReportDraft Unsigned(std::string address) {
  return {.id = ReportId::New(),
          .reason = ReportReason::kDangerous,
          .text = "It burns.",
          .contact_email = "ada@example.test",
          .account = std::nullopt,
          .caller = std::move(address)};
}

Task<domain::ProductId> PutProduct(Stores& stores) {
  const auto shop = co_await OpenShop(stores);
  co_return domain::ProductId::From((co_await Put(stores, shop, ProductOf(shop, "Reported"))).id());
}

Task<domain::Review> PutReview(Stores& stores, domain::ProductId product) {
  return stores.reviews.Create(
      Soon(), {.id = domain::ReviewId::New(),
               .line = domain::LineId::New(),
               .order = domain::OrderId::New(),
               .product = product,
               .offer = domain::OfferId::New(),
               .seller = SellerId::New(),
               .author = AccountId::New(),
               .opinion = {.rating = 1, .title = "", .text = "Fools!", .language = "", .author_name = ""}});
}

TEST(Reports_OfProducts, AreOfWhatEverybodySees) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto draft = co_await stores.products.Create(Soon(), Uuid::NewV7(), ProductOf(shop, "Draft"));
    const auto hidden = domain::ProductId::From(draft.id());
    EXPECT_EQ(co_await ReasonOf(stores.reports.AddOfProduct(Soon(), hidden, Signed(AccountId::New()))),
              "NOT_FOUND");
    const auto product = co_await PutProduct(stores);
    const auto ada = AccountId::New();
    const auto made = co_await stores.reports.AddOfProduct(Soon(), product, Signed(ada));
    EXPECT_EQ(made.state, ReportState::kOpen);
    EXPECT_EQ(made.account, ada);
    EXPECT_EQ(made.review, std::nullopt);
    EXPECT_NE((co_await stores.reports.AddOfProduct(Soon(), product, Signed(ada))).id, made.id);
    EXPECT_EQ(events::Told(Disk(), "report/" + made.id.ToString()), "product.ContentReported 1");
    EXPECT_EQ((co_await stores.reports.AddOfProduct(Soon(), product, Unsigned("203.0.113.1"))).contact_email,
              "ada@example.test");
  });
}

TEST(Reports_OfAReview, AreOnceForEachAccount) {
  WithStores([](Stores& stores) -> Task<> {
    const auto review = co_await PutReview(stores, co_await PutProduct(stores));
    const auto ada = AccountId::New();
    std::vector<ReportId> made(6);
    co_await testing::AtOnce(6, [&](int i) -> Task<> {
      made[static_cast<std::size_t>(i)] =
          (co_await stores.reports.AddOfReview(Soon(), review.id, Signed(ada))).id;
    });
    for (const auto& id : made) EXPECT_EQ(id, made.front());
    const auto other = co_await stores.reports.AddOfReview(Soon(), review.id, Signed(AccountId::New()));
    EXPECT_NE(other.id, made.front());
    EXPECT_EQ(other.seller, review.seller);
    EXPECT_EQ(other.product, review.product);
    co_await stores.reviews.Hide(Soon(), review.id, audit::SomeAct());
    EXPECT_EQ(co_await ReasonOf(stores.reports.AddOfReview(Soon(), review.id, Signed(AccountId::New()))),
              "NOT_FOUND");
  });
}

TEST(Reports_OfOneCaller, AreLimitedAndTheOthersAreNot) {
  WithStores([](Stores& stores) -> Task<> {
    Reports reports(stores.database, {.count = 2, .window = 1h});
    const auto product = co_await PutProduct(stores);
    for (int i = 0; i < 2; ++i) co_await reports.AddOfProduct(Soon(), product, Unsigned("203.0.113.7"));
    try {
      co_await reports.AddOfProduct(Soon(), product, Unsigned("203.0.113.7"));
      ADD_FAILURE() << "it was let through";
    } catch (const Error& error) {
      EXPECT_EQ(error.reason, "RATE_LIMITED");
      EXPECT_GT(error.retry_after, 25min);
      EXPECT_LE(error.retry_after, 30min);
    }
    EXPECT_EQ(co_await ReasonOf(reports.AddOfProduct(Soon(), product, Unsigned("203.0.113.8"))), "");
    EXPECT_EQ(co_await ReasonOf(reports.AddOfProduct(Soon(), product, Signed(AccountId::New()))), "");
    Sql("UPDATE report_limit SET busy_until = market_now() - interval '1 second' "
        "WHERE digest IN (sha256('203.0.113.7'), sha256('203.0.113.8'))");
    EXPECT_EQ(co_await ReasonOf(reports.AddOfProduct(Soon(), product, Unsigned("203.0.113.7"))), "");
    EXPECT_EQ(Sql("SELECT count(*) FROM report_limit WHERE digest = sha256('203.0.113.8')"), "0")
        << "swept by who comes next";
  });
}

TEST(Reports_Answer, IsGivenOnce) {
  WithStores([](Stores& stores) -> Task<> {
    const auto made =
        co_await stores.reports.AddOfProduct(Soon(), co_await PutProduct(stores), Signed(AccountId::New()));
    const auto resolve = [&](Decision decision, std::string answer) {
      return stores.reports.Resolve(Soon(), made.id, decision, std::move(answer), audit::SomeAct());
    };
    const auto resolved = co_await resolve(Decision::kContentRemoved, "It is gone.");
    EXPECT_EQ(resolved.state, ReportState::kResolved);
    EXPECT_EQ(resolved.decision, Decision::kContentRemoved);
    EXPECT_EQ(resolved.answer, "It is gone.");
    EXPECT_TRUE(resolved.resolved_at);
    EXPECT_EQ((co_await resolve(Decision::kContentRemoved, "It is gone.")).resolved_at, resolved.resolved_at);
    EXPECT_EQ(co_await ReasonOf(resolve(Decision::kNoAction, "It is gone.")), "ILLEGAL_TRANSITION");
    EXPECT_EQ(co_await ReasonOf(resolve(Decision::kContentRemoved, "It went.")), "ILLEGAL_TRANSITION");
    EXPECT_EQ(co_await ReasonOf(stores.reports.Resolve(Soon(), ReportId::New(), Decision::kNoAction, "?",
                                                       audit::SomeAct())),
              "NOT_FOUND");
    const auto about = "report/" + made.id.ToString();
    EXPECT_EQ(events::Told(Disk(), about), "product.ContentReported 1, product.ContentReportResolved 2");
    EXPECT_EQ(events::LastTold<api::product::ContentReportResolved>(Disk(), about).decision(),
              "CONTENT_REMOVED");
    EXPECT_EQ(Sql("SELECT string_agg(after->>'decision', ' ') FROM audit_event WHERE target_id = '" +
                  made.id.ToString() + "'"),
              "CONTENT_REMOVED");
  });
}

TEST(Reports_List, HasTheOldestFirstOfOneState) {
  WithStores([](Stores& stores) -> Task<> {
    const auto product = co_await PutProduct(stores);
    std::vector<ReportId> made;
    for (int i = 0; i < 5; ++i)
      made.push_back((co_await stores.reports.AddOfProduct(Soon(), product, Signed(AccountId::New()))).id);
    co_await stores.reports.Resolve(Soon(), made[1], Decision::kNoAction, "No.", audit::SomeAct());
    const auto walk = [&](std::optional<ReportState> state) -> Task<std::vector<ReportId>> {
      std::vector<ReportId> seen;
      std::optional<Reports::Position> after;
      for (;;) {
        const auto page = co_await stores.reports.List(Soon(), state, after, 2);
        for (const auto& one : page) {
          if (one.product == product) seen.push_back(one.id);
          after.emplace(one.created_at, one.id);
        }
        if (page.size() < 2) co_return seen;
      }
    };
    EXPECT_EQ(co_await walk(std::nullopt), made);
    EXPECT_EQ(co_await walk(ReportState::kResolved), std::vector{made[1]});
    made.erase(made.begin() + 1);
    EXPECT_EQ(co_await walk(ReportState::kOpen), made);
  });
}

}  // namespace
}  // namespace market::product
