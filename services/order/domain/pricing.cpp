#include "services/order/domain/pricing.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <unordered_map>

#include "platform/core/error.hpp"
#include "platform/core/random.hpp"
#include "services/order/domain/refused_lines.hpp"

namespace market::order::domain {
namespace {

// Which units of which offers, length-free because none of the fields can contain a line break.
std::string NameOfLines(const Priced& priced) {
  std::string text;
  for (const auto& part : priced.parts) {
    for (const auto& line : part.lines)
      text += line.offer.ToString() + ' ' + std::to_string(line.quantity) + '\n';
  }
  return Uuid::FromName(text).ToString();
}

// "<name of the lines>.EUR.1999.250.490.2739": of each part what a unit of its lines, its delivery and all of it cost. Who
// comes back with it is told what has changed, without a row of ours.
std::string QuoteHash(const Priced& priced) {
  std::string text = NameOfLines(priced) + '.' + std::string(priced.total.currency.Code());
  const auto add = [&text](std::int64_t minor) { text += '.' + std::to_string(minor); };
  for (const auto& part : priced.parts) {
    for (const auto& line : part.lines) add(line.unit_price.minor);
    add(part.delivery.price.total_minor);
    add(part.total.minor);
  }
  return text;
}

// Up to the next dot, which goes as well.
std::string_view Next(std::string_view& rest) {
  const auto end = rest.find('.');
  const auto piece = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return piece;
}

Error NoQuoteOfThese() {
  return InvalidArgument("quoteHash", "OTHER_ITEMS", "is not the quote of these items");
}

std::int64_t NextPrice(std::string_view& rest) {
  const auto text = Next(rest);
  std::int64_t minor = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), minor);
  if (error != std::errc() || end != text.data() + text.size() || minor < 0) throw NoQuoteOfThese();
  return minor;
}

const Offer* Find(std::span<const Offer> offers, const OfferId& id) {
  const auto found = std::ranges::find(offers, id, &Offer::id);
  return found == offers.end() ? nullptr : &*found;
}

// Refuses the items of whose offers `passes` is false.
template <class Passes>
void Require(std::span<const Item> items, std::span<const Offer> offers, Error error, std::string_view why,
             Passes passes) {
  RefusedLines lines;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const Offer* offer = Find(offers, items[i].offer);
    if (offer != nullptr && passes(*offer)) continue;
    const auto field = "items[" + std::to_string(i) + "].offerId";
    error.WithField(field, error.reason, "offer " + items[i].offer.ToString() + std::string(why));
    lines.Add(field, items[i].offer, UnitsText(items[i].quantity, 0));
  }
  if (!lines.Empty()) throw error.WithMetadata("lines", lines.Text());
}

template <class Value>
Value ValueOr(const std::map<OfferId, Value>& map, const OfferId& id) {
  const auto found = map.find(id);
  return found == map.end() ? Value{} : found->second;
}

[[noreturn]] void ThrowTooLarge() {
  throw Error(Code::kInvalidArgument, "AMOUNT_TOO_LARGE",
              "an order may cost at most " + std::to_string(kTotalMinorMax) + " minor units");
}

}  // namespace

State Order::CurrentState() const {
  std::vector<State> states;
  states.reserve(parts.size());
  for (const auto& part : parts) states.push_back(part.state);
  return OrderState(states);
}

bool Order::WaitsForBuyer() const {
  const bool unpaid = payment.state == PaymentState::kDeclined ||
                      payment.state == PaymentState::kCaptureFailed ||
                      payment.state == PaymentState::kRequiresAction;
  return pay_until && unpaid && !IsDead(CurrentState());
}

Failure Order::Decline() const {
  const bool unknown = failure.decline_code == kMethodUnknown;
  return {.reason = unknown ? FailureReason::kUnknownPaymentMethod : FailureReason::kPaymentDeclined,
          .shortages = {},
          .decline_code = failure.decline_code};
}

