// Orders put into storage as a request with a key of its own does. For tests only.
#pragma once
#include <string>

#include "platform/testing/run_loop.hpp"
#include "services/order/storage/checkouts.hpp"

namespace market::order::testing {

inline idempotency::RequestKey KeyOf(const domain::Order& order) {
  return {.request = {.principal = order.buyer.ToString(),
                      .method = "PlaceOrder",
                      .key = Uuid::NewV7().ToString(),
                      .fingerprint = std::string(32, 'f')},
          .operation_id = order.operation_id};
}

inline Task<std::optional<storage::Lease>> Insert(storage::Checkouts& checkouts, domain::Order& order,
                                                  std::string trace = "") {
  auto key = KeyOf(order);
  co_return co_await checkouts.Insert(market::testing::Soon(), order, std::move(trace), key);
}

}  // namespace market::order::testing
