#include "services/order/api/convert.hpp"

#include "platform/conversions/conversions.hpp"
#include "services/order/domain/carrier.hpp"

namespace market::order {
namespace {

using conversions::ToProto;

void Fill(api::order::ShippingAddress& out, const domain::Address& address) {
  out.set_recipient(address.recipient);
  for (const auto& line : address.lines) out.add_lines(line);
  out.set_city(address.city);
  out.set_region(address.region);
  out.set_postal_code(address.postal_code);
  out.set_country_code(address.country_code);
  out.set_phone(address.phone);
}

// Of a delivery, and of one that can be chosen.
template <class Message>
void FillWay(Message& out, const domain::Way& way) {
  out.set_delivery_method_id(way.method.ToString());
  out.set_name(way.name);
  if (way.days_from) out.set_days_from(*way.days_from);
  if (way.days_to) out.set_days_to(*way.days_to);
  if (way.IsPickup()) out.set_pickup_place(way.pickup_place);
}

void Fill(api::order::Delivery& out, const domain::Delivery& delivery, const Currency& currency) {
  const auto& price = delivery.price;
  FillWay(out, delivery.way);
  *out.mutable_price() = ToProto(Money{price.base_minor, currency});
  AddDiscounts(*out.mutable_discounts(), price.discounts, currency);
  FillTax(*out.mutable_tax(), price.tax, currency);
  *out.mutable_total() = ToProto(Money{price.total_minor, currency});
}

template <class Message>
void AddTaxes(Message& out, const std::vector<domain::TaxSum>& sums, const Currency& currency) {
  for (const auto& sum : sums) {
    auto& tax = *out.add_taxes();
    tax.set_rate_ppm(sum.rate_ppm);
    tax.set_mode(std::string(domain::Name(sum.mode)));
    *tax.mutable_net() = ToProto(Money{sum.net_minor, currency});
    *tax.mutable_amount() = ToProto(Money{sum.amount_minor, currency});
  }
}

void Fill(api::order::OrderLine& out, const domain::Line& line) {
  const auto& currency = line.total.currency;
  if (line.id.IsNil()) {
    out.set_available(line.available);
  } else {
    out.set_id(line.id.ToString());
  }
  out.set_offer_id(line.offer.ToString());
  out.set_product_id(line.product.ToString());
  out.set_title(line.title);
  if (line.picture) out.set_picture(*line.picture);
  out.set_sku(line.sku);
  for (const auto& [name, value] : line.options) (*out.mutable_options())[name] = value;
  out.set_quantity(line.quantity);
  out.set_cancelled_quantity(line.cancelled);
  out.set_shipped_quantity(line.shipped);
  out.set_returned_quantity(line.returned);
  *out.mutable_unit_price() = ToProto(line.unit_price);
  AddDiscounts(*out.mutable_discounts(), line.discounts, currency);
  FillTax(*out.mutable_tax(), line.tax, currency);
  *out.mutable_total() = ToProto(line.total);
}

// Both enumerations have the same names, by contract; a name is what the database holds.
api::order::OrderState ToProto(domain::State state) {
  api::order::OrderState value = api::order::ORDER_STATE_UNSPECIFIED;
  api::order::OrderState_Parse(std::string(domain::Name(state)), &value);
  return value;
}

void AddUnits(google::protobuf::RepeatedPtrField<api::order::LineUnits>& out,
              const std::vector<domain::Units>& all) {
  for (const auto& [line, quantity] : all) {
    auto& units = *out.Add();
    units.set_line_id(line.ToString());
    units.set_quantity(quantity);
  }
}

void Fill(api::order::PaymentSummary& out, const domain::PaymentSummary& payment, const Currency& currency) {
  out.set_state(std::string(domain::Name(payment.state)));
  *out.mutable_authorized() = ToProto(Money{payment.authorized_minor, currency});
  *out.mutable_captured() = ToProto(Money{payment.captured_minor, currency});
  *out.mutable_refunded() = ToProto(Money{payment.refunded_minor, currency});
}

}  // namespace

void FillTax(api::order::Tax& out, const domain::Tax& tax, const Currency& currency) {
  out.set_rate_ppm(tax.rate_ppm);
  out.set_mode(std::string(domain::Name(tax.mode)));
  *out.mutable_amount() = ToProto(Money{tax.amount_minor, currency});
  if (tax.rate) out.set_rate_id(tax.rate->ToString());
  if (tax.none != domain::NoTax::kNone) out.set_reason(std::string(domain::Name(tax.none)));
}

void AddDiscounts(google::protobuf::RepeatedPtrField<api::order::Discount>& out,
                  std::span<const domain::Discount> discounts, const Currency& currency) {
  for (const auto& discount : discounts) {
    auto& off = *out.Add();
    off.set_source(discount.source);
    off.set_funder(std::string(domain::Name(discount.funder)));
    *off.mutable_amount() = ToProto(Money{discount.amount_minor, currency});
  }
}

std::vector<domain::Item> ItemsFrom(const google::protobuf::RepeatedPtrField<api::order::OrderItem>& items) {
  std::vector<domain::Item> wanted;
  wanted.reserve(static_cast<std::size_t>(items.size()));
  for (const auto& item : items) wanted.push_back({domain::OfferId::From(item.offer_id()), item.quantity()});
  return domain::Merge(wanted);
}

std::vector<domain::Units> UnitsFrom(const google::protobuf::RepeatedPtrField<api::order::LineUnits>& lines) {
  std::vector<domain::Units> units;
  for (const auto& line : lines) units.push_back({domain::LineId::From(line.line_id()), line.quantity()});
  return units;
}

domain::Offer OfferFrom(const api::product::OfferForSale& offer) {
  std::vector<domain::CategoryId> categories;
  for (const auto& id : offer.category_ids()) categories.push_back(domain::CategoryId::From(id));
  return {.id = domain::OfferId::From(offer.offer_id()),
          .product = domain::ProductId::From(offer.product_id()),
          .seller = SellerId::From(offer.seller_id()),
          .title = offer.title(),
          .sku = offer.sku(),
          .options = {offer.options().begin(), offer.options().end()},
          .price = offer.has_price() ? std::optional(conversions::MoneyFrom(offer.price())) : std::nullopt,
          .available = offer.available(),
          .for_sale = offer.for_sale(),
          .weight_grams = offer.weight_grams(),
          .tax_class = offer.tax_class(),
          .categories = std::move(categories),
          .picture = offer.has_picture() ? std::optional(offer.picture()) : std::nullopt};
}

domain::Address AddressFrom(const api::user::Address& address) {
  return {.recipient = address.recipient(),
          .lines = {address.lines().begin(), address.lines().end()},
          .city = address.city(),
          .region = address.region(),
          .postal_code = address.postal_code(),
          .country_code = address.country_code(),
          .phone = address.phone()};
}

api::order::Parcel ToProto(const domain::SellerOrder& part, const domain::Parcel& parcel) {
  api::order::Parcel out;
  out.set_id(parcel.id.ToString());
  out.set_seller_order_id(part.id.ToString());
  out.set_number(parcel.number);
  AddUnits(*out.mutable_lines(), parcel.units);
  out.set_carrier(parcel.carrier);
  if (!parcel.tracking_number.empty()) out.set_tracking_number(parcel.tracking_number);
  if (const auto url = domain::TrackingUrl(parcel.carrier, parcel.tracking_number))
    out.set_tracking_url(*url);
  *out.mutable_create_time() = ToProto(parcel.sent_at);
  if (parcel.delivered_at) *out.mutable_deliver_time() = ToProto(*parcel.delivered_at);
  out.set_etag(std::to_string(parcel.version));
  return out;
}

api::order::SellerOrder ToProto(const domain::SellerOrder& part, const SellerDirectory& sellers) {
  api::order::SellerOrder out;
  out.set_id(part.id.ToString());
  out.set_order_id(part.order.ToString());
  out.set_seller_id(part.seller.ToString());
  if (const auto* card = sellers.Find(part.seller)) out.set_seller_name(card->display_name());
  out.set_number(part.number);
  out.set_state(ToProto(part.state));
  for (const auto& line : part.lines) Fill(*out.add_lines(), line);
  Fill(*out.mutable_delivery(), part.delivery, part.total.currency);
  AddTaxes(out, domain::TaxesOf(part.lines, part.delivery), part.total.currency);
  *out.mutable_total() = ToProto(part.total);
  const Money refunded{part.refunded_minor, part.total.currency};
  *out.mutable_refunded() = ToProto(refunded);
  *out.mutable_net() = ToProto(part.total - refunded);
  out.set_shippable(domain::IsSecured(part.payment));
  if (!part.address.recipient.empty()) Fill(*out.mutable_shipping_address(), part.address);
  for (const auto& parcel : part.parcels) *out.add_parcels() = ToProto(part, parcel);
  *out.mutable_create_time() = ToProto(part.created_at);
  *out.mutable_update_time() = ToProto(part.updated_at);
  out.set_etag(std::to_string(part.version));
  return out;
}

void AddCoupons(google::protobuf::RepeatedPtrField<api::order::OrderCoupon>& out,
                std::span<const domain::UsedCoupon> coupons, const Currency& currency) {
  for (const auto& coupon : coupons) {
    auto& added = *out.Add();
    added.set_code(coupon.code);
    *added.mutable_amount() = ToProto(Money{coupon.amount_minor, currency});
  }
}

api::order::Order ToProto(const domain::Order& order, const SellerDirectory& sellers) {
  api::order::Order out;
  out.set_id(order.id.ToString());
  out.set_number(order.number);
  out.set_state(ToProto(order.CurrentState()));
  for (const auto& part : order.parts) *out.add_seller_orders() = ToProto(part, sellers);
  *out.mutable_total() = ToProto(order.total);
  *out.mutable_net() = ToProto(order.total - Money{order.payment.refunded_minor, order.total.currency});
  if (!order.address.recipient.empty()) Fill(*out.mutable_shipping_address(), order.address);
  Fill(*out.mutable_payment(), order.payment, order.total.currency);
  out.set_failure_reason(std::string(domain::Name(order.failure.reason)));
  *out.mutable_create_time() = ToProto(order.created_at);
  *out.mutable_update_time() = ToProto(order.updated_at);
  if (order.accepted_terms) out.set_accepted_terms(*order.accepted_terms);
  AddCoupons(*out.mutable_coupons(), order.coupons, order.total.currency);
  if (order.WaitsForBuyer()) *out.mutable_pay_until() = ToProto(*order.pay_until);
  out.set_etag(std::to_string(order.version));
  return out;
}

api::order::Quote ToProto(const domain::Priced& priced, const FoundTerms& terms) {
  api::order::Quote out;
  for (const auto& part : priced.parts) {
    auto& seller = *out.add_sellers();
    seller.set_seller_id(part.seller.ToString());
    const auto& currency = part.total.currency;
    for (const auto& line : part.lines) Fill(*seller.add_lines(), line);
    Fill(*seller.mutable_delivery(), part.delivery, currency);
    for (const auto& [way, price_minor] : terms.options.at(part.seller)) {
      auto& option = *seller.add_delivery_options();
      FillWay(option, way);
      *option.mutable_price() = ToProto(Money{price_minor, currency});
    }
    AddTaxes(seller, domain::TaxesOf(part.lines, part.delivery), currency);
    *seller.mutable_total() = ToProto(part.total);
  }
  *out.mutable_total() = ToProto(priced.total);
  out.set_quote_hash(priced.quote_hash);
  return out;
}

api::order::OrderEvent ToProto(const domain::Event& event) {
  api::order::OrderEvent out;
  *out.mutable_time() = ToProto(event.at);
  out.set_seller_order_id(event.part.ToString());
  if (event.from) out.set_from(ToProto(*event.from));
  out.set_to(ToProto(event.to));
  out.set_actor(std::string(domain::Name(event.actor)));
  out.set_reason(event.reason);
  AddUnits(*out.mutable_lines(), event.cancelled);
  if (event.parcel) out.set_parcel_id(event.parcel->ToString());
  out.set_address_changed(event.address_changed);
  return out;
}

api::order::StateCount ToProto(const storage::StateCount& count) {
  api::order::StateCount out;
  out.set_state(ToProto(count.state));
  out.set_count(count.count);
  return out;
}

api::order::Checkout ToProto(const storage::CheckoutOnView& checkout) {
  api::order::Checkout out;
  out.set_order_id(checkout.order.ToString());
  out.set_order_number(checkout.order_number);
  out.set_buyer_id(checkout.buyer.ToString());
  out.set_state(ToProto(checkout.state));
  // The same names, by contract.
  auto step = api::order::Checkout::STEP_UNSPECIFIED;
  api::order::Checkout::Step_Parse(std::string(storage::Name(checkout.step)), &step);
  out.set_step(step);
  out.set_undo_reason(std::string(domain::Name(checkout.undo_reason)));
  out.set_attempts(checkout.attempts);
  out.set_failures(checkout.failures);
  out.set_last_error(checkout.last_error);
  out.set_driven(checkout.driven);
  *out.mutable_create_time() = ToProto(checkout.created_at);
  *out.mutable_deadline_time() = ToProto(checkout.deadline_at);
  *out.mutable_next_run_time() = ToProto(checkout.next_run_at);
  if (checkout.parked_at) *out.mutable_parked_time() = ToProto(*checkout.parked_at);
  return out;
}

domain::State StateFrom(api::order::OrderState state) {
  return domain::StateFrom(api::order::OrderState_Name(state));
}

}  // namespace market::order
