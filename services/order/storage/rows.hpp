// The columns of an order, of its parts and of their lines, shared by the files of this room, and how a whole
// order is read.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/postgres/columns.hpp"
#include "platform/postgres/database.hpp"
#include "services/order/domain/cancellation.hpp"
#include "services/order/domain/order.hpp"

namespace market::order::storage {

std::string OptionsToJson(const std::map<std::string, std::string>& options);
std::map<std::string, std::string> OptionsFromJson(std::string_view json);
std::string DiscountsToJson(const std::vector<domain::Discount>& discounts);
std::vector<domain::Discount> DiscountsFromJson(std::string_view json);

std::vector<domain::UsedCoupon> CouponsFromJson(std::string_view json);
std::vector<domain::Parcel> ParcelsFromJson(std::string_view json);

using postgres::Column;
using postgres::Columns;
using postgres::Inside;

// All name the tables orders o, seller_order s and order_line l.
inline constexpr Columns kAddress{Column{"o.recipient", &domain::Address::recipient},
                                  Column{"o.address_lines", &domain::Address::lines},
                                  Column{"o.city", &domain::Address::city},
                                  Column{"o.region", &domain::Address::region},
                                  Column{"o.postal_code", &domain::Address::postal_code},
                                  Column{"o.country_code", &domain::Address::country_code},
                                  Column{"o.phone", &domain::Address::phone}};

inline constexpr Columns kPayment{Column{"o.payment_state", &domain::PaymentSummary::state},
                                  Column{"o.authorized_minor", &domain::PaymentSummary::authorized_minor},
                                  Column{"o.captured_minor", &domain::PaymentSummary::captured_minor},
                                  Column{"o.refunded_minor", &domain::PaymentSummary::refunded_minor}};

inline constexpr Columns kFailure{
    Column{"o.failure_reason", &domain::Failure::reason},
    Column{"o.failure_offers", &domain::Failure::shortages, &domain::Shortage::offer},
    Column{"o.failure_left", &domain::Failure::shortages, &domain::Shortage::left},
    Column{"o.decline_code", &domain::Failure::decline_code}};

// What changes in an order after it was inserted.
inline constexpr Columns kSettled{Column{"o.payment_method", &domain::Order::payment_method},
                                  Column{"o.payment_number", &domain::Order::payment_number},
                                  Column{"o.pay_until", &domain::Order::pay_until},
                                  Column{"o.action_url", &domain::Order::action_url},
                                  Inside{&domain::Order::payment, kPayment},
                                  Inside{&domain::Order::failure, kFailure},
                                  Column{"o.version", &domain::Order::version},
                                  Column{"o.updated_at", &domain::Order::updated_at}};

// Null where there are none.
inline constexpr postgres::Sql kCouponsOfOrder{
    R"sql((SELECT jsonb_agg(jsonb_build_array(r.coupon_id, r.code, r.amount_minor) ORDER BY r.position)
  FROM coupon_redemption r WHERE r.order_id = o.id))sql"};

inline constexpr Columns kOrder{Column{"o.id", &domain::Order::id},
                                Column{"o.operation_id", &domain::Order::operation_id},
                                Column{"o.buyer_id", &domain::Order::buyer},
                                Column{"o.number", &domain::Order::number},
                                Column{"o.total_minor", &domain::Order::total, &Money::minor},
                                Column{"o.currency", &domain::Order::total, &Money::currency},
                                Column{"o.created_at", &domain::Order::created_at},
                                Column{"o.accepted_terms", &domain::Order::accepted_terms},
                                Column{kCouponsOfOrder,
                                       [](domain::Order& order, std::optional<std::string_view> json) {
                                         if (json) order.coupons = CouponsFromJson(*json);
                                       }},
                                Column{"o.cart_id", &domain::Order::cart},
                                Inside{&domain::Order::address, kAddress},
                                kSettled};

inline constexpr Columns kWay{Column{"s.delivery_method_id", &domain::Way::method},
                              Column{"s.delivery_name", &domain::Way::name},
                              Column{"s.delivery_days_from", &domain::Way::days_from},
                              Column{"s.delivery_days_to", &domain::Way::days_to},
                              Column{"s.delivery_pickup_place", &domain::Way::pickup_place}};

