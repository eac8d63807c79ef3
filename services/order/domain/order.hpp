// An order as it was placed: what was bought, at which prices, from whom, where it goes. Values only.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/core/money.hpp"
#include "services/order/domain/delivery.hpp"
#include "services/order/domain/failure.hpp"
#include "services/order/domain/ids.hpp"
#include "services/order/domain/parcel.hpp"
#include "services/order/domain/payment.hpp"
#include "services/order/domain/price.hpp"
#include "services/order/domain/state.hpp"

namespace market::order::domain {

struct Line {
  LineId id;  // nil in a quote
  OfferId offer;
  ProductId product;
  std::vector<CategoryId> categories;  // of the product as it was bought: its own, then those above
  std::string title;
  std::optional<std::string> picture;  // where a small one is
  std::string sku;
  std::map<std::string, std::string> options;
  std::int64_t quantity = 0;  // bought; of these:
  std::int64_t cancelled = 0;
  std::int64_t shipped = 0;
  std::int64_t returned = 0;
  std::int64_t available = 0;  // how many could be bought; of a quote only
  Money unit_price;
  std::vector<Discount> discounts;
  Tax tax;
  Money total;
};

struct Address {
  std::string recipient;
  std::vector<std::string> lines;
  std::string city;
  std::string region;
  std::string postal_code;
  std::string country_code;
  std::string phone;
};

struct SellerOrder {
  SellerOrderId id;
  OrderId order;
  SellerId seller;
  std::string number;
  State state = State::kPendingPayment;
  std::vector<Line> lines;
  Delivery delivery = {};
  Money total;  // of the lines and the delivery
  std::int64_t refunded_minor = 0;
  PaymentState payment = PaymentState::kCreated;  // of the whole order
  std::vector<Parcel> parcels;                    // as they were sent
  std::int64_t version = 1;
  Time created_at;
  Time updated_at;
  Address address;  // filled only where a seller reads the part on its own
};

// A coupon that an order was made with, and what it takes off in all.
struct UsedCoupon {
  CouponId id;
  std::string code;
  std::int64_t amount_minor = 0;

  bool operator==(const UsedCoupon&) const = default;
};
// What of lines and their delivery is tax, by rate.
std::vector<TaxSum> TaxesOf(const std::vector<Line>& lines, const Delivery& delivery);

// The decline code of a method that the payment provider does not have.
inline constexpr std::string_view kMethodUnknown = "payment_method_unknown";

struct Order {
  OrderId id;
  Uuid operation_id;
  AccountId buyer;
  std::string number;
  std::string payment_method;     // of the newest payment
  int payment_number = 1;         // which that is: the last one that may have been asked for
  std::optional<Time> pay_until;  // for paying it with another method, once one was declined or lost
  std::string action_url;         // with REQUIRES_ACTION: where its buyer confirms the newest payment
  std::vector<SellerOrder> parts;
  std::vector<UsedCoupon> coupons;            // as the buyer named them
  std::optional<std::string> accepted_terms;  // their version
  std::optional<CartId> cart;                 // that it is made of
  std::int64_t cart_version = 0;              // at which; of a draft only
  Money total;
  Address address;
  PaymentSummary payment;
  Failure failure;
  std::int64_t version = 1;
  Time created_at;
  Time updated_at;

  State CurrentState() const;
  // Its payment came to nothing, or waits to be confirmed, and its buyer may go on with another method until
  // `pay_until`.
  bool WaitsForBuyer() const;
  // Why its payment was declined.
  Failure Decline() const;
  // Throws Error ILLEGAL_TRANSITION unless every part may become `to`.
  void RequireMove(State to) const;
  // From where it waits for its payment to the end of its checkout: every part moves, all is one version on.
  void Settle(State to, const PaymentSummary& money, Failure why, Time now);
  // Its payment was declined: it stays as it is, and waits for its buyer.
  void Wait(const Failure& why, Time until, Time now);
  // Its payment waits for its buyer to confirm it: the same.
  void WaitForAction(std::string url, Time until, Time now);
};

}  // namespace market::order::domain
