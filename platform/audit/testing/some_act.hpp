// For tests: an act by somebody, of which the storage makes the rest.
#pragma once
#include "platform/audit/audit.hpp"

namespace market::audit {

inline Act SomeAct() {
  return {.account = AccountId::New(),
          .actor = "operator",
          .api_key = std::nullopt,
          .service = "order",
          .permission = "orders.cancel",
          .method = "marketplace.order.v1.OrderService/CancelOrder",
          .request_id = "req-1",
          .trace_id = "4bf92f3577b34da6a3ce929d0e0e4736",
          .address = "198.51.100.7",
          .target_type = "order",
          .target_id = "o-1",
          .seller = SellerId::New(),
          .reason = "the buyer \"asked\"",
          .before = {{"state", "PLACED"}},
          .after = {{"state", "CANCELLED"}, {"note", "a, b"}}};
}

}  // namespace market::audit
