#include "services/product/storage/reviews.hpp"

#include <gmock/gmock.h>

#include "platform/audit/testing/some_act.hpp"
#include "platform/events/testing/told.hpp"
#include "services/product/testing/stores.hpp"

namespace market::product {
namespace {

using domain::Rating;
using domain::ReviewId;
using domain::ReviewState;
using storage::ReviewDraft;
using storage::ReviewOrder;

// A published product, and who reviews what they bought of it.
struct Sold {
  Shop shop;
  domain::ProductId product;
  domain::OfferId offer;

  ReviewDraft Draft(std::int64_t rating, AccountId author = AccountId::New()) const {
    return {.id = ReviewId::New(),
            .line = domain::LineId::New(),
            .order = domain::OrderId::New(),
            .product = product,
            .offer = offer,
            .seller = shop.seller,
            .author = author,
            .opinion = {
                .rating = rating, .title = "It differs", .text = "", .language = "en", .author_name = ""}};
  }
};

Task<Sold> Sell(Stores& stores) {
  const auto shop = co_await OpenShop(stores);
  const auto made =
      co_await Put(stores, shop, ProductOf(shop, "Rated", {OfferOf(Uuid::NewV7().ToString(), 100, 1)}));
  co_return Sold{.shop = shop,
                 .product = domain::ProductId::From(made.id()),
                 .offer = domain::OfferId::From(made.offers(0).id())};
}

// "sum/count" of the product and of its shop.
std::string RatingsOf(const Sold& sold) {
  return Sql(
      "SELECT p.rating_sum || '/' || p.rating_count || ' ' || coalesce(s.rating_sum || '/' || "
      "s.rating_count, '-') "
      "FROM product p LEFT JOIN seller_rating s USING (seller_id) WHERE p.id = '" +
      sold.product.ToString() + "'");
}

void GrowOld(const ReviewId& id, const std::string& column, int days) {
  Sql("UPDATE review SET " + column + " = " + column + " - interval '" + std::to_string(days) +
      " days' WHERE id = '" + id.ToString() + "'");
}

TEST(Reviews_Rating, FollowsEveryAct) {
  WithStores([](Stores& stores) -> Task<> {
    const auto sold = co_await Sell(stores);
    EXPECT_EQ(RatingsOf(sold), "0/0 -");
    const auto ada = AccountId::New();
    const auto first = co_await stores.reviews.Create(Soon(), sold.Draft(5, ada));
    co_await stores.reviews.Create(Soon(), sold.Draft(2));
    EXPECT_EQ(RatingsOf(sold), "7/2 7/2");
    co_await stores.reviews.Update(Soon(), first.id, ada, {.rating = 4}, std::nullopt);
    EXPECT_EQ(RatingsOf(sold), "6/2 6/2");
    for (int i = 0; i < 2; ++i) co_await stores.reviews.Hide(Soon(), first.id, audit::SomeAct());
    EXPECT_EQ(RatingsOf(sold), "2/1 2/1");
    co_await stores.reviews.Update(Soon(), first.id, ada, {.rating = 1}, std::nullopt);
    EXPECT_EQ(RatingsOf(sold), "2/1 2/1") << "what is hidden does not count";
    for (int i = 0; i < 2; ++i) co_await stores.reviews.Unhide(Soon(), first.id, audit::SomeAct());
    EXPECT_EQ(RatingsOf(sold), "3/2 3/2");
    co_await stores.reviews.Remove(Soon(), first.id, ada, std::nullopt);
    EXPECT_EQ(RatingsOf(sold), "2/1 2/1");
    EXPECT_EQ(events::Told(Disk(), "review/" + first.id.ToString()),
              "product.ReviewPublished 1, product.ReviewChanged 2, product.ReviewHidden 3, "
              "product.ReviewChanged 4, product.ReviewUnhidden 5, product.ReviewRemoved 6");
    const auto removed =
        events::LastTold<api::product::ReviewRemoved>(Disk(), "review/" + first.id.ToString());
    EXPECT_EQ(removed.rating(), 0);
    EXPECT_EQ(removed.previous(), 1);
    EXPECT_EQ(removed.product_id(), sold.product.ToString());
    EXPECT_EQ(removed.seller_id(), sold.shop.seller.ToString());
    EXPECT_EQ(
        Sql("SELECT string_agg(after->>'state', ' ' ORDER BY at, id) FROM audit_event WHERE target_id = '" +
            first.id.ToString() + "'"),
        "HIDDEN PUBLISHED");
  });
}

TEST(Reviews_Rating, IsPartOfAProductAndItsEtag) {
  WithStores([](Stores& stores) -> Task<> {
    const auto sold = co_await Sell(stores);
    const auto before = (co_await stores.products.Get(Soon(), sold.product, {}, kEur)).value();
    EXPECT_EQ(before.rating().count(), 0);
    EXPECT_EQ(before.rating().average_hundredths(), 0);
    for (const int rating : {5, 5, 4}) co_await stores.reviews.Create(Soon(), sold.Draft(rating));
    const auto after = (co_await stores.products.Get(Soon(), sold.product, {}, kEur)).value();
    EXPECT_EQ(after.rating().count(), 3);
    EXPECT_EQ(after.rating().average_hundredths(), 467);
    EXPECT_NE(before.etag(), after.etag());
    EXPECT_EQ(before.etag().substr(0, before.etag().find('-')),
              after.etag().substr(0, after.etag().find('-')))
        << "its owner may still change what he read";
    const auto listed = co_await stores.products.ListOfSeller(Soon(), sold.shop.seller, {}, {}, 1);
    EXPECT_EQ(listed.at(0).rating().average_hundredths(), 467);
  });
}

TEST(Reviews_OfALine, AreOneForEver) {
  WithStores([](Stores& stores) -> Task<> {
    const auto sold = co_await Sell(stores);
    const auto draft = sold.Draft(5);
    const auto made = co_await stores.reviews.Create(Soon(), draft);
    EXPECT_EQ((co_await stores.reviews.Create(Soon(), draft)).id, made.id) << "an earlier run";
    auto again = draft;
    again.id = ReviewId::New();
    EXPECT_EQ(co_await ReasonOf(stores.reviews.Create(Soon(), again)), "ALREADY_EXISTS");
    co_await stores.reviews.Remove(Soon(), made.id, draft.author, std::nullopt);
    EXPECT_EQ(co_await ReasonOf(stores.reviews.Create(Soon(), again)), "ALREADY_EXISTS");
    EXPECT_EQ(RatingsOf(sold), "0/0 0/0");
    EXPECT_EQ(co_await ReasonOf(stores.reviews.Update(Soon(), made.id, draft.author, {.rating = 1}, {})),
              "NOT_FOUND");
    EXPECT_FALSE(co_await stores.reviews.Find(Soon(), made.id, {.author = draft.author}));
  });
}

TEST(Reviews_Author, ChangesTheOwnForSomeWeeks) {
  WithStores([](Stores& stores) -> Task<> {
    const auto sold = co_await Sell(stores);
    const auto ada = AccountId::New();
    const auto id = (co_await stores.reviews.Create(Soon(), sold.Draft(5, ada))).id;
    const auto edit = [&](AccountId who, domain::OpinionEdit what, std::optional<std::int64_t> version) {
      return stores.reviews.Update(Soon(), id, who, std::move(what), version);
    };
    EXPECT_EQ(co_await ReasonOf(edit(AccountId::New(), {.rating = 1}, {})), "NOT_FOUND");
    EXPECT_EQ((co_await edit(ada, {.rating = 5}, {})).version, 1) << "nothing changed";
    EXPECT_EQ(co_await ReasonOf(edit(ada, {.rating = 1}, 7)), "ETAG_MISMATCH");
    const auto changed = co_await edit(ada, {.text = "It turns.", .author_name = "Ada"}, 1);
    EXPECT_EQ(changed.version, 2);
    EXPECT_EQ(changed.opinion.rating, 5);
    EXPECT_EQ(changed.opinion.text, "It turns.");
    GrowOld(id, "created_at", 29);
    EXPECT_EQ((co_await edit(ada, {.rating = 4}, {})).opinion.rating, 4);
    GrowOld(id, "created_at", 1);
    EXPECT_EQ(co_await ReasonOf(edit(ada, {.rating = 3}, {})), "REVIEW_CLOSED");
    EXPECT_EQ(co_await ReasonOf(stores.reviews.Remove(Soon(), id, ada, {})), "REVIEW_CLOSED");
    EXPECT_EQ(RatingsOf(sold), "4/1 4/1");
  });
}

TEST(Reviews_Shop, RepliesOnceAndReplacesItForSomeWeeks) {
  WithStores([](Stores& stores) -> Task<> {
    const auto sold = co_await Sell(stores);
    const auto id = (co_await stores.reviews.Create(Soon(), sold.Draft(2))).id;
    const auto reply = [&](storage::SellerScope scope, std::string text) {
      return stores.reviews.Reply(Soon(), id, std::move(scope), std::move(text), audit::SomeAct());
    };
    EXPECT_EQ(co_await ReasonOf(reply({SellerId::New()}, "Ours is better")), "NOT_FOUND");
    const auto first = co_await reply(sold.shop.Scope(), "Sorry");
    EXPECT_EQ(first.reply, "Sorry");
    GrowOld(id, "replied_at", 29);
    const auto second = co_await reply(sold.shop.Scope(), "Sorry!");
    EXPECT_EQ(second.reply, "Sorry!");
    EXPECT_LT(*second.replied_at, *first.replied_at) << "counted from the first one";
    GrowOld(id, "replied_at", 1);
    EXPECT_EQ((co_await reply(sold.shop.Scope(), "Sorry!")).version, second.version);
    EXPECT_EQ(co_await ReasonOf(reply(sold.shop.Scope(), "Well")), "REVIEW_CLOSED");
    EXPECT_EQ(RatingsOf(sold), "2/1 2/1");
  });
}

TEST(Reviews_Hidden, AreSeenByWhoHasAHandInThem) {
  WithStores([](Stores& stores) -> Task<> {
    const auto sold = co_await Sell(stores);
    const auto ada = AccountId::New();
    const auto id = (co_await stores.reviews.Create(Soon(), sold.Draft(5, ada))).id;
    co_await stores.reviews.Hide(Soon(), id, audit::SomeAct());
    const auto seen = [&](storage::ReviewScope viewer) -> Task<bool> {
      const auto found = co_await stores.reviews.Find(Soon(), id, viewer);
      const auto of_product = co_await stores.reviews.List(Soon(), {.subject = sold.product}, viewer, {}, 5);
      const auto of_seller =
          co_await stores.reviews.List(Soon(), {.subject = sold.shop.seller}, viewer, {}, 5);
      EXPECT_EQ(of_product->reviews.size(), found ? 1u : 0u);
      EXPECT_EQ(of_seller->reviews.size(), found ? 1u : 0u);
      EXPECT_EQ(of_product->rating, Rating{});
      if (found) EXPECT_FALSE(found->hidden_reason.empty());
      co_return found.has_value();
    };
    EXPECT_FALSE(co_await seen({}));
    EXPECT_FALSE(co_await seen({.author = AccountId::New(), .sellers = {SellerId::New()}}));
    EXPECT_TRUE(co_await seen({.author = ada}));
    EXPECT_TRUE(co_await seen({.sellers = {sold.shop.seller}}));
    EXPECT_TRUE(co_await seen({.everything = true}));
  });
}

TEST(Reviews_Pages, AreInTheirOrderWithoutGaps) {
  WithStores([](Stores& stores) -> Task<> {
    const auto sold = co_await Sell(stores);
    for (const int rating : {3, 5, 3, 1, 5, 3, 2}) co_await stores.reviews.Create(Soon(), sold.Draft(rating));
    const auto walk = [&](storage::WantedReviews wanted) -> Task<std::string> {
      std::string ratings;
      std::optional<storage::ReviewPosition> after;
      Time last = Time::max();
      std::int64_t of = 0;
      for (;;) {
        const auto page = co_await stores.reviews.List(Soon(), wanted, {}, after, 2);
        EXPECT_EQ(page->rating, (Rating{22, 7}));
        for (const auto& one : page->reviews) {
          const auto rating = one.opinion.rating;
          if (wanted.order == ReviewOrder::kNewest || rating == of) EXPECT_LE(one.created_at, last);
          last = one.created_at;
          of = rating;
          ratings += std::to_string(rating);
          after = {.rating = rating, .created_at = one.created_at, .id = one.id};
        }
        if (page->reviews.size() < 2) co_return ratings;
      }
    };
    for (const storage::ReviewSubject subject :
         {storage::ReviewSubject(sold.product), storage::ReviewSubject(sold.shop.seller)}) {
      EXPECT_EQ(co_await walk({.subject = subject}), "2351353");
      EXPECT_EQ(co_await walk({.subject = subject, .order = ReviewOrder::kRatingUp}), "1233355");
      EXPECT_EQ(co_await walk({.subject = subject, .order = ReviewOrder::kRatingDown}), "5533321");
      EXPECT_EQ(co_await walk({.subject = subject, .rating = 3, .order = ReviewOrder::kRatingDown}), "333");
    }
    EXPECT_FALSE(co_await stores.reviews.List(Soon(), {.subject = domain::ProductId::New()}, {}, {}, 2));
    const auto nobody = co_await stores.reviews.List(Soon(), {.subject = SellerId::New()}, {}, {}, 2);
    EXPECT_TRUE(nobody->reviews.empty());
  });
}

TEST(Reviews_AtOnce, OfOneProduct_AreAllCounted) {
  WithStores([](Stores& stores) -> Task<> {
    const auto sold = co_await Sell(stores);
    co_await testing::AtOnce(20, [&](int i) -> Task<> {
      const auto draft = sold.Draft(1 + i % 5);
      const auto made = co_await stores.reviews.Create(Soon(), draft);
      if (i % 4 == 0) co_await stores.reviews.Update(Soon(), made.id, draft.author, {.rating = 5}, {});
      if (i % 4 == 1) co_await stores.reviews.Hide(Soon(), made.id, audit::SomeAct());
      if (i % 4 == 2) co_await stores.reviews.Remove(Soon(), made.id, draft.author, {});
    });
    const auto counted =
        Sql("SELECT sum(rating) || '/' || count(*) FROM review WHERE state = 'PUBLISHED' AND "
            "product_id = '" +
            sold.product.ToString() + "'");
    EXPECT_EQ(RatingsOf(sold), counted + ' ' + counted);
    EXPECT_THAT(counted, ::testing::EndsWith("/10"));
  });
}

TEST(Reviews_AtOnce, OfOneLine_OneIsMade) {
  WithStores([](Stores& stores) -> Task<> {
    const auto sold = co_await Sell(stores);
    const auto draft = sold.Draft(4);
    int made = 0;
    co_await testing::AtOnce(8, [&](int) -> Task<> {
      auto twin = draft;
      twin.id = ReviewId::New();
      const auto reason = co_await ReasonOf(stores.reviews.Create(Soon(), twin));
      if (reason.empty())
        ++made;
      else
        EXPECT_EQ(reason, "ALREADY_EXISTS");
    });
    EXPECT_EQ(made, 1);
    EXPECT_EQ(RatingsOf(sold), "4/1 4/1");
  });
}

// Hidden and changed in either order, and shown again: what counts is what it says then.
TEST(Reviews_AtOnce, AnEditAndAnOperator_LoseNothing) {
  WithStores([](Stores& stores) -> Task<> {
    const auto sold = co_await Sell(stores);
    const auto ada = AccountId::New();
    const auto id = (co_await stores.reviews.Create(Soon(), sold.Draft(5, ada))).id;
    co_await testing::AtOnce(16, [&](int i) -> Task<> {
      if (i % 2 == 0) {
        co_await stores.reviews.Update(Soon(), id, ada, {.rating = 1 + i % 5}, {});
      } else if (i % 4 == 1) {
        co_await stores.reviews.Hide(Soon(), id, audit::SomeAct());
      } else {
        co_await stores.reviews.Unhide(Soon(), id, audit::SomeAct());
      }
    });
    co_await stores.reviews.Hide(Soon(), id, audit::SomeAct());
    EXPECT_EQ(RatingsOf(sold), "0/0 0/0");
    const auto shown = co_await stores.reviews.Unhide(Soon(), id, audit::SomeAct());
    const auto rating = std::to_string(shown.opinion.rating);
    EXPECT_EQ(RatingsOf(sold), rating + "/1 " + rating + "/1");
    EXPECT_EQ(Sql("SELECT count(*) = max(aggregate_version) FROM event WHERE aggregate = 'review/" +
                  id.ToString() + "'"),
              "t")
        << "each version is told once";
  });
}

TEST(Reviews_Forgotten, AreGoneWithWhatTheyCounted) {
  WithStores([](Stores& stores) -> Task<> {
    const auto one = co_await Sell(stores);
    const auto other = co_await Sell(stores);
    const auto ada = AccountId::New();
    co_await stores.reviews.Create(Soon(), one.Draft(1));
    co_await stores.reviews.Create(Soon(), one.Draft(5, ada));
    const auto hidden = co_await stores.reviews.Create(Soon(), one.Draft(5, ada));
    co_await stores.reviews.Hide(Soon(), hidden.id, audit::SomeAct());
    const auto removed = co_await stores.reviews.Create(Soon(), one.Draft(5, ada));
    co_await stores.reviews.Remove(Soon(), removed.id, ada, {});
    co_await stores.reviews.Create(Soon(), other.Draft(3, ada));
    EXPECT_EQ(co_await stores.reviews.Forget(Soon(), ada), 4u);
    EXPECT_EQ(co_await stores.reviews.Forget(Soon(), ada), 0u);
    EXPECT_EQ(RatingsOf(one), "1/1 1/1");
    EXPECT_EQ(RatingsOf(other), "0/0 0/0");
    EXPECT_EQ(Sql("SELECT count(*) FROM review WHERE account_id = '" + ada.ToString() + "'"), "0");
    EXPECT_EQ(events::Told(Disk(), "review/" + removed.id.ToString()),
              "product.ReviewPublished 1, product.ReviewRemoved 2");
  });
}

}  // namespace
}  // namespace market::product
