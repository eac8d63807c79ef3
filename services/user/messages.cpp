#include "services/user/messages.hpp"

#include <stdexcept>

namespace market::user {
namespace {

constexpr std::string_view kOwner = "owner";  // as auth calls it

events::Subject About(const domain::Seller& seller) {
  return {.aggregate = "seller/" + seller.id.ToString(), .version = seller.version, .seller = seller.id};
}

}  // namespace

api::auth::BindSellerRequest OwnerBinding(SellerId seller, AccountId owner) {
  api::auth::BindSellerRequest request;
  request.set_account_id(owner.ToString());
  request.set_seller_id(seller.ToString());
  request.set_role(std::string(kOwner));
  return request;
}

outbox::NewMessage BindingMessage(SellerId seller, AccountId owner, std::string trace) {
  return {.topic = std::string(kSellerBind),
          .key = seller.ToString(),
          .payload = OwnerBinding(seller, owner).SerializeAsString(),
          .trace = std::move(trace)};
}

api::auth::BindSellerRequest BindingFrom(const outbox::Message& message) {
  api::auth::BindSellerRequest request;
  if (!request.ParseFromString(message.payload) || !SellerId::Parse(request.seller_id()) ||
      !AccountId::Parse(request.account_id()) || request.role() != kOwner) {
    throw std::runtime_error("the payload is not a BindSellerRequest");
  }
  return request;
}

api::user::Seller::State StateOf(domain::SellerState state) {
  switch (state) {
    case domain::SellerState::kPending:
      return api::user::Seller::PENDING;
    case domain::SellerState::kActive:
      return api::user::Seller::ACTIVE;
    case domain::SellerState::kSuspended:
      return api::user::Seller::SUSPENDED;
  }
  throw std::logic_error("no such state of a seller");
}

api::user::SellerCard CardOf(const domain::Seller& seller) {
  api::user::SellerCard card;
  card.set_id(seller.id.ToString());
  card.set_display_name(seller.display_name);
  card.set_slug(seller.slug);
  card.set_state(StateOf(seller.state));
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
