#include "services/order/storage/rows.hpp"

#include <boost/json.hpp>

namespace market::order::storage {
namespace {

std::map<std::string, std::string> OptionsFromJson(std::string_view text) {
  std::map<std::string, std::string> options;
  for (const auto& [name, value] : boost::json::parse(text).as_object()) {
    options.emplace(name, value.as_string());
  }
  return options;
}

}  // namespace

std::string OptionsToJson(const std::map<std::string, std::string>& options) {
  boost::json::object object;
  for (const auto& [name, value] : options) object.emplace(name, value);
  return boost::json::serialize(object);
}

domain::Order ReadOrder(const postgres::Row& row) {
  domain::Order order;
  order.id = row.GetId<domain::OrderId>(0);
  order.operation_id = row.GetUuid(1);
  order.buyer = row.GetId<AccountId>(2);
  order.number = row.Text(3);
  order.total = Money{row.Int(5), Currency::Parse(row.Text(4))};
  order.payment_method = row.Text(6);
  order.address = {.recipient = std::string(row.Text(7)),
                   .lines = row.TextArray(8),
                   .city = std::string(row.Text(9)),
                   .region = std::string(row.Text(10)),
                   .postal_code = std::string(row.Text(11)),
                   .country_code = std::string(row.Text(12)),
                   .phone = std::string(row.Text(13))};
  order.payment = {.state = std::string(row.Text(14)),
                   .authorized_minor = row.Int(15),
                   .captured_minor = row.Int(16),
                   .refunded_minor = row.Int(17)};
  order.failure = {.reason = std::string(row.Text(18)), .details = row.TextArray(19)};
  order.version = row.Int(20);
  order.created_at = row.GetTime(21);
  order.updated_at = row.GetTime(22);
  return order;
}

domain::SellerOrder ReadPart(const postgres::Row& row) {
  domain::SellerOrder part;
  part.id = row.GetId<domain::SellerOrderId>(0);
  part.order = row.GetId<domain::OrderId>(1);
  part.seller = row.GetId<SellerId>(2);
  part.number = row.Text(3);
  part.state = domain::StateFrom(row.Text(4));
  part.total = Money{row.Int(5), Currency::Parse(row.Text(6))};
  part.carrier = row.Text(7);
  part.tracking_number = row.Text(8);
  part.version = row.Int(9);
  part.created_at = row.GetTime(10);
  part.updated_at = row.GetTime(11);
  return part;
}

domain::Line ReadLine(const postgres::Row& row, const Currency& currency) {
  return {.offer = row.GetId<domain::OfferId>(1),
          .product = row.GetId<domain::ProductId>(2),
          .title = std::string(row.Text(3)),
          .sku = std::string(row.Text(4)),
          .options = OptionsFromJson(row.Text(5)),
          .quantity = row.Int(6),
          .unit_price = Money{row.Int(7), currency},
          .total = Money{row.Int(8), currency}};
}

}  // namespace market::order::storage
