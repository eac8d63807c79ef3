#include "peers/user/seller_cards.hpp"

#include <stdexcept>
#include <utility>

#include "marketplace/user/v1/events.pb.h"

namespace market::peers {
namespace {

constexpr std::chrono::seconds kLimit{5};
constexpr int kVersion = 1;  // of the events of sellers
const telemetry::Span kNoSpan;

Task<marketplace::type::v1::FeedResponse> Feed(api::UserApi& users,
                                               marketplace::type::v1::FeedRequest request) {
  auto call = CallContext::ForWork(kLimit, kNoSpan);
  co_return co_await users.Feed(call, std::move(request));
}

Task<SellerCards::Page> List(api::UserApi& users, std::string after) {
  auto call = CallContext::ForWork(kLimit, kNoSpan);
  api::user::ListSellerCardsRequest request;
  request.set_after(std::move(after));
  auto page = co_await users.ListSellerCards(call, std::move(request));
  co_return SellerCards::Page{.cards = {page.sellers().begin(), page.sellers().end()}, .more = page.more()};
}

// Every event of a seller has its card in the same place (events.proto), so each is read as any of them.
std::optional<api::user::SellerCard> Told(const events::Event& event) {
  if (!event.aggregate().starts_with("seller/")) return std::nullopt;
  api::user::SellerUpdated told;
  if (event.version() != kVersion || !told.ParseFromString(event.payload())) {
    throw std::runtime_error("event " + event.id() + " of type " + event.type() + " can't be read");
  }
  return told.seller();
}

}  // namespace

SellerCards::Source SellersOf(api::UserApi& users) {
  return {.feed = [&users](
                      marketplace::type::v1::FeedRequest request) { return Feed(users, std::move(request)); },
          .list = [&users](std::string after) { return List(users, std::move(after)); },
          .told = Told};
}

}  // namespace market::peers
