// Between rows and domain values: the column lists and their readers, shared by the files of this room.
#pragma once
#include <map>
#include <string>
#include <string_view>

#include "platform/postgres/database.hpp"
#include "services/order/domain/order.hpp"

namespace market::order::storage {

#define MARKET_ORDER_COLUMNS                                                                              \
  "id, operation_id, buyer_id, number, currency, total_minor, payment_method, recipient, address_lines, " \
  "city, "                                                                                                \
  "region, postal_code, country_code, phone, payment_state, authorized_minor, captured_minor, "           \
  "refunded_minor, "                                                                                      \
  "failure_reason, failure_details, version, created_at, updated_at"

#define MARKET_PART_COLUMNS                                                                  \
  "s.id, s.order_id, s.seller_id, s.number, s.state, s.total_minor, o.currency, s.carrier, " \
  "s.tracking_number, "                                                                      \
  "s.version, s.created_at, s.updated_at"

#define MARKET_LINE_COLUMNS                                                                                  \
  "l.seller_order_id, l.offer_id, l.product_id, l.title, l.sku, l.options, l.quantity, l.unit_price_minor, " \
  "l.total_minor"

domain::Order ReadOrder(const postgres::Row& row);
domain::SellerOrder ReadPart(const postgres::Row& row);
domain::Line ReadLine(const postgres::Row& row, const Currency& currency);

std::string OptionsToJson(const std::map<std::string, std::string>& options);

}  // namespace market::order::storage
