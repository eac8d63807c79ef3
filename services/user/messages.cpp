#include "services/user/messages.hpp"

#include <stdexcept>

namespace market::user {
namespace {

events::Subject About(const domain::Seller& seller) {
  return {.aggregate = "seller/" + seller.id.ToString(), .version = seller.version, .seller = seller.id};
}

}  // namespace

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

api::user::SellerCard CardOf(const domain::Seller& seller) {
  api::user::Seller::State state{};
  if (!api::user::Seller::State_Parse(std::string(domain::Name(seller.state)), &state)) {
    throw std::logic_error("a seller's state that the contract does not have");
  }
  api::user::SellerCard card;
  card.set_id(seller.id.ToString());
  card.set_display_name(seller.display_name);
  card.set_slug(seller.slug);
  card.set_state(state);
  card.set_version(seller.version);
  return card;
}

events::NewEvent SellerOpenedEvent(const domain::Seller& seller) {
  api::user::SellerOpened what;
  *what.mutable_seller() = CardOf(seller);
  what.set_owner_id(seller.owner.ToString());
  return events::Of(what, About(seller));
}

events::NewEvent SellerApprovedEvent(const domain::Seller& seller) {
  api::user::SellerApproved what;
  *what.mutable_seller() = CardOf(seller);
  return events::Of(what, About(seller));
}

}  // namespace market::user
