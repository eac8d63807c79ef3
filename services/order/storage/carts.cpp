#include "services/order/storage/carts.hpp"

#include <utility>

#include "platform/postgres/columns.hpp"

namespace market::order::storage {
namespace {

using domain::Cart;
using domain::CartItem;
using domain::DeliveryChoice;
using postgres::Batch;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::Result;
using postgres::Sql;
using postgres::Statement;
using postgres::Tx;

// Of the table cart c.
constexpr Columns kCart{Column{"c.id", &Cart::id},
                        Column{"c.account_id", &Cart::account},
                        Column{"c.currency", &Cart::currency},
                        Column{"c.delivery_sellers", &Cart::deliveries, &DeliveryChoice::seller},
                        Column{"c.delivery_methods", &Cart::deliveries, &DeliveryChoice::method},
                        Column{"c.coupon_codes", &Cart::coupons},
                        Column{"c.order_id", &Cart::order},
                        Column{"c.version", &Cart::version},
                        Column{"c.created_at", &Cart::created_at},
                        Column{"c.updated_at", &Cart::updated_at}};
constexpr Columns kCartItem{Column{"i.offer_id", &CartItem::offer}, Column{"i.quantity", &CartItem::quantity},
                            Column{"i.seen_minor", &CartItem::seen_minor}};

// The cart $1, of the account $2 or by the token of $3.
constexpr Sql kInScope{" WHERE c.id = $1 AND (c.account_id = $2 OR (c.account_id IS NULL AND c.id = $3))"};

constexpr ComposedStatement kFindCart{"cart.find", "SELECT " + kCart + " FROM cart c" + kInScope};
constexpr ComposedStatement kFindOwn{"cart.find_own",
                                     "SELECT " + kCart + " FROM cart c WHERE c.account_id = $1"};
constexpr ComposedStatement kItems{
    "cart.items", "SELECT " + kCartItem + " FROM cart_item i WHERE i.cart_id = $1 ORDER BY i.position"};
constexpr ComposedStatement kItemsOfOwn{
    "cart.items_of_own", "SELECT " + kCartItem +
                             " FROM cart_item i JOIN cart c ON c.id = i.cart_id WHERE c.account_id = $1"
                             " ORDER BY i.position"};
constexpr ComposedStatement kCreate{"cart.create", R"sql(
INSERT INTO cart AS c (id, account_id, currency) VALUES ($1, $2, $3) ON CONFLICT (account_id) DO NOTHING
RETURNING )sql" + kCart};

constexpr ComposedStatement kTouch{"cart.change", R"sql(
UPDATE cart c SET version = c.version + 1, updated_at = market_now(),
  currency = CASE WHEN c.currency = '' THEN $4 ELSE c.currency END,
  delivery_sellers = coalesce($5::uuid[], c.delivery_sellers),
  delivery_methods = coalesce($6::uuid[], c.delivery_methods),
  coupon_codes = coalesce($7::text[], c.coupon_codes))sql" +
                                                      kInScope + " RETURNING " + kCart};
constexpr Statement kPut{"cart.put_item", R"sql(
INSERT INTO cart_item (cart_id, offer_id, quantity, seen_minor)
SELECT $1, $2, $3, $4
FROM (SELECT count(*) AS items FROM cart_item WHERE cart_id = $1 AND offer_id <> $2) AS others
WHERE items < $5
ON CONFLICT (cart_id, offer_id) DO UPDATE SET quantity = excluded.quantity)sql"};
constexpr Statement kRemove{"cart.remove_item", "DELETE FROM cart_item WHERE cart_id = $1 AND offer_id = $2"};
constexpr Statement kSee{"cart.see_prices", R"sql(
UPDATE cart_item i SET seen_minor = now.price FROM unnest($2::uuid[], $3::bigint[]) AS now (offer, price)
WHERE i.cart_id = $1 AND i.offer_id = now.offer AND i.seen_minor IS DISTINCT FROM now.price)sql"};

constexpr ComposedStatement kLockGuest{
    "cart.lock_guest",
    "SELECT " + kCart + " FROM cart c WHERE c.id = $1 AND c.account_id IS NULL FOR UPDATE"};
constexpr ComposedStatement kLockOwn{"cart.lock_own",
                                     "SELECT " + kCart + " FROM cart c WHERE c.account_id = $1 FOR UPDATE"};
constexpr ComposedStatement kJoin{"cart.join", R"sql(
UPDATE cart c SET version = c.version + 1, updated_at = market_now(), currency = $2, delivery_sellers = $3,
  delivery_methods = $4, coupon_codes = $5
WHERE c.id = $1 RETURNING )sql" + kCart};
constexpr Statement kJoinItems{"cart.join_items", R"sql(
INSERT INTO cart_item (cart_id, offer_id, quantity, seen_minor)
SELECT $1, offer, quantity, seen
FROM unnest($2::uuid[], $3::bigint[], $4::bigint[])
  WITH ORDINALITY AS joined (offer, quantity, seen, position)
ORDER BY position
ON CONFLICT (cart_id, offer_id) DO UPDATE SET quantity = excluded.quantity)sql"};
constexpr Statement kEndCart{"cart.end", "DELETE FROM cart WHERE id = $1"};
constexpr ComposedStatement kDelete{"cart.delete", "DELETE FROM cart c" + kInScope};
constexpr Statement kSweep{"cart.sweep", R"sql(
DELETE FROM cart WHERE id IN (
  SELECT id FROM cart WHERE updated_at < market_now() - $1::interval AND order_id IS NULL
  ORDER BY updated_at LIMIT $2 FOR UPDATE SKIP LOCKED))sql"};

std::optional<Cart> ReadCart(const Result& cart, const Result& items) {
  auto found = kCart.ReadAtMostOne(cart);
  if (found) found->items = kCartItem.ReadAll(items);
  return found;
}

struct CartDeliveryColumns {
  explicit CartDeliveryColumns(const std::vector<DeliveryChoice>& deliveries) {
    for (const auto& delivery : deliveries) {
      sellers.push_back(delivery.seller);
      methods.push_back(delivery.method);
    }
  }
  std::vector<SellerId> sellers;
  std::vector<domain::DeliveryMethodId> methods;
};

struct CartItemColumns {
  explicit CartItemColumns(const std::vector<CartItem>& items) {
    for (const auto& item : items) {
      offers.push_back(item.offer);
      quantities.push_back(item.quantity);
      seen.push_back(item.seen_minor);
    }
  }
  std::vector<domain::OfferId> offers;
  std::vector<std::int64_t> quantities;
  std::vector<std::optional<std::int64_t>> seen;
};

Task<std::optional<Cart>> Touch(Tx& tx, CartScope scope, const CartChange& change) {
  std::optional<CartDeliveryColumns> deliveries;
  if (change.deliveries) deliveries.emplace(*change.deliveries);
  const auto sellers = deliveries ? std::optional(deliveries->sellers) : std::nullopt;
  const auto methods = deliveries ? std::optional(deliveries->methods) : std::nullopt;
  co_return kCart.ReadAtMostOne(co_await tx.Execute(kTouch, scope.id, scope.account, scope.opened,
                                                    change.currency, sellers, methods, change.coupons));
}

}  // namespace