inline constexpr Columns kDelivery{
    Inside{&domain::Delivery::way, kWay},
    Column{"s.delivery_minor",
           [](domain::Delivery& delivery) -> std::int64_t& { return delivery.price.base_minor; }},
    Column{"s.delivery_discounts",
           [](domain::Delivery& delivery, std::string_view json) {
             delivery.price.discounts = DiscountsFromJson(json);
           }},
    Column{"s.delivery_tax_rate_ppm",
           [](domain::Delivery& delivery) -> std::int64_t& { return delivery.price.tax.rate_ppm; }},
    Column{"s.delivery_tax_mode",
           [](domain::Delivery& delivery) -> domain::TaxMode& { return delivery.price.tax.mode; }},
    Column{"s.delivery_tax_minor",
           [](domain::Delivery& delivery) -> std::int64_t& { return delivery.price.tax.amount_minor; }},
    Column{"s.delivery_tax_rate_id",
           [](domain::Delivery& delivery) -> std::optional<domain::TaxRateId>& {
             return delivery.price.tax.rate;
           }},
    Column{"s.delivery_no_tax",
           [](domain::Delivery& delivery) -> domain::NoTax& { return delivery.price.tax.none; }},
    Column{"s.delivery_total_minor",
           [](domain::Delivery& delivery) -> std::int64_t& { return delivery.price.total_minor; }}};

// Null where there are none.
inline constexpr postgres::Sql kParcelsOfPart{
    R"sql((SELECT jsonb_agg(jsonb_build_array(p.id, p.position, p.carrier, p.tracking_number, p.version,
                                              (extract(epoch FROM p.sent_at) * 1000000)::bigint,
                                              (extract(epoch FROM p.delivered_at) * 1000000)::bigint,
           (SELECT jsonb_agg(jsonb_build_array(u.line_id, u.quantity) ORDER BY l.position)
            FROM parcel_line u JOIN order_line l ON l.id = u.line_id WHERE u.parcel_id = p.id)) ORDER BY p.position)
  FROM parcel p WHERE p.seller_order_id = s.id))sql"};

inline constexpr Columns kPart{Column{"s.id", &domain::SellerOrder::id},
                               Column{"s.order_id", &domain::SellerOrder::order},
                               Column{"s.seller_id", &domain::SellerOrder::seller},
                               Column{"s.number", &domain::SellerOrder::number},
                               Column{"s.state", &domain::SellerOrder::state},
                               Column{"s.total_minor", &domain::SellerOrder::total, &Money::minor},
                               Column{"o.currency", &domain::SellerOrder::total, &Money::currency},
                               Inside{&domain::SellerOrder::delivery, kDelivery},
                               Column{"s.refunded_minor", &domain::SellerOrder::refunded_minor},
                               Column{"o.payment_state", &domain::SellerOrder::payment},
                               Column{kParcelsOfPart,
                                      [](domain::SellerOrder& part, std::optional<std::string_view> json) {
                                        if (json) part.parcels = ParcelsFromJson(*json);
                                      }},
                               Column{"s.version", &domain::SellerOrder::version},
                               Column{"s.created_at", &domain::SellerOrder::created_at},
                               Column{"s.updated_at", &domain::SellerOrder::updated_at}};

inline constexpr Columns kPartWithAddress{kPart, Inside{&domain::SellerOrder::address, kAddress}};

// The states of a part in the order in which the first one that a part has is its order's (domain::OrderState).
inline constexpr postgres::Sql kStatesInOrder{
    R"sql('{PENDING_PAYMENT, PLACED, ACCEPTED, PARTIALLY_SHIPPED, SHIPPED, DELIVERED, COMPLETED,
  CANCELLED, REJECTED, FAILED}'::text[])sql"};
// Of the order o.
inline constexpr auto kStateOfOrder =
    "(SELECT state FROM seller_order WHERE order_id = o.id ORDER BY array_position(" + kStatesInOrder +
    ", state::text) LIMIT 1)";

// A line and the part it is of, whose currency it has.
struct LineOfPart {
  domain::SellerOrderId part;
  domain::Line line;
};