void Order::RequireMove(State to) const {
  for (const auto& part : parts) domain::RequireMove(part.state, to);
}

void Order::Settle(State to, const PaymentSummary& money, Failure why, Time now) {
  RequireMove(to);
  for (auto& part : parts) {
    part.state = to;
    part.payment = money.state;
    ++part.version;
    part.updated_at = now;
  }
  for (const auto& refund : money.refunds) {
    const auto part = std::ranges::find(parts, refund.part, &SellerOrder::id);
    if (part != parts.end()) part->refunded_minor = refund.refunded_minor;
  }
  payment = money;
  failure = std::move(why);
  ++version;
  updated_at = now;
}

void Order::Wait(const Failure& why, Time until, Time now) {
  payment = {.state = PaymentState::kDeclined};
  for (auto& part : parts) part.payment = payment.state;
  failure.decline_code = why.decline_code;
  pay_until = until;
  ++version;
  updated_at = now;
}

void Order::WaitForAction(std::string url, Time until, Time now) {
  Wait({}, until, now);
  payment.state = PaymentState::kRequiresAction;
  for (auto& part : parts) part.payment = payment.state;
  action_url = std::move(url);
}

std::vector<Item> Merge(std::span<const Item> items) {
  std::vector<Item> merged;
  for (const auto& item : items) {
    const auto same = std::ranges::find(merged, item.offer, &Item::offer);
    if (same == merged.end()) {
      merged.push_back(item);
    } else {
      same->quantity += item.quantity;
    }
  }
  return merged;
}

void RequireForSale(std::span<const Item> items, std::span<const Offer> offers) {
  Require(items, offers, Error(Code::kAborted, "OFFER_UNAVAILABLE", "an offer can't be bought"),
          " can't be bought", [](const Offer& offer) { return offer.for_sale; });
  Require(items, offers,
          Error(Code::kAborted, "NO_PRICE_IN_CURRENCY", "an offer is not sold in the currency of the order"),
          " has no price in this currency", [](const Offer& offer) { return offer.price.has_value(); });
}

namespace {

void Add(Priced& priced, PricedPart& part, std::int64_t minor) {
  part.total.minor += minor;
  priced.total.minor += minor;
  if (priced.total.minor > kTotalMinorMax) ThrowTooLarge();
}

Delivery DeliveryOf(const SellerId& seller, const Terms& terms) {
  const auto found = terms.deliveries.find(seller);
  const auto term = found == terms.deliveries.end() ? DeliveryTerm() : found->second;
  return {.way = term.way, .price = MakePrice(term.price_minor, term.discounts, term.tax, terms.tax_mode)};
}

}  // namespace

Priced Price(std::span<const Item> items, std::span<const Offer> offers, const Terms& terms) {
  RequireForSale(items, offers);
  Priced priced;
  const Currency currency = Find(offers, items.front().offer)->price->currency;
  priced.total = Money{0, currency};
  for (const auto& item : items) {
    const Offer& offer = *Find(offers, item.offer);
    // Both factors are bounded by the contract (99,999,999 and 100 * 999), so the product can't overflow.
    auto price = MakePrice((*offer.price * item.quantity).minor, ValueOr(terms.discounts, offer.id),
                           ValueOr(terms.taxes, offer.id), terms.tax_mode);
    auto part = std::ranges::find(priced.parts, offer.seller, &PricedPart::seller);
    if (part == priced.parts.end()) {
      part = priced.parts.insert(priced.parts.end(), {offer.seller, {}, {}, Money{0, currency}});
    }
    Add(priced, *part, price.total_minor);
    part->lines.push_back({.id = {},
                           .offer = offer.id,
                           .product = offer.product,
                           .categories = {offer.categories.rbegin(), offer.categories.rend()},
                           .title = offer.title,
                           .picture = offer.picture,
                           .sku = offer.sku,
                           .options = offer.options,
                           .quantity = item.quantity,
                           .available = offer.available,
                           .unit_price = *offer.price,
                           .discounts = std::move(price.discounts),
                           .tax = price.tax,
                           .total = Money{price.total_minor, currency}});
  }
  for (auto& part : priced.parts) {
    part.delivery = DeliveryOf(part.seller, terms);
    Add(priced, part, part.delivery.price.total_minor);
  }
  priced.quote_hash = QuoteHash(priced);
  return priced;
}

