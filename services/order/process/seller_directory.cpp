#include "services/order/process/seller_directory.hpp"

#include <utility>

#include "marketplace/user/v1/events.pb.h"

namespace market::order {
namespace {

using api::user::SellerCard;

constexpr std::chrono::seconds kLimit{5};
const telemetry::Span kNoSpan;

// The newest card stays: a page may tell of what the rebuild has seen already.
void Keep(std::unordered_map<SellerId, SellerCard>& cards, SellerCard card) {
  auto& known = cards[SellerId::From(card.id())];
  if (card.version() > known.version()) known = std::move(card);
}

}  // namespace

SellerDirectory::SellerDirectory(api::UserApi& users)
    : users_(users),
      reader_(
          {.feed = [this](marketplace::type::v1::FeedRequest request) { return Feed(std::move(request)); },
           .rebuild = [this] { return Rebuild(); },
           .apply = [this](const events::Event& event) { Apply(event); }}) {}

const SellerCard* SellerDirectory::Find(const SellerId& seller) const {
  const auto found = cards_.find(seller);
  return found == cards_.end() ? nullptr : &found->second;
}

bool SellerDirectory::MaySell(const SellerId& seller) const {
  const auto* card = Find(seller);
  return card == nullptr || card->state() == api::user::Seller::ACTIVE;
}

Task<marketplace::type::v1::FeedResponse> SellerDirectory::Feed(marketplace::type::v1::FeedRequest request) {
  auto call = CallContext::ForWork(kLimit, kNoSpan);
  co_return co_await users_.Feed(call, std::move(request));
}

Task<> SellerDirectory::Rebuild() {
  Cards cards;
  api::user::ListSellerCardsRequest request;
  for (bool more = true; more;) {
    auto call = CallContext::ForWork(kLimit, kNoSpan);
    auto page = co_await users_.ListSellerCards(call, request);
    more = page.more();
    if (more) request.set_after(page.sellers(page.sellers_size() - 1).id());
    for (auto& card : *page.mutable_sellers()) Keep(cards, std::move(card));
  }
  cards_ = std::move(cards);
}

void SellerDirectory::Apply(const events::Event& event) {
  if (const auto opened = events::As<api::user::SellerOpened>(event)) Keep(cards_, opened->seller());
  if (const auto approved = events::As<api::user::SellerApproved>(event)) Keep(cards_, approved->seller());
}

}  // namespace market::order
