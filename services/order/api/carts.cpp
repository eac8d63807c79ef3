// Carts: made, read, changed and merged. Checked out in checkout_cart.cpp.
#include <algorithm>

#include "platform/conversions/conversions.hpp"
#include "services/order/api/convert.hpp"
#include "services/order/api/order_service.hpp"
#include "services/order/domain/cart.hpp"
#include "services/order/domain/refused_lines.hpp"

namespace market::order {
namespace {

using conversions::ToProto;
using domain::CartItemState;

// A key has none of its maker's own things.
std::optional<AccountId> PersonOf(const CallContext& call) {
  const auto* caller = call.CallerOrNull();
  if (caller == nullptr || caller->bearer != identity::Bearer::kPerson) return std::nullopt;
  return caller->account;
}

api::order::CartItem::State StateOf(CartItemState state) {
  auto value = api::order::CartItem::STATE_UNSPECIFIED;
  api::order::CartItem::State_Parse(std::string(domain::Name(state)), &value);
  return value;
}

// Throws the refusal of an item that nobody can buy; one of which less is left may be in a cart.
void RequireBuyable(const domain::CartLine& line) {
  const bool gone = line.state == CartItemState::kGone;
  if (!gone && line.state != CartItemState::kNoPrice) return;
  const bool sold_out = gone && line.offer != nullptr && line.offer->for_sale;
  if (sold_out) return;
  Error error(Code::kAborted, gone ? "OFFER_UNAVAILABLE" : "NO_PRICE_IN_CURRENCY",
              gone ? "the offer can't be bought" : "the offer is not sold in the currency of the cart");
  error.WithField("offerId", error.reason, error.message);
  domain::RefusedLines lines;
  lines.Add("offerId", line.item.offer, domain::UnitsText(line.item.quantity, 0));
  throw error.WithMetadata("lines", lines.Text());
}

std::vector<domain::Item> ItemsOf(const domain::Cart& cart) {
  std::vector<domain::Item> items;
  for (const auto& item : cart.items) items.push_back({item.offer, item.quantity});
  return items;
}

std::string CurrencyOf(const domain::Cart& cart, const std::vector<domain::Offer>& offers) {
  if (!cart.currency.empty()) return cart.currency;
  for (const auto& offer : offers) {
    if (offer.price) return std::string(offer.price->currency.Code());
  }
  return "";
}

Error TooManyItems() {
  return Error(Code::kFailedPrecondition, "LIMIT_REACHED", "a cart can have at most 100 items")
      .WithMetadata("limit", std::to_string(domain::kCartItemsMax));
}

}  // namespace

void OrderService::Fill(api::order::ShopName& out, const SellerId& seller) const {
  out.set_id(seller.ToString());
  const auto* card = deps_.sellers.Find(seller);
  if (card == nullptr) return;
  out.set_display_name(card->display_name());
  out.set_slug(card->slug());
}

storage::CartScope OrderService::CartScopeOf(const CallContext& call, const std::string& cart,
                                             const std::string& token) const {
  return {.id = domain::CartId::From(cart),
          .account = PersonOf(call),
          .opened = deps_.cart_tokens.Read(token, deps_.clock.Now())};
}

Task<domain::Cart> OrderService::RequireCart(CallContext& call, storage::CartScope scope) {
  auto cart = co_await deps_.carts.Find(call, scope);
  if (!cart) throw NotFound("the cart");
  co_return std::move(*cart);
}

Task<std::vector<domain::Offer>> OrderService::OffersOf(CallContext& call, const domain::Cart& cart) {
  if (cart.items.empty()) co_return std::vector<domain::Offer>();
  co_return co_await FetchOffers(call, ItemsOf(cart), cart.currency);
}

// What these items cost before they are sent anywhere: a quote knows where to, by which way and with which coupons.
// Nothing when it is more than an order may cost.
std::optional<domain::Priced> OrderService::PriceOfCart(const std::vector<domain::Item>& items,
                                                        const std::vector<domain::Offer>& offers) {
  if (items.empty()) return std::nullopt;
  try {
    return domain::Price(items, offers, {});
  } catch (const Error& error) {
    if (error.reason != "AMOUNT_TOO_LARGE") throw;
    return std::nullopt;
  }
}

api::order::Cart OrderService::Show(const domain::Cart& cart,
                                    const std::vector<domain::Offer>& offers) const {
  api::order::Cart out;
  out.set_id(cart.id.ToString());
  if (const auto currency = CurrencyOf(cart, offers); !currency.empty()) out.set_currency(currency);
  const auto lines = domain::Look(cart, offers);
  for (const auto& line : lines) Fill(*out.add_items(), line);
  const auto buyable = domain::Buyable(lines);
  if (const auto priced = PriceOfCart(buyable, offers)) {
    *out.mutable_total() = ToProto(priced->total);
  }
  AddChoices(*out.mutable_delivery_choices(), cart.deliveries);
  for (const auto& code : cart.coupons) out.add_coupon_codes(code);
  if (cart.order) out.set_order_id(cart.order->ToString());
  *out.mutable_create_time() = ToProto(cart.created_at);
  *out.mutable_update_time() = ToProto(cart.updated_at);
  return out;
}

void OrderService::Fill(api::order::CartItem& out, const domain::CartLine& line) const {
  out.set_offer_id(line.item.offer.ToString());
  out.set_quantity(line.item.quantity);
  out.set_state(StateOf(line.state));
  if (line.offer == nullptr) return;
  const auto& offer = *line.offer;
  out.set_product_id(offer.product.ToString());
  Fill(*out.mutable_seller(), offer.seller);
  out.set_title(offer.title);
  if (offer.picture) out.set_picture(*offer.picture);
  out.set_sku(offer.sku);
  for (const auto& [name, value] : offer.options) (*out.mutable_options())[name] = value;
  out.set_available(offer.for_sale ? std::max<std::int64_t>(offer.available, 0) : 0);
  if (offer.price) *out.mutable_unit_price() = ToProto(*offer.price);
  if (line.price_was) *out.mutable_price_was() = ToProto(*line.price_was);
  if (line.state == CartItemState::kAvailable)
    *out.mutable_total() = ToProto(*offer.price * line.item.quantity);
}

Task<api::order::CreateCartResponse> OrderService::CreateCart(CallContext& call,
                                                              api::order::CreateCartRequest request) {
  const auto now = deps_.clock.Now();
  std::optional<domain::Cart> cart;
  api::order::CreateCartResponse response;
  if (const auto person = PersonOf(call)) {
    cart = co_await deps_.carts.Own(call, *person, domain::CartId::New(), request.currency());
  } else if (const auto opened = deps_.cart_tokens.Read(request.cart_token(), now)) {
    cart = co_await deps_.carts.Find(call, {.id = *opened, .account = {}, .opened = opened});
  }
  if (!cart) {
    cart = co_await deps_.carts.Create(call, domain::CartId::New(), request.currency());
    response.set_cart_token(deps_.cart_tokens.Make(cart->id, now + deps_.carts_kept));
    response.set_expires_in(std::chrono::floor<std::chrono::seconds>(deps_.carts_kept).count());
  }
  const auto offers = co_await OffersOf(call, *cart);
  *response.mutable_cart() = Show(*cart, offers);
  co_return response;
}

Task<api::order::Cart> OrderService::GetCart(CallContext& call, api::order::GetCartRequest request) {
  const auto cart = co_await RequireCart(call, CartScopeOf(call, request.cart_id(), request.cart_token()));
  const auto offers = co_await OffersOf(call, cart);
  co_return Show(cart, offers);
}

Task<google::protobuf::Empty> OrderService::DeleteCart(CallContext& call,
                                                       api::order::DeleteCartRequest request) {
  if (!co_await deps_.carts.Delete(call, CartScopeOf(call, request.cart_id(), request.cart_token())))
    throw NotFound("the cart");
  co_return google::protobuf::Empty();
}

// The answer still tells which prices have changed since its buyer last changed the cart; from then on they count
// as seen.
Task<api::order::Cart> OrderService::ChangeCart(CallContext& call, storage::CartScope scope,
                                                storage::CartChange change) {
  auto before = co_await RequireCart(call, scope);
  if (change.put) {
    const auto there = std::ranges::find(before.items, change.put->offer, &domain::CartItem::offer);
    if (there != before.items.end()) {
      there->quantity = change.put->quantity;
    } else if (before.items.size() >= domain::kCartItemsMax) {
      throw TooManyItems();
    } else {
      before.items.push_back(*change.put);
    }
  }
  auto offers = co_await OffersOf(call, before);
  const auto lines = domain::Look(before, offers);
  if (change.put) {
    const auto line = std::ranges::find(lines, change.put->offer,
                                        [](const domain::CartLine& one) { return one.item.offer; });
    RequireBuyable(*line);
    if (line->offer->price) change.put->seen_minor = line->offer->price->minor;
  }
  change.currency = CurrencyOf(before, offers);
  change.seen = domain::SeenOf(lines);
  const auto changed = co_await deps_.carts.Change(call, scope, std::move(change));
  if (changed.full) throw TooManyItems();
  if (!changed.cart) throw NotFound("the cart");
  const bool known = std::ranges::all_of(changed.cart->items, [&](const domain::CartItem& item) {
    return std::ranges::find(before.items, item.offer, &domain::CartItem::offer) != before.items.end();
  });
  if (!known) offers = co_await OffersOf(call, *changed.cart);  // another write has put something there
  co_return Show(*changed.cart, offers);
}

Task<api::order::Cart> OrderService::PutCartItem(CallContext& call, api::order::PutCartItemRequest request) {
  storage::CartChange change;
  change.put = domain::CartItem{
      .offer = domain::OfferId::From(request.offer_id()), .quantity = request.quantity(), .seen_minor = {}};
  const auto scope = CartScopeOf(call, request.cart_id(), request.cart_token());
  co_return co_await ChangeCart(call, scope, std::move(change));
}

Task<api::order::Cart> OrderService::DeleteCartItem(CallContext& call,
                                                    api::order::DeleteCartItemRequest request) {
  storage::CartChange change;
  change.removed = domain::OfferId::From(request.offer_id());
  const auto scope = CartScopeOf(call, request.cart_id(), request.cart_token());
  co_return co_await ChangeCart(call, scope, std::move(change));
}

Task<api::order::Cart> OrderService::PutCartDelivery(CallContext& call,
                                                     api::order::PutCartDeliveryRequest request) {
  storage::CartChange change;
  change.deliveries = ChoicesFrom(request.delivery_choices());
  domain::RequireOneOfEach(*change.deliveries);
  const auto scope = CartScopeOf(call, request.cart_id(), request.cart_token());
  co_return co_await ChangeCart(call, scope, std::move(change));
}

Task<api::order::Cart> OrderService::PutCartCoupons(CallContext& call,
                                                    api::order::PutCartCouponsRequest request) {
  storage::CartChange change;
  auto& codes = change.coupons.emplace();
  for (const auto& code : request.coupon_codes()) {
    if (std::ranges::find(codes, code) == codes.end()) codes.push_back(code);
  }
  const auto scope = CartScopeOf(call, request.cart_id(), request.cart_token());
  co_return co_await ChangeCart(call, scope, std::move(change));
}

Task<api::order::Cart> OrderService::MergeCart(CallContext& call, api::order::MergeCartRequest request) {
  const auto guest = domain::CartId::From(request.cart_id());
  if (deps_.cart_tokens.Read(request.cart_token(), deps_.clock.Now()) != guest) throw NotFound("the cart");
  const auto cart = co_await deps_.carts.Merge(call, guest, call.Caller().account, domain::CartId::New());
  const auto offers = co_await OffersOf(call, cart);
  co_return Show(cart, offers);
}

}  // namespace market::order
