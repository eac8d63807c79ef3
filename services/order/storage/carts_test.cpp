#include "services/order/storage/carts.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "platform/runtime/both.hpp"
#include "services/order/storage/cart_orders.hpp"
#include "services/order/storage/cart_tokens.hpp"
#include "services/order/storage/wishes.hpp"
#include "services/order/testing/store_fixture.hpp"

namespace market::order::storage {
namespace {

using domain::Cart;
using domain::CartId;
using domain::OfferId;
using testing::AnOrder;
using testing::Now;
using testing::Soon;
using testing::Sql;
using testing::Store;
using testing::WithStore;
using namespace std::chrono_literals;

struct CartStore : Store {
  using Store::Store;

  Task<Cart> Guest() { return carts.Create(Soon(), CartId::New(), "EUR"); }
  Task<Cart> Own(AccountId account) { return carts.Own(Soon(), account, CartId::New(), "EUR"); }
  Task<Carts::Changed> Put(CartScope scope, OfferId offer, std::int64_t quantity,
                           std::optional<std::int64_t> seen = 1000) {
    CartChange change;
    change.put = domain::CartItem{offer, quantity, seen};
    return carts.Change(Soon(), scope, std::move(change));
  }
  // An order of what is in the account's cart, and its lease; nothing when the cart has moved since it was
  // read.
  Task<std::optional<Lease>> Buy(domain::Order& order, const Cart& cart) {
    order.buyer = cart.account.value();
    order.cart = cart.id;
    order.cart_version = cart.version;
    try {
      co_return co_await testing::Insert(checkouts, order);
    } catch (const CartMoved&) {
      co_return std::nullopt;
    }
  }

