#include "services/auth/workers/messages.hpp"

namespace market::auth {

marketplace::user::v1::CreateProfileRequest ProfileRequest(AccountId account, std::string_view display_name) {
  marketplace::user::v1::CreateProfileRequest request;
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
