// What opens a guest's cart: a text that names the cart and ends, under a message authentication code (HMAC-SHA-256)
// whose key is derived from the secret of the service's database, so all replicas have the same. It opens that cart and
// nothing else, and nothing of it is kept. Owner: the service; io thread only.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "platform/core/clock.hpp"
#include "services/order/domain/ids.hpp"

namespace market::order::storage {

class CartTokens {
 public:
  // Without a secret there are no tokens: Make and Read throw std::logic_error.
  CartTokens() = default;
  explicit CartTokens(std::string_view secret) { Use(secret); }
  // At the start, once the database is open.
  void Use(std::string_view secret);

  std::string Make(domain::CartId cart, Time until) const;
  // The cart that it opens; nothing for a text that is no token, is one of another secret, or is over.
  std::optional<domain::CartId> Read(std::string_view token, Time now) const;

 private:
  std::string CodeOf(std::string_view payload) const;

  std::string key_;
};

}  // namespace market::order::storage
