// Who stands on what is issued for a shop: its trader, as user has it at that moment.
//
// Owner: the service. Io thread only. Throws what user throws: NOT_FOUND for what is no shop, UNAVAILABLE.
#pragma once
#include "marketplace/user/v1/user.market.hpp"
#include "platform/core/id.hpp"
#include "platform/core/party.hpp"

namespace market::payment {

class ShopTraders {
 public:
  // Before the first question.
  void Connect(api::UserApi& users) { users_ = &users; }

  // As the shop has told who its trader is; a shop that has not is known by its name.
  Task<Party> Of(CallContext& call, SellerId seller);

 private:
  api::UserApi* users_ = nullptr;
};

}  // namespace market::payment
