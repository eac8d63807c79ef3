#include "platform/rpc/kept_answer.hpp"
#include "platform/runtime/both.hpp"
#include "services/order/api/convert.hpp"
#include "services/order/api/order_service.hpp"
#include "services/order/api/refusals.hpp"

namespace market::order {
namespace {

template <class Request>
void RequireQuote(const Request& request, const domain::Priced& priced) {
  const auto changes = domain::ChangesSince(request.quote_hash(), priced);
  if (!changes.Empty()) throw PriceRefusal(changes, priced.quote_hash, request.items());
}

// Only what is fetched goes nowhere.
void RequireAddress(const domain::Address& address, const domain::Priced& priced) {
  if (!address.country_code.empty()) return;
  for (const auto& part : priced.parts) {
    if (!part.delivery.way.IsPickup()) {
      throw InvalidArgument("shippingAddressId", "REQUIRED", "say where it goes: this or shippingAddress");
    }
  }
}

}  // namespace

template <class Request>
Task<OrderService::PricedOn> OrderService::PriceItems(CallContext& call, const Request& request,
                                                      const std::vector<domain::Item>& items,
                                                      const std::vector<domain::Offer>& offers,
                                                      const domain::Address& address) {
  auto terms = co_await deps_.terms.Find(call, {.items = items,
                                                .offers = offers,
                                                .to = {address.country_code, address.region},
                                                .choices = ChoicesFrom(request.delivery_choices())});
  std::map<SellerId, std::int64_t> sending;
  for (const auto& [seller, delivery] : terms.terms.deliveries) sending[seller] = delivery.price_minor;
  auto coupons = co_await UseCoupons(call, request.coupon_codes(), items, offers, std::move(sending));
  terms.terms.discounts = std::move(coupons.lines);
  for (auto& [seller, discounts] : coupons.deliveries)
    terms.terms.deliveries[seller].discounts = std::move(discounts);
  auto priced = domain::Price(items, offers, terms.terms);
  RequireQuote(request, priced);
  co_return PricedOn{std::move(priced), std::move(terms), std::move(coupons.used)};
}

template <class Request>
OrderService::Categories OrderService::CategoriesFor(const Request& request) {
  return request.coupon_codes().empty() ? Categories::kLeftOut : Categories::kTold;
}

Task<api::order::Quote> OrderService::QuoteOrder(CallContext& call, api::order::QuoteOrderRequest request) {
  const auto items = ItemsFrom(request.items());
  const auto [offers, address] = co_await runtime::Both(
      FetchOffers(call, items, request.currency(), CategoriesFor(request)), FetchAddress(call, request));
  const auto [priced, terms, coupons] = co_await PriceItems(call, request, items, offers, address);
  auto quote = ToProto(priced, terms);
  AddCoupons(*quote.mutable_coupons(), coupons, priced.total.currency);
  co_return quote;
}

Task<api::order::Order> OrderService::PlaceOrder(CallContext& call, api::order::PlaceOrderRequest request) {
  identity::Demand(deps_.buyers_need, call.Caller());
  auto& key = *call.RequestKey();
  if (key.Claimed()) {  // by a run that did not answer for good, which may have made the order
    auto placed_before = co_await deps_.orders.FindByOperation(call, call.OperationId());
    if (placed_before) co_return co_await Resume(call, std::move(*placed_before), std::move(request));
  }
  auto order = co_await Draft(call, request);
  auto lease = co_await deps_.checkouts.Insert(call, order, call.Trace().ToTraceparent(), key);
  if (lease) co_return co_await Drive(call, std::move(*lease), std::move(order), std::move(request));

  // The earlier run is still there and inserted it between our look and our insert.
  auto twin = co_await deps_.orders.FindByOperation(call, call.OperationId());
  co_return co_await Resume(call, std::move(twin.value()), std::move(request));
}

// Prices are ours, never the client's.
Task<domain::Order> OrderService::Draft(CallContext& call, const api::order::PlaceOrderRequest& request) {
  const auto items = ItemsFrom(request.items());
  auto [offers, address] = co_await runtime::Both(
      FetchOffers(call, items, request.currency(), Categories::kTold), FetchAddress(call, request));
  // When a sale is over most are told so here, without an order that would only fail.
  const auto sold_out = domain::SoldOut(items, offers);
  if (!sold_out.empty()) throw SoldOutRefusal(sold_out, request.items());
  auto [priced, terms, coupons] = co_await PriceItems(call, request, items, offers, address);
  RequireAddress(address, priced);
  auto order = domain::MakeOrder(call.OperationId(), call.Caller().account, std::move(priced),
                                 std::move(address), request.payment_method(), deps_.clock.Now());
  order.coupons = std::move(coupons);
  if (!request.accepted_terms().empty()) order.accepted_terms = request.accepted_terms();
  co_return order;
}

// An earlier run of this operation made the order and did not answer for good; go on where it is.
Task<api::order::Order> OrderService::Resume(CallContext& call, domain::Order order,
                                             api::order::PlaceOrderRequest request) {
  if (order.CurrentState() != domain::State::kPendingPayment) co_return Answer(call, order, request.items());
  auto lease = co_await deps_.checkouts.Take(call, order.id);
  if (!lease) co_return Answer(call, order, request.items());
  co_return co_await Drive(call, std::move(*lease), std::move(order), std::move(request));
}

Task<api::order::Order> OrderService::Drive(CallContext& call, storage::Lease lease, domain::Order order,
                                            api::order::PlaceOrderRequest request) {
  co_return Answer(call, co_await DriveOn(call, std::move(lease), std::move(order)), request.items());
}

// What the order is by now is the answer, whoever brought it there.
api::order::Order OrderService::Answer(CallContext& call, const domain::Order& order,
                                       const RequestedItems& items) const {
  using domain::PaymentState;
  const auto state = order.CurrentState();
  const bool declined = order.payment.state == PaymentState::kDeclined && order.WaitsForBuyer();
  if (state == domain::State::kFailed || declined) throw Refusal(order, items);
  // A retry with the same key asks again instead of getting this answer for ever.
  if (state == domain::State::kPendingPayment || order.payment.state == PaymentState::kCreated ||
      order.payment.state == PaymentState::kRequiresAction)
    call.LeaveOpen();
  return Shown(call, order);
}

Task<domain::Order> OrderService::DriveOn(CallContext& call, storage::Lease lease, domain::Order order) {
  std::optional<storage::KeyedAnswer> answer;
  if (auto* key = call.RequestKey()) {
    answer.emplace(*key, [this](const domain::Order& settled) {
      return settled.WaitsForBuyer() ? rpc::KeptAnswerOf(Refusal(settled, {}))
                                     : rpc::KeptAnswerOf(order::ToProto(settled, deps_.sellers));
    });
  }
  // Of one that was placed its parts may move meanwhile.
  bool read_again = order.CurrentState() != domain::State::kPendingPayment;
  try {
    co_await deps_.checkout.Advance(call, lease, order, answer ? &*answer : nullptr);
  } catch (const storage::LostLease&) {
    read_again = true;
  }
  if (read_again) order = co_await Require(call, order.id, storage::Scope::Everything());
  deps_.relay.Wake();
  co_return order;
}

Task<std::vector<domain::Offer>> OrderService::FetchOffers(CallContext& call, std::vector<domain::Item> items,
                                                           std::string currency, Categories categories) {
  api::product::GetOffersRequest request;
  request.set_currency(std::move(currency));
  request.set_categories(categories == Categories::kTold);
  for (const auto& item : items) request.add_offer_ids(item.offer.ToString());
  const auto response = co_await deps_.products.GetOffers(call, std::move(request));
  std::vector<domain::Offer> offers;
  for (const auto& answered : response.offers()) {
    auto& offer = offers.emplace_back(OfferFrom(answered));
    offer.for_sale = offer.for_sale && deps_.sellers.MaySell(offer.seller, deps_.clock.Now());
  }
  co_return offers;
}

template <class Request>
Task<domain::Address> OrderService::FetchAddress(CallContext& call, const Request& request) {
  const auto& id = request.shipping_address_id();
  if (!request.has_shipping_address()) {
    if (id.empty()) co_return domain::Address();
    co_return co_await FindAddress(call, call.Caller().account, id);
  }
  if (!id.empty()) throw InvalidArgument("shippingAddress", "CONFLICT", "give this or shippingAddressId");
  co_return co_await CheckAddress(call, request.shipping_address());
}

Task<domain::Address> OrderService::CheckAddress(CallContext& call,
                                                 const api::order::ShippingAddress& address) {
  api::user::CheckAddressRequest check;
  *check.mutable_address() = AddressToCheck(address);
  check.set_at("shippingAddress");
  co_return AddressFrom(co_await deps_.users.CheckAddress(call, std::move(check)));
}

Task<domain::Address> OrderService::FindAddress(CallContext& call, AccountId buyer, std::string address_id) {
  api::user::GetAddressRequest request;
  request.set_account_id(buyer.ToString());
  request.set_address_id(std::move(address_id));
  bool missing = false;
  api::user::Address address;
  try {
    address = co_await deps_.users.GetAddress(call, std::move(request));
  } catch (const Error& error) {
    if (error.code != Code::kNotFound) throw;
    missing = true;
  }
  if (missing) {
    throw Error(Code::kInvalidArgument, "ADDRESS_NOT_FOUND", "the shipping address does not exist")
        .WithField("shippingAddressId", "ADDRESS_NOT_FOUND", "you have no address with this id");
  }
  co_return AddressFrom(address);
}

}  // namespace market::order
