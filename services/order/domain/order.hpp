// An order as it was placed: what was bought, at which prices, from whom, where it goes. Values only.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/core/money.hpp"
#include "services/order/domain/ids.hpp"
#include "services/order/domain/state.hpp"

namespace market::order::domain {

struct Line {
  OfferId offer;
  ProductId product;
  std::string title;
  std::string sku;
  std::map<std::string, std::string> options;
  std::int64_t quantity = 0;
  Money unit_price;
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
  Money total;
  std::string carrier;
  std::string tracking_number;
  std::int64_t version = 1;
  Time created_at;
  Time updated_at;
  Address address;  // filled only where a seller reads the part on its own
};

// What the payment service said last; the truth is there.
struct PaymentSummary {
  std::string state = "CREATED";
  std::int64_t authorized_minor = 0;
  std::int64_t captured_minor = 0;
  std::int64_t refunded_minor = 0;
};

// Why an order FAILED: a reason of the contract, and what a buyer needs to know with it.
struct Failure {
  std::string reason;  // empty: none
  std::vector<std::string>
      details;  // OUT_OF_STOCK: "<offer id> <units left>" each; PAYMENT_DECLINED: the code
};

struct Order {
  OrderId id;
  Uuid operation_id;
  AccountId buyer;
  std::string number;
  std::string payment_method;
  std::vector<SellerOrder> parts;
  Money total;
  Address address;
  PaymentSummary payment;
  Failure failure;
  std::int64_t version = 1;
  Time created_at;
  Time updated_at;

  State CurrentState() const;
};

// One step of an order's history.
struct Event {
  Time at;
  SellerOrderId part;
  std::string from;  // empty at the beginning
  std::string to;
  std::string actor;  // buyer, seller, operator, system
  std::string reason;
};

}  // namespace market::order::domain
