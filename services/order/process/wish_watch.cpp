#include "services/order/process/wish_watch.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "platform/conversions/conversions.hpp"
#include "platform/core/error.hpp"

namespace market::order {
namespace {

// As many offers as product tells of at once.
constexpr std::size_t kWishesAtOnce = 100;
constexpr int kTurnsMax = 20;
constexpr std::chrono::seconds kWatchLimit{5};
const telemetry::Span kNoWishSpan;

}  // namespace

WishWatch::WishWatch(storage::Wishes& wishes, api::ProductApi& products, const SellerDirectory& sellers,
                     const Clock& clock, std::chrono::milliseconds every)
    : wishes_(wishes), products_(products), sellers_(sellers), clock_(clock), every_(every) {}

Task<> WishWatch::LookAround() {
  for (int turn = 0; turn < kTurnsMax; ++turn) {
    auto wishes = co_await wishes_.TakeUnlooked(runtime::After(kWatchLimit), every_, kWishesAtOnce);
    const bool more = wishes.size() == kWishesAtOnce;
    std::map<std::string, std::vector<storage::WatchedWish>> by_currency;
    for (auto& wish : wishes) by_currency[wish.currency].push_back(std::move(wish));
    for (auto& [currency, some] : by_currency) {
      auto call = CallContext::ForWork(kWatchLimit, kNoWishSpan);
      try {
        co_await Look(call, std::move(some));
      } catch (const Error& error) {
        if (error.code != Code::kInvalidArgument) throw;  // the market does not sell in it any more
      }
    }
    if (!more) co_return;
  }
}

// Of one currency.
Task<> WishWatch::Look(CallContext& call, std::vector<storage::WatchedWish> wishes) {
  api::product::GetOffersRequest request;
  request.set_currency(wishes.front().currency);
  std::set<std::string> ids;
  for (const auto& wish : wishes) ids.insert(wish.offer.ToString());
  for (const auto& id : ids) request.add_offer_ids(id);
  const auto answer = co_await products_.GetOffers(call, std::move(request));
  const auto now = clock_.Now();
  std::vector<storage::WishSeen> seen;
  for (auto& wish : wishes) {
    const auto offer = std::ranges::find(answer.offers(), wish.offer.ToString(),
                                         [](const auto& one) { return one.offer_id(); });
    if (offer == answer.offers().end()) continue;  // it is no more
    const auto seller = SellerId::From(offer->seller_id());
    const auto price =
        offer->has_price() ? std::optional(conversions::MoneyFrom(offer->price())) : std::nullopt;
    const domain::Sight sight{
        .price_minor = price ? std::optional(price->minor) : std::nullopt,
        .in_stock = price && offer->for_sale() && offer->available() > 0 && sellers_.MaySell(seller, now)};
    const auto look = domain::LookAgain(wish.known, sight, wish.told_at, now);
    seen.push_back({.wish = std::move(wish),
                    .look = look,
                    .title = offer->title(),
                    .product = domain::ProductId::From(offer->product_id()),
                    .price = price});
  }
  co_await wishes_.Tell(call, std::move(seen));
}

}  // namespace market::order
