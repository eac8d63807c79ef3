#include "services/user/api/user_service.hpp"
#include "services/user/messages.hpp"

namespace market::user {
namespace {

constexpr int kCardsAtOnce = 1000;

}  // namespace

Task<marketplace::type::v1::FeedResponse> UserService::Feed(CallContext& call,
                                                            marketplace::type::v1::FeedRequest request) {
  co_return co_await deps_.log.Feed(call, std::move(request));
}

Task<api::user::ListSellerCardsResponse> UserService::ListSellerCards(
    CallContext& call, api::user::ListSellerCardsRequest request) {
  auto sellers = co_await deps_.sellers.ListAll(call, SellerId::Parse(request.after()), kCardsAtOnce + 1);
  api::user::ListSellerCardsResponse response;
  if (std::ssize(sellers) > kCardsAtOnce) {
    sellers.pop_back();
    response.set_more(true);
  }
  for (const auto& seller : sellers) *response.add_sellers() = CardOf(seller);
  co_return response;
}

}  // namespace market::user
