#include "services/auth/messages.hpp"

namespace market::auth {
namespace {

events::Subject About(AccountId account, std::int64_t version) {
  return {.aggregate = "account/" + account.ToString(), .version = version};
}

}  // namespace

api::user::CreateProfileRequest ProfileRequest(AccountId account, std::string_view display_name) {
  api::user::CreateProfileRequest request;
  request.set_account_id(account.ToString());
  request.set_display_name(std::string(display_name));
  return request;
}

outbox::NewMessage ProfileMessage(AccountId account, std::string_view display_name, std::string trace) {
  return {.topic = std::string(kProfileCreate),
          .key = account.ToString(),
          .payload = ProfileRequest(account, display_name).SerializeAsString(),
          .trace = std::move(trace)};
}

events::NewEvent AccountCreatedEvent(AccountId account) {
  api::auth::AccountCreated what;
  what.set_account_id(account.ToString());
  return events::Of(what, About(account, 1));
}

events::NewEvent RoleGrantedEvent(AccountId account, std::string_view role, std::int64_t version) {
  api::auth::RoleGranted what;
  what.set_account_id(account.ToString());
  what.set_role(std::string(role));
  return events::Of(what, About(account, version));
}

events::NewEvent SellerMemberAddedEvent(AccountId account, SellerId seller, std::string_view role,
                                        std::int64_t version) {
  api::auth::SellerMemberAdded what;
  what.set_account_id(account.ToString());
  what.set_seller_id(seller.ToString());
  what.set_role(std::string(role));
  auto about = About(account, version);
  about.seller = seller;
  return events::Of(what, std::move(about));
}

events::NewEvent SessionOpenedEvent(const Uuid& session, AccountId account) {
  api::auth::SessionOpened what;
  what.set_session_id(session.ToString());
  what.set_account_id(account.ToString());
  return events::Of(what, {.aggregate = "session/" + session.ToString(), .version = 1});
}

events::NewEvent SessionEndedEvent(const Uuid& session, AccountId account,
                                   api::auth::SessionEnded::Reason reason) {
  api::auth::SessionEnded what;
  what.set_session_id(session.ToString());
  what.set_account_id(account.ToString());
  what.set_reason(reason);
  return events::Of(what, {.aggregate = "session/" + session.ToString(), .version = 2});
}

}  // namespace market::auth
