// Whose of what orders are made of a call may read, where buyers, shops and operators all may. Pure.
#pragma once
#include "platform/rpc/call_context.hpp"
#include "services/order/storage/scope.hpp"

namespace market::order {

inline storage::Scope ReadingScope(const rpc::CallContext& call) {
  if (call.Reach().everything) return storage::Scope::Everything();
  // What its maker has bought is nothing of a shop's key.
  if (call.Caller().bearer == identity::Bearer::kApiKey) return storage::Scope::Sellers(call.Reach().sellers);
  return storage::Scope::BuyerOrSellers(call.Caller().account, call.Reach().sellers);
}

}  // namespace market::order