inline constexpr Columns kLine{
    Column{"l.seller_order_id", &LineOfPart::part},
    Column{"l.id", &LineOfPart::line, &domain::Line::id},
    Column{"l.offer_id", &LineOfPart::line, &domain::Line::offer},
    Column{"l.product_id", &LineOfPart::line, &domain::Line::product},
    Column{"l.category_ids", &LineOfPart::line, &domain::Line::categories},
    Column{"l.title", &LineOfPart::line, &domain::Line::title},
    Column{"l.picture", &LineOfPart::line, &domain::Line::picture},
    Column{"l.sku", &LineOfPart::line, &domain::Line::sku},
    Column{"l.options",
           [](LineOfPart& row, std::string_view json) { row.line.options = OptionsFromJson(json); }},
    Column{"l.quantity", &LineOfPart::line, &domain::Line::quantity},
    Column{"l.cancelled", &LineOfPart::line, &domain::Line::cancelled},
    Column{"l.shipped", &LineOfPart::line, &domain::Line::shipped},
    Column{"l.returned", &LineOfPart::line, &domain::Line::returned},
    Column{"l.discounts",
           [](LineOfPart& row, std::string_view json) { row.line.discounts = DiscountsFromJson(json); }},
    Column{"l.tax_rate_ppm", [](LineOfPart& row) -> std::int64_t& { return row.line.tax.rate_ppm; }},
    Column{"l.tax_mode", [](LineOfPart& row) -> domain::TaxMode& { return row.line.tax.mode; }},
    Column{"l.tax_minor", [](LineOfPart& row) -> std::int64_t& { return row.line.tax.amount_minor; }},
    Column{"l.tax_rate_id",
           [](LineOfPart& row) -> std::optional<domain::TaxRateId>& { return row.line.tax.rate; }},
    Column{"l.no_tax", [](LineOfPart& row) -> domain::NoTax& { return row.line.tax.none; }},
    Column{"l.unit_price_minor", [](LineOfPart& row) -> std::int64_t& { return row.line.unit_price.minor; }},
    Column{"l.total_minor", [](LineOfPart& row) -> std::int64_t& { return row.line.total.minor; }}};

inline constexpr postgres::ComposedStatement kLinesOfPart{
    "seller_order.find_lines",
    "SELECT " + kLine + " FROM order_line l WHERE l.seller_order_id = $1 ORDER BY l.position"};

// What of a line is cancelled, sent and returned by now.
inline constexpr Columns kLineNow{Column{"l.seller_order_id", &domain::LineNow::part},
                                  Column{"l.id", &domain::LineNow::line},
                                  Column{"l.offer_id", &domain::LineNow::offer},
                                  Column{"l.quantity", &domain::LineNow::quantity},
                                  Column{"l.cancelled", &domain::LineNow::cancelled},
                                  Column{"l.shipped", &domain::LineNow::shipped},
                                  Column{"l.returned", &domain::LineNow::returned},
                                  Column{"l.total_minor", &domain::LineNow::total_minor}};
inline constexpr postgres::ComposedStatement kUnitsOfPart{
    "seller_order.units",
    "SELECT " + kLineNow + " FROM order_line l WHERE l.seller_order_id = $1 ORDER BY l.position"};
inline constexpr postgres::ComposedStatement kUnitsOfOrder{
    "order.units", "SELECT " + kLineNow +
                       " FROM order_line l JOIN seller_order s ON s.id = l.seller_order_id"
                       " WHERE s.order_id = $1 ORDER BY s.position, l.position"};

// The parcels of a part p, without their units.
inline constexpr Columns kParcelNow{Column{"p.id", &domain::Parcel::id},
                                    Column{"p.seller_order_id", &domain::Parcel::part},
                                    Column{"p.position", &domain::Parcel::number},
                                    Column{"p.carrier", &domain::Parcel::carrier},
                                    Column{"p.tracking_number", &domain::Parcel::tracking_number},
                                    Column{"p.version", &domain::Parcel::version},
                                    Column{"p.sent_at", &domain::Parcel::sent_at},
                                    Column{"p.delivered_at", &domain::Parcel::delivered_at}};

// Rows of kLine, to the parts they are of; those of no part here are left out.
void AddLines(std::vector<domain::SellerOrder>& parts, const postgres::Result& lines);

// What the payment service said of the order's money.
void AddPayment(postgres::Batch& batch, domain::OrderId order, const domain::PaymentSummary& payment);
// What of each part has gone back, when something has.
void AddRefunds(postgres::Batch& batch, domain::OrderId order, const domain::PaymentSummary& payment);

// The three statements that read one order whole, and what they gave.
void AddWhole(postgres::Batch& batch, domain::OrderId id, std::optional<AccountId> buyer);
// From rows of kOrder, kPart and kLine.
std::vector<domain::Order> ReadWhole(const postgres::Result& orders, const postgres::Result& parts,
                                     const postgres::Result& lines);

}  // namespace market::order::storage
