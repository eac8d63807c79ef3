// For tests: an act by somebody, of which the storage makes the rest.
#pragma once
#include "platform/audit/audit.hpp"

namespace market::audit {

inline Act SomeAct() {
  return {.account = AccountId::New(),
          .actor = "operator",
          .permission = "orders.cancel",
          .method = "marketplace.order.v1.OrderService/CancelOrder",
          .request_id = "req-1",
          .trace_id = "4bf92f3577b34da6a3ce929d0e0e4736",
          .target_type = "order",
          .target_id = "o-1",
          .reason = "the buyer \"asked\"",
          .before = {{"state", "PLACED"}},
          .after = {{"state", "CANCELLED"}, {"note", "a, b"}}};
}

}  // namespace market::audit
