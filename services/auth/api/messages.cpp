#include "services/auth/api/messages.hpp"

#include "marketplace/user/v1/user.pb.h"

namespace market::auth {

outbox::NewMessage ProfileMessage(AccountId account, std::string_view display_name, std::string trace) {
  marketplace::user::v1::CreateProfileRequest request;
  request.set_account_id(account.ToString());
  request.set_display_name(std::string(display_name));
  return {.topic = std::string(kProfileCreate),
          .key = account.ToString(),
          .payload = request.SerializeAsString(),
          .trace = std::move(trace)};
}

}  // namespace market::auth
