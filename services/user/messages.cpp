#include "services/user/messages.hpp"

#include <stdexcept>

#include "platform/conversions/conversions.hpp"

namespace market::user {
namespace {

events::Subject About(const domain::Seller& seller) {
  return {.aggregate = "seller/" + seller.id.ToString(), .version = seller.version, .seller = seller.id};
}

template <class What>
events::NewEvent Told(const domain::Seller& seller) {
  What what;
  *what.mutable_seller() = CardOf(seller);
  return events::Of(what, About(seller));
}

// What both requests to auth have.
template <class Request>
Request RequestOf(SellerId seller, AccountId account, std::int64_t version) {
  Request request;
  request.set_account_id(account.ToString());
  request.set_seller_id(seller.ToString());
  request.set_version(version);
  return request;
}

template <class Request>
Request RequestFrom(const outbox::Message& message) {
  Request request;
  if (!request.ParseFromString(message.payload) || !SellerId::Parse(request.seller_id()) ||
      !AccountId::Parse(request.account_id()) || request.version() < 1) {
    throw std::runtime_error("the payload is not a " + std::string(request.GetDescriptor()->name()));
  }
  return request;
}

}  // namespace

api::auth::BindSellerRequest BindingOf(const domain::Member& member) {
  auto request = RequestOf<api::auth::BindSellerRequest>(member.seller, member.account, member.version);
  request.set_role(std::string(Name(member.role)));
  return request;
}

api::auth::UnbindSellerRequest UnbindingOf(SellerId seller, AccountId account, std::int64_t version) {
  return RequestOf<api::auth::UnbindSellerRequest>(seller, account, version);
}

outbox::NewMessage BindingMessage(const domain::Member& member, std::string trace) {
  return {.topic = std::string(kSellerBind),
          .key = member.seller.ToString(),
          .payload = BindingOf(member).SerializeAsString(),
          .trace = std::move(trace)};
}

outbox::NewMessage UnbindingMessage(SellerId seller, AccountId account, std::int64_t version,
                                    std::string trace) {
  return {.topic = std::string(kSellerUnbind),
          .key = seller.ToString(),
          .payload = UnbindingOf(seller, account, version).SerializeAsString(),
          .trace = std::move(trace)};
}

api::auth::BindSellerRequest BindingFrom(const outbox::Message& message) {
  auto request = RequestFrom<api::auth::BindSellerRequest>(message);
  if (!domain::kMemberRoles.Find(request.role())) {
    throw std::runtime_error("the payload has no role of a member");
  }
  return request;
}

api::auth::UnbindSellerRequest UnbindingFrom(const outbox::Message& message) {
  return RequestFrom<api::auth::UnbindSellerRequest>(message);
}

api::user::Seller::State StateOf(domain::SellerState state) {
  switch (state) {
    case domain::SellerState::kPending:
      return api::user::Seller::PENDING;
    case domain::SellerState::kActive:
      return api::user::Seller::ACTIVE;
    case domain::SellerState::kSuspended:
      return api::user::Seller::SUSPENDED;
    case domain::SellerState::kClosed:
      return api::user::Seller::CLOSED;
  }
  throw std::logic_error("no such state of a seller");
}

api::user::SellerCard CardOf(const domain::Seller& seller) {
  api::user::SellerCard card;
  card.set_id(seller.id.ToString());
  card.set_display_name(seller.presentation.display_name);
  card.set_slug(seller.slug);
  card.set_state(StateOf(seller.state));
  card.set_version(seller.version);
  card.set_country_code(seller.country_code);
  card.set_vat_registered(!seller.presentation.trader.vat_number.empty());
  if (const auto until = seller.presentation.holiday.until) {
    *card.mutable_holiday_until() = conversions::ToProto(*until);
  }
  return card;
}

events::NewEvent SellerOpenedEvent(const domain::Seller& seller) {
  api::user::SellerOpened what;
  *what.mutable_seller() = CardOf(seller);
  what.set_owner_id(seller.opened_by.ToString());
  return events::Of(what, About(seller));
}

events::NewEvent SellerUpdatedEvent(const domain::Seller& seller) {
  return Told<api::user::SellerUpdated>(seller);
}

events::NewEvent EventOf(domain::SellerAct act, const domain::Seller& seller) {
  switch (act) {
    case domain::SellerAct::kApprove:
      return Told<api::user::SellerApproved>(seller);
    case domain::SellerAct::kSuspend:
      return Told<api::user::SellerSuspended>(seller);
    case domain::SellerAct::kReinstate:
      return Told<api::user::SellerReinstated>(seller);
    case domain::SellerAct::kClose:
      return Told<api::user::SellerClosed>(seller);
  }
  throw std::logic_error("no such act");
}

events::NewEvent MemberInvitedEvent(const domain::Invitation& invitation) {
  api::user::MemberInvited what;
  what.set_invitation_id(invitation.id.ToString());
  what.set_seller_id(invitation.seller.ToString());
  what.set_invited_by(invitation.invited_by.ToString());
  return events::Of(
      what,
      {.aggregate = "invitation/" + invitation.id.ToString(), .version = 1, .seller = invitation.seller});
}

}  // namespace market::user
