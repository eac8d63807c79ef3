#include "services/auth/api/auth_service.hpp"
#include "services/auth/api/convert.hpp"

namespace market::auth {

Task<api::auth::Account> AuthService::GetMyAccount(CallContext& call,
                                                   api::auth::GetMyAccountRequest request) {
  const auto account = co_await deps_.accounts.Find(call, call.Caller().account);
  if (!account) throw NotFound("the account");
  co_return ToProto(*account);
}

}  // namespace market::auth
