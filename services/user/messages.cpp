#include "services/user/messages.hpp"

namespace market::user {

api::auth::BindSellerRequest OwnerBinding(SellerId seller, AccountId owner) {
  api::auth::BindSellerRequest request;
  request.set_account_id(owner.ToString());
  request.set_seller_id(seller.ToString());
  request.set_role("owner");
  return request;
}

outbox::NewMessage BindingMessage(SellerId seller, AccountId owner, std::string trace) {
  return {.topic = std::string(kSellerBind),
          .key = seller.ToString(),
          .payload = OwnerBinding(seller, owner).SerializeAsString(),
          .trace = std::move(trace)};
}

}  // namespace market::user