Task<Cart> Carts::Create(Work work, domain::CartId id, std::string currency) {
  co_return kCart.ReadOne(co_await database_.Write(work, kCreate, id, std::optional<AccountId>(), currency));
}

Task<Cart> Carts::Own(Work work, AccountId account, domain::CartId id, std::string currency) {
  while (true) {
    Batch read("cart.find_own");
    read.Add(kFindOwn, account).Add(kItemsOfOwn, account);
    const auto found = co_await database_.Read(work, std::move(read));
    if (auto cart = ReadCart(found[0], found[1])) co_return std::move(*cart);
    // Another run may make it meanwhile, which is then the one.
    auto made =
        kCart.ReadAtMostOne(co_await database_.Write(work, kCreate, id, std::optional(account), currency));
    if (made) co_return std::move(*made);
  }
}

// The cart is read before its items: what happens between the two shows in them, and its version is the older.
Task<std::optional<Cart>> Carts::Find(Work work, CartScope scope) {
  Batch read("cart.find");
  read.Add(kFindCart, scope.id, scope.account, scope.opened).Add(kItems, scope.id);
  const auto found = co_await database_.Read(work, std::move(read));
  co_return ReadCart(found[0], found[1]);
}

Task<Carts::Changed> Carts::Change(Work work, CartScope scope, CartChange change) {
  struct TooMany {};
  const auto body = [&](Tx& tx) -> Task<std::optional<Cart>> {
    auto cart = co_await Touch(tx, scope, change);
    if (!cart) co_return std::nullopt;
    if (change.put) {
      const auto& item = *change.put;
      const auto put = co_await tx.Execute(kPut, cart->id, item.offer, item.quantity, item.seen_minor,
                                           domain::kCartItemsMax);
      if (put.AffectedRows() == 0) throw TooMany();
    }
    Batch batch("cart.change_items");
    if (change.removed) batch.Add(kRemove, cart->id, *change.removed);
    const auto items = batch.Size();
    batch.Add(kItems, cart->id);
    if (!change.seen.empty()) {
      std::vector<domain::OfferId> offers;
      std::vector<std::int64_t> prices;
      for (const auto& [offer, minor] : change.seen) {
        offers.push_back(offer);
        prices.push_back(minor);
      }
      batch.Add(kSee, cart->id, offers, prices);
    }
    const auto done = co_await tx.ExecuteAndCommit(std::move(batch));
    cart->items = kCartItem.ReadAll(done[items]);
    co_return cart;
  };
  Changed changed;
  try {
    changed.cart = co_await database_.Transaction(work, body);
  } catch (const TooMany&) {
    changed.full = true;
  }
  co_return changed;
}

