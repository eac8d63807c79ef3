#include "services/order/process/seller_directory.hpp"

#include <stdexcept>
#include <utility>

#include "marketplace/user/v1/events.pb.h"
#include "platform/conversions/conversions.hpp"

namespace market::order {
namespace {

using api::user::SellerCard;

constexpr std::chrono::seconds kLimit{5};
constexpr int kVersion = 1;  // of the events of sellers
const telemetry::Span kNoSpan;

}  // namespace

SellerDirectory::SellerDirectory(api::UserApi& users)
    : users_(users),
      cards_({.feed = [this](marketplace::type::v1::FeedRequest request) { return Feed(std::move(request)); },
              .list = [this](std::string after) { return List(std::move(after)); },
              .told = Told}) {}

Task<marketplace::type::v1::FeedResponse> SellerDirectory::Feed(marketplace::type::v1::FeedRequest request) {
  auto call = CallContext::ForWork(kLimit, kNoSpan);
  co_return co_await users_.Feed(call, std::move(request));
}

Task<SellerDirectory::Cards::Page> SellerDirectory::List(std::string after) {
  auto call = CallContext::ForWork(kLimit, kNoSpan);
  api::user::ListSellerCardsRequest request;
  request.set_after(std::move(after));
  auto page = co_await users_.ListSellerCards(call, std::move(request));
  co_return Cards::Page{.cards = {page.sellers().begin(), page.sellers().end()}, .more = page.more()};
}

// Every event of a seller has its card in the same place (events.proto), so each is read as any of them.
std::optional<SellerCard> SellerDirectory::Told(const events::Event& event) {
  if (!event.aggregate().starts_with("seller/")) return std::nullopt;
  api::user::SellerUpdated told;
  if (event.version() != kVersion || !told.ParseFromString(event.payload())) {
    throw std::runtime_error("event " + event.id() + " of type " + event.type() + " can't be read");
  }
  return told.seller();
}

bool SellerDirectory::MaySell(const SellerId& seller, Time now) const {
  const auto* card = Find(seller);
  if (card == nullptr) return true;
  if (card->state() != api::user::Seller::ACTIVE) return false;
  return !card->has_holiday_until() ||
         conversions::TimeFrom(card->holiday_until(), "seller.holidayUntil") <= now;
}

bool SellerDirectory::IsVatRegistered(const SellerId& seller) const {
  const auto* card = Find(seller);
  return card != nullptr && card->vat_registered();
}

std::string SellerDirectory::CountryOf(const SellerId& seller) const {
  const auto* card = Find(seller);
  return card == nullptr ? "" : card->country_code();
}

}  // namespace market::order
