// Who asks, as the storage takes it: the shops that the call reaches, or everything.
#pragma once
#include "platform/rpc/call_context.hpp"
#include "services/product/storage/seller_scope.hpp"

namespace market::product {

inline storage::Viewer ViewerOf(const CallContext& call) {
  return {.sellers = call.Reach().sellers,
          .sees = call.Reach().everything ? storage::Sees::kEverything : storage::Sees::kOwn};
}

}  // namespace market::product
