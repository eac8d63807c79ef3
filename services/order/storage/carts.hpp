// Carts in PostgreSQL. What the scope does not open is not there. A guest's cart is opened by its token, which the caller
// has read (cart_tokens.hpp): here it is the id that the token names.
//
// Whatever changes a cart takes its row first, so that writers of one cart come one after the other. Owner: the service;
// io thread only. Fails as platform/postgres/errors.hpp says.
#pragma once
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "platform/core/id.hpp"
#include "platform/postgres/database.hpp"
#include "services/order/domain/cart.hpp"

namespace market::order::storage {

// Who asks for the cart `id`.
struct CartScope {
  domain::CartId id;
  std::optional<AccountId> account;      // that it may belong to
  std::optional<domain::CartId> opened;  // by a token: a guest's cart
};

// What becomes of a cart; what is absent stays.
struct CartChange {
  std::optional<domain::CartItem> put = {};
  std::optional<domain::OfferId> removed = {};
  std::optional<std::vector<domain::DeliveryChoice>> deliveries = {};
  std::optional<std::vector<std::string>> coupons = {};
  std::string currency = {};                 // of a cart that has none yet
  std::vector<domain::SeenPrice> seen = {};  // by its buyer from now on
};

class Carts {
 public:
  explicit Carts(postgres::Database& database) : database_(database) {}

  Task<domain::Cart> Create(Work work, domain::CartId id, std::string currency);
  // The account's own one; a new one with this id and currency where it has none.
  Task<domain::Cart> Own(Work work, AccountId account, domain::CartId id, std::string currency);
  Task<std::optional<domain::Cart>> Find(Work work, CartScope scope);

  // As it is since, but with the prices that its buyer had seen before. Nothing where there is no such cart; `full`
  // when nothing was changed since another item would be too many.
  struct Changed {
    std::optional<domain::Cart> cart;
    bool full = false;
  };
  Task<Changed> Change(Work work, CartScope scope, CartChange change);
  // The guest's cart comes into the account's own one, which is made with the id `fresh` where there is none, and ends.
  // Where it has ended before, the account's is as it was.
  Task<domain::Cart> Merge(Work work, domain::CartId guest, AccountId account, domain::CartId fresh);
  Task<bool> Delete(Work work, CartScope scope);

  // Those that nobody has changed for so long, at most `limit`; but for those that wait for their order. How many.
  Task<std::int64_t> Sweep(Work work, std::chrono::milliseconds unchanged, std::size_t limit);

 private:
  postgres::Database& database_;
};

}  // namespace market::order::storage