  Carts carts{database};
  Wishes wishes{database};
};

CartScope OfGuest(const Cart& cart) { return {.id = cart.id, .account = {}, .opened = cart.id}; }
CartScope OfOwner(const Cart& cart) { return {.id = cart.id, .account = cart.account, .opened = {}}; }

// "2 1": the quantities in their order.
std::string QuantitiesOf(const Cart& cart) {
  std::string text;
  for (const auto& item : cart.items) text += (text.empty() ? "" : " ") + std::to_string(item.quantity);
  return text;
}

TEST(StoredCarts, AreOpenedByTheirAccountOrTheirToken_AndByNothingElse) {
  WithStore<CartStore>([](CartStore& store) -> Task<> {
    const auto guest = co_await store.Guest();
    const auto own = co_await store.Own(AccountId::New());
    const auto other = co_await store.Own(AccountId::New());
    EXPECT_TRUE((co_await store.carts.Find(Soon(), OfGuest(guest))).has_value());
    EXPECT_TRUE((co_await store.carts.Find(Soon(), OfOwner(own))).has_value());
    const std::vector<CartScope> closed = {
        {.id = guest.id, .account = {}, .opened = {}},           // the id alone
        {.id = guest.id, .account = own.account, .opened = {}},  // somebody who is signed in
        {.id = guest.id, .account = {}, .opened = other.id},     // the token of another
        {.id = own.id, .account = other.account, .opened = {}},  // another's account
        {.id = own.id, .account = {}, .opened = own.id}};        // an account's has no token
    for (const auto& scope : closed) {
      EXPECT_FALSE((co_await store.carts.Find(Soon(), scope)).has_value());
      EXPECT_FALSE((co_await store.Put(scope, OfferId::New(), 1)).cart.has_value());
      EXPECT_FALSE(co_await store.carts.Delete(Soon(), scope));
    }
    EXPECT_EQ((co_await store.Own(*own.account)).id, own.id) << "an account has one";
    EXPECT_TRUE(co_await store.carts.Delete(Soon(), OfGuest(guest)));
    EXPECT_FALSE((co_await store.carts.Find(Soon(), OfGuest(guest))).has_value());
  });
}

TEST(StoredCarts, AnItemIsWhatItWasLastSaidToBe) {
  WithStore<CartStore>([](CartStore& store) -> Task<> {
    const auto cart = co_await store.Guest();
    const auto offer = OfferId::New();
    co_await store.Put(OfGuest(cart), offer, 3);
    co_await store.Put(OfGuest(cart), OfferId::New(), 1);
    const auto changed = co_await store.Put(OfGuest(cart), offer, 2);
    EXPECT_EQ(QuantitiesOf(changed.cart.value()), "2 1") << "and where it was";
    CartChange change;
    change.removed = offer;
    EXPECT_EQ(QuantitiesOf((co_await store.carts.Change(Soon(), OfGuest(cart), change)).cart.value()), "1");
  });
}

TEST(StoredCarts, AChangedPrice_IsToldOnceMore_ThenSeen) {
  WithStore<CartStore>([](CartStore& store) -> Task<> {
    const auto cart = co_await store.Guest();
    const auto offer = OfferId::New();
    co_await store.Put(OfGuest(cart), offer, 1, 1000);
    CartChange change;
    change.seen = {{offer, 1200}};
    const auto told = (co_await store.carts.Change(Soon(), OfGuest(cart), change)).cart.value();
    EXPECT_EQ(told.items.at(0).seen_minor, 1000) << "as it was before this change";
    EXPECT_EQ((co_await store.carts.Find(Soon(), OfGuest(cart)))->items.at(0).seen_minor, 1200);
  });
}

TEST(StoredCarts, HaveRoomForAHundred_WhoeverComesAtOnce) {
  WithStore<CartStore>([](CartStore& store) -> Task<> {
    const auto cart = co_await store.Guest();
    const auto first = OfferId::New();
    co_await store.Put(OfGuest(cart), first, 1);
    for (int i = 2; i < 100; ++i) co_await store.Put(OfGuest(cart), OfferId::New(), 1);
    const auto [one, two] = co_await runtime::Both(store.Put(OfGuest(cart), OfferId::New(), 1),
                                                   store.Put(OfGuest(cart), OfferId::New(), 1));
    EXPECT_NE(one.full, two.full);
    EXPECT_FALSE((co_await store.Put(OfGuest(cart), first, 5)).full) << "it is there already";
    const auto found = co_await store.carts.Find(Soon(), OfGuest(cart));
    EXPECT_EQ(found->items.size(), 100);
    EXPECT_EQ(found->items.at(0).quantity, 5);
  });
}

TEST(StoredCarts, AreMergedOnce) {
  WithStore<CartStore>([](CartStore& store) -> Task<> {
    const auto guest = co_await store.Guest();
    const auto account = AccountId::New();
    const auto own = co_await store.Own(account);
    const auto offer = OfferId::New();
    co_await store.Put(OfOwner(own), offer, 2);
    co_await store.Put(OfGuest(guest), offer, 3);
    co_await store.Put(OfGuest(guest), OfferId::New(), 1);
    const auto [one, two] =
        co_await runtime::Both(store.carts.Merge(Soon(), guest.id, account, CartId::New()),
                               store.carts.Merge(Soon(), guest.id, account, CartId::New()));
    EXPECT_EQ(one.id, own.id);
    EXPECT_EQ(QuantitiesOf(one), "5 1");
    EXPECT_EQ(QuantitiesOf(two), "5 1");
    EXPECT_FALSE((co_await store.carts.Find(Soon(), OfGuest(guest))).has_value());
    const auto fresh = co_await store.carts.Merge(Soon(), guest.id, AccountId::New(), CartId::New());
    EXPECT_TRUE(fresh.items.empty()) << "for nobody else it comes back";
  });
}

TEST(StoredCarts, AreBoughtOnce_AndKeepWhatCameMeanwhile) {
  WithStore<CartStore>([](CartStore& store) -> Task<> {
    const auto own = co_await store.Own(AccountId::New());
    auto order = AnOrder();  // 2 of one offer, 1 of another
    const auto& two = order.parts.at(0).lines.at(0).offer;
    const auto& one = order.parts.at(1).lines.at(0).offer;
    co_await store.Put(OfOwner(own), two, 2);
    co_await store.Put(OfOwner(own), one, 1);
    const auto cart = (co_await store.carts.Find(Soon(), OfOwner(own))).value();

    auto twin = order;
    twin.id = domain::OrderId::New();
    twin.operation_id = Uuid::NewV7();
    for (auto& part : twin.parts) {
      part.id = domain::SellerOrderId::New();
      for (auto& line : part.lines) line.id = domain::LineId::New();
    }
    auto [lease, lost] = co_await runtime::Both(store.Buy(order, cart), store.Buy(twin, cart));
    EXPECT_NE(lease.has_value(), lost.has_value()) << "two checkouts at once make one order";
    auto& made = lease ? order : twin;
    const auto waiting = (co_await store.carts.Find(Soon(), OfOwner(own))).value();
    EXPECT_EQ(waiting.order, made.id);
    auto again = AnOrder();
    EXPECT_FALSE((co_await store.Buy(again, waiting)).has_value()) << "it waits for its order";

    co_await store.Put(OfOwner(own), two, 5);  // another page
    co_await store.checkouts.Place(
        Soon(), lease ? *lease : *lost, made,
        {.state = domain::PaymentState::kAuthorized, .authorized_minor = made.total.minor}, Now());
    const auto bought = (co_await store.carts.Find(Soon(), OfOwner(own))).value();
    EXPECT_EQ(QuantitiesOf(bought), "3");
    EXPECT_FALSE(bought.order.has_value());
    EXPECT_EQ((co_await store.Read(made)).cart, own.id);
    EXPECT_FALSE((co_await store.Buy(again, waiting)).has_value()) << "what was read before it was bought";
    EXPECT_TRUE((co_await store.Buy(again, bought)).has_value());
  });
}

TEST(StoredCarts, AnOrderThatFails_LeavesThemAsTheyAre) {
  WithStore<CartStore>([](CartStore& store) -> Task<> {
    const auto own = co_await store.Own(AccountId::New());
    auto order = AnOrder();
    co_await store.Put(OfOwner(own), order.parts.at(0).lines.at(0).offer, 2);
    const auto cart = (co_await store.carts.Find(Soon(), OfOwner(own))).value();
    const auto lease = (co_await store.Buy(order, cart)).value();
    co_await store.checkouts.Fail(Soon(), lease, order, {.reason = domain::FailureReason::kOutOfStock},
                                  order.payment, Now());
    const auto left = (co_await store.carts.Find(Soon(), OfOwner(own))).value();
    EXPECT_EQ(QuantitiesOf(left), "2");
    EXPECT_FALSE(left.order.has_value());
  });
}

TEST(StoredCarts, ThatNobodyChanges_AreSwept_ButThoseThatWaitForTheirOrder) {
  WithStore<CartStore>([](CartStore& store) -> Task<> {
    const auto guest = co_await store.Guest();
    const auto fresh = co_await store.Guest();
    const auto own = co_await store.Own(AccountId::New());
    auto order = AnOrder();
    (co_await store.Buy(order, own)).value();
    for (const auto& old : {guest, own})
      Sql("UPDATE cart SET updated_at = updated_at - interval '91 days' WHERE id = '" + old.id.ToString() +
          "'");
    EXPECT_EQ(co_await store.carts.Sweep(Soon(), 90 * 24h, 500), 1);
    EXPECT_FALSE((co_await store.carts.Find(Soon(), OfGuest(guest))).has_value());
    EXPECT_TRUE((co_await store.carts.Find(Soon(), OfGuest(fresh))).has_value());
    EXPECT_TRUE((co_await store.carts.Find(Soon(), OfOwner(own))).has_value());
  });
}

TEST(CartTokens, OpenTheirCart_UntilTheyAreOver) {
  const CartTokens tokens("secret");
  const auto cart = CartId::New();
  const auto now = Now();
  const auto token = tokens.Make(cart, now + 1h);
  EXPECT_EQ(tokens.Read(token, now), cart);
  EXPECT_EQ(tokens.Read(token, now + 1h), std::nullopt);
  EXPECT_EQ(CartTokens("another").Read(token, now), std::nullopt);
  for (std::size_t at = 0; at < token.size(); ++at) {
    auto forged = token;
    forged[at] = forged[at] == 'A' ? 'B' : 'A';
    EXPECT_EQ(tokens.Read(forged, now), std::nullopt) << at;
  }
  for (const auto* text : {"", "A", "no token", "AAAA"}) EXPECT_EQ(tokens.Read(text, now), std::nullopt);
}

TEST(Wishes, AreKeptAsTheyWerePut_TheNewestFirst) {
  WithStore<CartStore>([](CartStore& store) -> Task<> {
    const auto account = AccountId::New();
    std::vector<OfferId> offers;
    for (int i = 0; i < 3; ++i) {
      offers.push_back(OfferId::New());
      co_await store.wishes.Put(Soon(), account, {offers.back(), "EUR", 100 + i, {}});
    }
    const auto kept = (co_await store.wishes.Put(Soon(), account, {offers[1], "USD", 7, {}})).value();
    EXPECT_EQ(kept.price_minor, 101);
    EXPECT_EQ(kept.currency, "EUR");
    const auto listed = co_await store.wishes.List(Soon(), account, std::nullopt, 2);
    EXPECT_EQ(listed.size(), 2);
    EXPECT_EQ(listed.at(0).offer, offers[2]);
    const auto rest =
        co_await store.wishes.List(Soon(), account, WishUpTo{listed.at(1).created_at, listed.at(1).offer}, 2);
    EXPECT_EQ(rest.size(), 1);
    EXPECT_EQ(rest.at(0).offer, offers[0]);
    co_await store.wishes.Delete(Soon(), AccountId::New(), offers[0]);
    EXPECT_EQ((co_await store.wishes.List(Soon(), account, std::nullopt, 10)).size(), 3);
    co_await store.wishes.Delete(Soon(), account, offers[0]);
    EXPECT_EQ((co_await store.wishes.List(Soon(), account, std::nullopt, 10)).size(), 2);
  });
}

TEST(Wishes, OfOneAccountAreCounted_WhoeverComesAtOnce) {
  WithStore<CartStore>([](CartStore& store) -> Task<> {
    const auto account = AccountId::New();
    Sql("INSERT INTO wish (account_id, offer_id, currency) SELECT '" + account.ToString() +
        "', gen_random_uuid(), '' FROM generate_series(1, 199)");
    const Wish wish{OfferId::New(), "", std::nullopt, {}};
    const Wish other{OfferId::New(), "", std::nullopt, {}};
    const auto [one, two] = co_await runtime::Both(store.wishes.Put(Soon(), account, wish),
                                                   store.wishes.Put(Soon(), account, other));
    EXPECT_NE(one.has_value(), two.has_value());
    const auto there = one ? wish : other;
    EXPECT_TRUE((co_await store.wishes.Put(Soon(), account, there)).has_value()) << "it is there already";
  });
}

}  // namespace
}  // namespace market::order::storage
