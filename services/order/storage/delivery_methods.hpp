// How shops send, in PostgreSQL. Owner: the service; io thread only. Fails as platform/postgres does, plus the refusals named
// at each function.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "platform/audit/audit.hpp"
#include "platform/postgres/database.hpp"
#include "services/order/domain/delivery_method.hpp"

namespace market::order::storage {

class DeliveryMethods {
 public:
  explicit DeliveryMethods(postgres::Database& database) : database_(database) {}

  // Those that are not archived: of one shop by name; of several, for an order, in any order.
  Task<std::vector<domain::DeliveryMethod>> List(Work work, SellerId seller);
  Task<std::vector<domain::DeliveryMethod>> OfSellers(Work work, std::vector<SellerId> sellers);

  // Whoever creates names the id: the same id twice is the same method. LIMIT_REACHED.
  Task<domain::DeliveryMethod> Create(Work work, domain::DeliveryMethod method, audit::Act act);
  // Makes of one of the seller's what `change` makes of it, which throws what it refuses. NOT_FOUND, also of one that is
  // archived; ETAG_MISMATCH.
  using Change = std::function<void(domain::DeliveryMethod&)>;
  Task<domain::DeliveryMethod> Update(Work work, SellerId seller, domain::DeliveryMethodId id,
                                      std::optional<std::int64_t> if_version, Change change, audit::Act act);
  // NOT_FOUND, ETAG_MISMATCH.
  Task<> Archive(Work work, SellerId seller, domain::DeliveryMethodId id,
                 std::optional<std::int64_t> if_version, audit::Act act);

 private:
  postgres::Database& database_;
};

}  // namespace market::order::storage
