#include "platform/conversions/conversions.hpp"
#include "platform/rpc/partial_update.hpp"
#include "services/user/api/convert.hpp"
#include "services/user/messages.hpp"

namespace market::user {
namespace {

using conversions::ToProto;

api::user::Holiday HolidayOf(const domain::Holiday& holiday) {
  api::user::Holiday message;
  *message.mutable_until() = ToProto(*holiday.until);
  if (!holiday.note.empty()) message.set_note(holiday.note);
  return message;
}

api::user::Trader TraderOf(const domain::Trader& trader) {
  api::user::Trader message;
  message.set_legal_name(trader.legal_name);
  if (!trader.register_number.empty()) message.set_register_number(trader.register_number);
  if (!trader.vat_number.empty()) message.set_vat_number(trader.vat_number);
  for (const auto& line : trader.lines) message.add_lines(line);
  if (!trader.city.empty()) message.set_city(trader.city);
  if (!trader.region.empty()) message.set_region(trader.region);
  if (!trader.postal_code.empty()) message.set_postal_code(trader.postal_code);
  message.set_country_code(trader.country_code);
  return message;
}

// What is not there ends a holiday.
domain::Holiday HolidayFrom(const api::user::Seller& message) {
  if (!message.has_holiday()) return {};
  const auto& holiday = message.holiday();
  if (!holiday.has_until()) throw InvalidArgument("seller.holiday.until", "REQUIRED", "must be given");
  return {.until = conversions::TimeFrom(holiday.until(), "seller.holiday.until"), .note = holiday.note()};
}

domain::Trader TraderFrom(const api::user::Trader& trader) {
  return {.legal_name = trader.legal_name(),
          .register_number = trader.register_number(),
          .vat_number = trader.vat_number(),
          .lines = {trader.lines().begin(), trader.lines().end()},
          .city = trader.city(),
          .region = trader.region(),
          .postal_code = trader.postal_code(),
          .country_code = trader.country_code()};
}

}  // namespace

api::user::Seller ToProto(const domain::Seller& seller) {
  const auto& shown = seller.presentation;
  api::user::Seller message;
  message.set_id(seller.id.ToString());
  message.set_display_name(shown.display_name);
  message.set_slug(seller.slug);
  message.set_country_code(seller.country_code);
  message.set_state(StateOf(seller.state));
  *message.mutable_create_time() = ToProto(seller.created_at);
  *message.mutable_update_time() = ToProto(seller.updated_at);
  message.set_etag(std::to_string(seller.version));
  if (!shown.description.empty()) message.set_description(shown.description);
  if (!shown.logo.empty()) message.set_logo(shown.logo);
  if (!shown.contact_email.empty()) message.set_contact_email(shown.contact_email);
  if (!shown.contact_phone.empty()) message.set_contact_phone(shown.contact_phone);
  if (!shown.return_policy.empty()) message.set_return_policy(shown.return_policy);
  if (!shown.shipping_policy.empty()) message.set_shipping_policy(shown.shipping_policy);
  if (shown.holiday.until) *message.mutable_holiday() = HolidayOf(shown.holiday);
  if (!shown.trader.legal_name.empty()) *message.mutable_trader() = TraderOf(shown.trader);
  return message;
}

api::user::Member ToProto(const domain::Member& member) {
  api::user::Member message;
  message.set_account_id(member.account.ToString());
  message.set_display_name(member.display_name);
  message.set_role(std::string(Name(member.role)));
  *message.mutable_create_time() = ToProto(member.joined_at);
  message.set_etag(std::to_string(member.version));
  message.set_seller_id(member.seller.ToString());
  return message;
}

api::user::Invitation ToProto(const domain::Invitation& invitation) {
  api::user::Invitation message;
  message.set_id(invitation.id.ToString());
  message.set_seller_id(invitation.seller.ToString());
  message.set_email(invitation.email);
  message.set_role(std::string(Name(invitation.role)));
  *message.mutable_create_time() = ToProto(invitation.created_at);
  *message.mutable_expire_time() = ToProto(invitation.expires_at);
  return message;
}

domain::SellerChange ChangeFrom(const api::user::Seller& message, const google::protobuf::FieldMask& mask) {
  domain::SellerChange change;
  const rpc::PartialUpdate update(message, mask);
  update.Take("display_name", message.display_name(), change.display_name)
      .Take("description", message.description(), change.description)
      .Take("logo", message.logo(), change.logo)
      .Take("contact_email", message.contact_email(), change.contact_email)
      .Take("contact_phone", message.contact_phone(), change.contact_phone)
      .Take("return_policy", message.return_policy(), change.return_policy)
      .Take("shipping_policy", message.shipping_policy(), change.shipping_policy);
  if (update.Changes("holiday")) change.holiday = HolidayFrom(message);
  if (update.Changes("trader")) change.trader = TraderFrom(message.trader());
  return change;
}

std::optional<domain::SellerState> StateFrom(api::user::Seller::State state) {
  for (const auto one : {domain::SellerState::kPending, domain::SellerState::kActive,
                         domain::SellerState::kSuspended, domain::SellerState::kClosed}) {
    if (StateOf(one) == state) return one;
  }
  return std::nullopt;
}

domain::MemberRole RoleFrom(const std::string& role, const char* field) {
  const auto found = domain::kMemberRoles.Find(role);
  if (!found) throw InvalidArgument(field, "UNKNOWN_ROLE", "is not a role of a seller's member");
  return *found;
}

}  // namespace market::user
