#include "services/auth/messages.hpp"

namespace market::auth {

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

}  // namespace market::auth
