#include "services/order/storage/delivery_methods.hpp"

#include <gtest/gtest.h>

#include "platform/audit/testing/some_act.hpp"
#include "platform/core/error.hpp"
#include "platform/testing/reason_of.hpp"
#include "services/order/testing/store_fixture.hpp"

namespace market::order {
namespace {

using domain::DeliveryMethod;
using testing::ReasonOf;
using testing::Soon;
using testing::Sql;
using testing::Store;

DeliveryMethod AParcel(SellerId seller, std::string name = "Parcel") {
  return {.id = domain::DeliveryMethodId::New(),
          .seller = seller,
          .name = std::move(name),
          .countries = {"AT", "DE"},
          .basis = domain::DeliveryBasis::kWeight,
          .prices = {{Currency::Parse("EUR"), {{0, 490}, {2001, 690}}, 5000},
                     {Currency::Parse("USD"), {{0, 590}}}},
          .max_weight_grams = 31'500,
          .days_from = 2,
          .days_to = 4};
}

std::string ActsOn(const DeliveryMethod& method) {
  return Sql(
      "SELECT string_agg(coalesce(before->>'name', '') || '>' || coalesce(after->>'name', ''), ' ' ORDER BY "
      "at)"
      " FROM audit_event WHERE target_type = 'deliveryMethod' AND target_id = '" +
      method.id.ToString() + "' AND seller_id = '" + method.seller.ToString() + "'");
}

TEST(DeliveryMethods_Life, MadeOnce_Changed_Archived) {
  testing::WithStore([](Store& store) -> Task<> {
    storage::DeliveryMethods methods(store.database);
    const auto seller = SellerId::New();
    const auto wanted = AParcel(seller);
    const auto made = co_await methods.Create(Soon(), wanted, audit::SomeAct());
    EXPECT_EQ(made.prices, wanted.prices);
    EXPECT_EQ(made.countries, wanted.countries);
    EXPECT_EQ(made.max_weight_grams, 31'500);
    EXPECT_EQ(made.Way(), wanted.Way());
    EXPECT_EQ((co_await methods.Create(Soon(), wanted, audit::SomeAct())).created_at, made.created_at)
        << "again";

    const auto rename = [](DeliveryMethod& method) { method.name = "Express"; };
    EXPECT_EQ(
        co_await ReasonOf(methods.Update(Soon(), SellerId::New(), made.id, {}, rename, audit::SomeAct())),
        "NOT_FOUND");
    EXPECT_EQ(co_await ReasonOf(methods.Update(Soon(), seller, made.id, 9, rename, audit::SomeAct())),
              "ETAG_MISMATCH");
    const auto changed = co_await methods.Update(Soon(), seller, made.id, 1, rename, audit::SomeAct());
    EXPECT_EQ(changed.name, "Express");
    EXPECT_EQ(changed.version, 2);
    EXPECT_EQ((co_await methods.Update(Soon(), seller, made.id, 2, rename, audit::SomeAct())).version, 2)
        << "it was so before";

    EXPECT_EQ(co_await ReasonOf(methods.Archive(Soon(), seller, made.id, 1, audit::SomeAct())),
              "ETAG_MISMATCH");
    co_await methods.Archive(Soon(), seller, made.id, 2, audit::SomeAct());
    EXPECT_EQ(co_await ReasonOf(methods.Archive(Soon(), seller, made.id, {}, audit::SomeAct())), "NOT_FOUND");
    EXPECT_TRUE((co_await methods.List(Soon(), seller)).empty());
    EXPECT_TRUE((co_await methods.OfSellers(Soon(), {seller})).empty());
    EXPECT_EQ(ActsOn(made), ">Parcel Parcel>Express Express>");
  });
}

TEST(DeliveryMethods_List, ByName_AndOfSeveralShops) {
  testing::WithStore([](Store& store) -> Task<> {
    storage::DeliveryMethods methods(store.database);
    const auto anna = SellerId::New();
    const auto bob = SellerId::New();
    for (const auto& method : {AParcel(anna, "Parcel"), AParcel(anna, "Bike"), AParcel(bob)})
      co_await methods.Create(Soon(), method, audit::SomeAct());
    const auto of_anna = co_await methods.List(Soon(), anna);
    EXPECT_EQ(of_anna.at(0).name, "Bike");
    EXPECT_EQ(of_anna.at(1).name, "Parcel");
    EXPECT_EQ((co_await methods.OfSellers(Soon(), {anna, bob, SellerId::New()})).size(), 3u);
    EXPECT_EQ((co_await methods.OfSellers(Soon(), {bob})).size(), 1u);
  });
}

TEST(DeliveryMethods_Create, MoreThanTwenty_AreRefused) {
  testing::WithStore([](Store& store) -> Task<> {
    storage::DeliveryMethods methods(store.database);
    const auto seller = SellerId::New();
    std::optional<DeliveryMethod> last;
    for (int i = 0; i < domain::kDeliveryMethodsMax; ++i)
      last = co_await methods.Create(Soon(), AParcel(seller), audit::SomeAct());
    EXPECT_EQ(co_await ReasonOf(methods.Create(Soon(), AParcel(seller), audit::SomeAct())), "LIMIT_REACHED");
    co_await methods.Archive(Soon(), seller, last->id, {}, audit::SomeAct());
    co_await methods.Create(Soon(), AParcel(seller), audit::SomeAct());
  });
}

}  // namespace
}  // namespace market::order