Task<Cart> Carts::Merge(Work work, domain::CartId guest, AccountId account, domain::CartId fresh) {
  const auto body = [&](Tx& tx) -> Task<Cart> {
    auto ending = kCart.ReadAtMostOne(co_await tx.Execute(kLockGuest, guest));
    co_await tx.Execute(kCreate, fresh, std::optional(account), ending ? ending->currency : std::string());
    auto own = kCart.ReadOne(co_await tx.Execute(kLockOwn, account));
    Batch read("cart.items");
    read.Add(kItems, own.id).Add(kItems, guest);
    const auto found = co_await tx.Execute(std::move(read));
    own.items = kCartItem.ReadAll(found[0]);
    if (!ending) co_return own;
    ending->items = kCartItem.ReadAll(found[1]);
    const auto joined = domain::Joined(std::move(own), *ending);
    const CartItemColumns items(joined.items);
    const CartDeliveryColumns deliveries(joined.deliveries);
    Batch batch("cart.merge");
    batch.Add(kJoin, joined.id, joined.currency, deliveries.sellers, deliveries.methods, joined.coupons)
        .Add(kJoinItems, joined.id, items.offers, items.quantities, items.seen)
        .Add(kEndCart, guest)
        .Add(kItems, joined.id);
    const auto done = co_await tx.ExecuteAndCommit(std::move(batch));
    co_return ReadCart(done[0], done[3]).value();
  };
  co_return co_await database_.Transaction(work, body);
}

Task<bool> Carts::Delete(Work work, CartScope scope) {
  const auto deleted = co_await database_.Write(work, kDelete, scope.id, scope.account, scope.opened);
  co_return deleted.AffectedRows() == 1;
}

Task<std::int64_t> Carts::Sweep(Work work, std::chrono::milliseconds unchanged, std::size_t limit) {
  co_return (co_await database_.Write(work, kSweep, unchanged, limit)).AffectedRows();
}

}  // namespace market::order::storage
