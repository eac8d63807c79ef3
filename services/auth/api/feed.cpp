#include "services/auth/api/auth_service.hpp"

namespace market::auth {

Task<marketplace::type::v1::RevocationFeed> AuthService::Feed(CallContext& call,
                                                              marketplace::type::v1::FeedRequest request) {
  co_return co_await deps_.revocations.Feed(call, std::move(request));
}

}  // namespace market::auth