std::vector<Shortage> SoldOut(std::span<const Item> items, std::span<const Offer> offers) {
  std::vector<Shortage> sold_out;
  for (const auto& item : items) {
    const Offer* offer = Find(offers, item.offer);
    if (offer != nullptr && offer->for_sale && offer->available <= 0) sold_out.push_back({item.offer, 0});
  }
  return sold_out;
}

std::vector<TaxSum> TaxesOf(const std::vector<Line>& lines, const Delivery& delivery) {
  std::vector<struct Price> prices;
  for (const auto& line : lines) prices.push_back({.tax = line.tax, .total_minor = line.total.minor});
  prices.push_back(delivery.price);
  return SumByRate(prices);
}

Changes ChangesSince(std::string_view quote_hash, const Priced& priced) {
  Changes changes;
  if (quote_hash.empty() || quote_hash == priced.quote_hash) return changes;
  std::string_view rest = quote_hash;
  if (Next(rest) != NameOfLines(priced)) throw NoQuoteOfThese();
  const Currency currency = Currency::Parse(Next(rest));
  for (const auto& part : priced.parts) {
    for (const auto& line : part.lines) {
      const Money promised{NextPrice(rest), currency};
      if (promised != line.unit_price) changes.lines.push_back({line.offer, promised, line.unit_price});
    }
    const Money delivery{NextPrice(rest), currency};
    const PartCost promised{delivery, Money{NextPrice(rest), currency}};
    const PartCost now{Money{part.delivery.price.total_minor, part.total.currency}, part.total};
    if (promised != now) changes.parts.push_back({part.seller, promised, now});
  }
  return changes;
}

std::string OrderNumber(Time day, std::uint64_t chance) {
  static constexpr char kAlphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(day));
  std::string number;
  for (const unsigned value : {static_cast<unsigned>(static_cast<int>(date.year())) % 100,
                               static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day())}) {
    number.push_back(static_cast<char>('0' + value / 10));
    number.push_back(static_cast<char>('0' + value % 10));
  }
  number.push_back('-');
  for (int shift = 35; shift >= 0; shift -= 5) number.push_back(kAlphabet[chance >> shift & 31]);
  return number;
}

void SetNumber(Order& order, const std::string& number) {
  order.number = number;
  for (std::size_t i = 0; i < order.parts.size(); ++i)
    order.parts[i].number = number + '-' + std::to_string(i + 1);
}

Order MakeOrder(const Uuid& operation_id, const AccountId& buyer, Priced priced, Address address,
                std::string payment_method, Time now) {
  Order order;
  order.id = OrderId::New();
  order.operation_id = operation_id;
  order.buyer = buyer;
  order.payment_method = std::move(payment_method);
  order.total = priced.total;
  order.address = std::move(address);
  order.created_at = order.updated_at = now;
  for (auto& priced_part : priced.parts) {
    SellerOrder part;
    part.id = SellerOrderId::New();
    part.order = order.id;
    part.seller = priced_part.seller;
    part.lines = std::move(priced_part.lines);
    for (auto& line : part.lines) line.id = LineId::New();
    part.delivery = std::move(priced_part.delivery);
    part.total = priced_part.total;
    part.created_at = part.updated_at = now;
    order.parts.push_back(std::move(part));
  }
  SetNumber(order, OrderNumber(now, Random64()));
  return order;
}

}  // namespace market::order::domain
