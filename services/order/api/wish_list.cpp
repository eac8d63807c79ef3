#include <algorithm>
#include <map>

#include "platform/conversions/conversions.hpp"
#include "platform/rpc/page.hpp"
#include "platform/rpc/page_token.hpp"
#include "services/order/api/convert.hpp"
#include "services/order/api/order_service.hpp"
#include "services/order/storage/wishes.hpp"

namespace market::order {
namespace {

using conversions::ToProto;

}  // namespace

// Offers have a price in one currency at a time: a list that was put together in one asks once.
Task<std::vector<domain::Offer>> OrderService::OffersOf(CallContext& call,
                                                        const std::vector<storage::Wish>& wishes) {
  std::map<std::string, std::vector<domain::Item>> by_currency;
  for (const auto& wish : wishes) by_currency[wish.currency].push_back({wish.offer, 1});
  std::vector<domain::Offer> offers;
  for (auto& [currency, items] : by_currency) {
    auto some = co_await FetchOffers(call, std::move(items), currency);
    std::ranges::move(some, std::back_inserter(offers));
  }
  co_return offers;
}

api::order::Wish OrderService::Show(const storage::Wish& wish,
                                    const std::vector<domain::Offer>& offers) const {
  api::order::Wish out;
  out.set_offer_id(wish.offer.ToString());
  if (wish.price_minor)
    *out.mutable_price_then() = ToProto(Money{*wish.price_minor, Currency::Parse(wish.currency)});
  *out.mutable_create_time() = ToProto(wish.created_at);
  const auto offer = std::ranges::find(offers, wish.offer, &domain::Offer::id);
  if (offer == offers.end()) return out;
  out.set_product_id(offer->product.ToString());
  Fill(*out.mutable_seller(), offer->seller);
  out.set_title(offer->title);
  for (const auto& [name, value] : offer->options) (*out.mutable_options())[name] = value;
  if (offer->price) *out.mutable_price() = ToProto(*offer->price);
  out.set_in_stock(offer->for_sale && offer->available > 0);
  return out;
}

Task<api::order::ListWishesResponse> OrderService::ListWishes(CallContext& call,
                                                              api::order::ListWishesRequest request) {
  const auto account = call.Caller().account;
  const auto filter = "wishes|" + account.ToString();
  const auto position = deps_.pages.Decode<Time, domain::OfferId>(filter, request.page_token());
  std::optional<storage::WishUpTo> after;
  if (position) after = storage::WishUpTo{std::get<0>(*position), std::get<1>(*position)};
  const auto size = rpc::PageSize(request.page_size());
  auto wishes = co_await deps_.wishes.List(call, account, after, size + 1);
  const bool more = wishes.size() > static_cast<std::size_t>(size);
  if (more) wishes.pop_back();
  const auto offers = co_await OffersOf(call, wishes);
  api::order::ListWishesResponse response;
  const auto kept = rpc::FillPage(*response.mutable_wishes(), size, wishes,
                                  [&](const storage::Wish& wish) { return Show(wish, offers); });
  if (more || kept < wishes.size()) {
    const auto& last = wishes[kept - 1];
    response.set_next_page_token(deps_.pages.Encode(filter, last.created_at, last.offer));
  }
  co_return response;
}

Task<api::order::Wish> OrderService::PutWish(CallContext& call, api::order::PutWishRequest request) {
  const auto id = domain::OfferId::From(request.offer_id());
  std::vector<domain::Item> one = {{id, 1}};
  auto offers = co_await FetchOffers(call, std::move(one), request.currency());
  if (offers.empty()) throw NotFound("the offer");
  const auto& price = offers.front().price;
  const auto wish =
      co_await deps_.wishes.Put(call, call.Caller().account,
                                {.offer = id,
                                 .currency = price ? std::string(price->currency.Code()) : request.currency(),
                                 .price_minor = price ? std::optional(price->minor) : std::nullopt,
                                 .created_at = {},
                                 .in_stock = offers.front().for_sale && offers.front().available > 0});
  if (!wish) {
    throw Error(Code::kFailedPrecondition, "LIMIT_REACHED", "a wish list can have at most 200 offers")
        .WithMetadata("limit", std::to_string(storage::Wishes::kOfAccountMax));
  }
  // It may have been there before, in another currency.
  if (wish->currency != request.currency()) {
    const std::vector<storage::Wish> there = {*wish};
    offers = co_await OffersOf(call, there);
  }
  co_return Show(*wish, offers);
}

Task<google::protobuf::Empty> OrderService::DeleteWish(CallContext& call,
                                                       api::order::DeleteWishRequest request) {
  co_await deps_.wishes.Delete(call, call.Caller().account, domain::OfferId::From(request.offer_id()));
  co_return google::protobuf::Empty();
}

}  // namespace market::order
