#include "services/order/storage/rows.hpp"

#include <boost/json.hpp>
#include <chrono>
#include <unordered_map>

namespace market::order::storage {
namespace {

using postgres::ComposedStatement;
using postgres::Result;

constexpr ComposedStatement kFind{
    "order.find",
    "SELECT " + kOrder + " FROM orders o WHERE o.id = $1 AND ($2::uuid IS NULL OR o.buyer_id = $2)"};
constexpr ComposedStatement kFindParts{"order.find_parts",
                                       "SELECT " + kPart +
                                           " FROM seller_order s JOIN orders o ON o.id = s.order_id"
                                           " WHERE s.order_id = $1 ORDER BY s.position"};
constexpr ComposedStatement kFindLines{
    "order.find_lines", "SELECT " + kLine +
                            " FROM order_line l JOIN seller_order s ON s.id = l.seller_order_id"
                            " WHERE s.order_id = $1 ORDER BY s.position, l.position"};

// What has gone back never shrinks: an answer may be older than what an event has told meanwhile.
constexpr postgres::Statement kSetPayment{"order.set_payment", R"sql(
  UPDATE orders SET payment_state = $2, authorized_minor = $3, captured_minor = $4,
                    refunded_minor = greatest(refunded_minor, $5),
                    version = version + 1, updated_at = market_now()
  WHERE id = $1)sql"};
constexpr postgres::Statement kSetRefunds{"order.set_refunds", R"sql(
  UPDATE seller_order s SET refunded_minor = r.refunded
  FROM unnest($2::uuid[], $3::bigint[]) AS r (part, refunded)
  WHERE s.order_id = $1 AND s.id = r.part AND s.refunded_minor < r.refunded)sql"};

}  // namespace

std::string OptionsToJson(const std::map<std::string, std::string>& options) {
  boost::json::object object;
  for (const auto& [name, value] : options) object.emplace(name, value);
  return boost::json::serialize(object);
}

std::map<std::string, std::string> OptionsFromJson(std::string_view json) {
  std::map<std::string, std::string> options;
  for (const auto& [name, value] : boost::json::parse(json).as_object()) {
    options.emplace(name, value.as_string());
  }
  return options;
}

std::string DiscountsToJson(const std::vector<domain::Discount>& discounts) {
  boost::json::array array;
  for (const auto& discount : discounts) {
    array.push_back({{"source", discount.source},
                     {"funder", Name(discount.funder)},
                     {"amountMinor", discount.amount_minor}});
  }
  return boost::json::serialize(array);
}

std::vector<domain::Discount> DiscountsFromJson(std::string_view json) {
  std::vector<domain::Discount> discounts;
  if (json == "[]") return discounts;
  for (const auto& one : boost::json::parse(json).as_array()) {
    discounts.push_back({.source = std::string(one.at("source").as_string()),
                         .funder = domain::kFunders.Require(one.at("funder").as_string()),
                         .amount_minor = one.at("amountMinor").to_number<std::int64_t>()});
  }
  return discounts;
}

std::vector<domain::UsedCoupon> CouponsFromJson(std::string_view json) {
  std::vector<domain::UsedCoupon> coupons;
  for (const auto& one : boost::json::parse(json).as_array()) {
    coupons.push_back({.id = domain::CouponId::From(std::string_view(one.at(0).as_string())),
                       .code = std::string(one.at(1).as_string()),
                       .amount_minor = one.at(2).to_number<std::int64_t>()});
  }
  return coupons;
}

std::vector<domain::Parcel> ParcelsFromJson(std::string_view json) {
  const auto time = [](const boost::json::value& micros) {
    return Time(std::chrono::microseconds(micros.to_number<std::int64_t>()));
  };
  std::vector<domain::Parcel> parcels;
  for (const auto& one : boost::json::parse(json).as_array()) {
    auto& parcel = parcels.emplace_back();
    parcel.id = domain::ParcelId::From(std::string_view(one.at(0).as_string()));
    parcel.number = one.at(1).to_number<std::int64_t>();
    parcel.carrier = one.at(2).as_string();
    parcel.tracking_number = one.at(3).as_string();
    parcel.version = one.at(4).to_number<std::int64_t>();
    parcel.sent_at = time(one.at(5));
    if (!one.at(6).is_null()) parcel.delivered_at = time(one.at(6));
    for (const auto& units : one.at(7).as_array()) {
      parcel.units.push_back({.line = domain::LineId::From(std::string_view(units.at(0).as_string())),
                              .quantity = units.at(1).to_number<std::int64_t>()});
    }
  }
  return parcels;
}

void AddLines(std::vector<domain::SellerOrder>& parts, const Result& lines) {
  std::unordered_map<domain::SellerOrderId, domain::SellerOrder*> by_id;
  for (auto& part : parts) by_id.emplace(part.id, &part);
  for (const auto row : lines) {
    auto [part, line] = kLine.Read(row);
    const auto found = by_id.find(part);
    if (found == by_id.end()) continue;
    line.unit_price.currency = line.total.currency = found->second->total.currency;
    found->second->lines.push_back(std::move(line));
  }
}

// Parts are written before their order, as they are locked in the moves of transitions.cpp.
void AddPayment(postgres::Batch& batch, domain::OrderId order, const domain::PaymentSummary& payment) {
  AddRefunds(batch, order, payment);
  batch.Add(kSetPayment, order, payment.state, payment.authorized_minor, payment.captured_minor,
            payment.refunded_minor);
}

void AddRefunds(postgres::Batch& batch, domain::OrderId order, const domain::PaymentSummary& payment) {
  if (payment.refunds.empty()) return;
  std::vector<domain::SellerOrderId> parts;
  std::vector<std::int64_t> refunded;
  for (const auto& refund : payment.refunds) {
    parts.push_back(refund.part);
    refunded.push_back(refund.refunded_minor);
  }
  batch.Add(kSetRefunds, order, parts, refunded);
}

void AddWhole(postgres::Batch& batch, domain::OrderId id, std::optional<AccountId> buyer) {
  batch.Add(kFind, id, buyer).Add(kFindParts, id).Add(kFindLines, id);
}

std::vector<domain::Order> ReadWhole(const Result& order_rows, const Result& part_rows,
                                     const Result& line_rows) {
  auto parts = kPart.ReadAll(part_rows);
  AddLines(parts, line_rows);
  std::vector<domain::Order> orders;
  for (const auto row : order_rows) {
    auto order = kOrder.Read(row);
    for (auto& part : parts) {
      if (part.order == order.id) order.parts.push_back(std::move(part));
    }
    // The statements of a read are not one snapshot: an order that was inserted between them comes without
    // parts and is treated as not there yet.
    if (!order.parts.empty()) orders.push_back(std::move(order));
  }
  return orders;
}

}  // namespace market::order::storage
