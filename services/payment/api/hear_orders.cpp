// What happened to orders, as payment acts upon it: who earns what of them.
#include "marketplace/order/v1/events.pb.h"
#include "platform/conversions/conversions.hpp"
#include "platform/events/event.hpp"
#include "services/payment/api/payment_service.hpp"

namespace market::payment {
namespace {

namespace order = ::marketplace::order::v1;

// As it was sold: the terms are not there yet.
domain::Sale SaleFrom(const order::SellerOrderPlaced& placed, const events::Event& event) {
  domain::Sale sale;
  sale.id = domain::SellerOrderId::From(placed.seller_order_id());
  sale.order = domain::OrderId::From(placed.order_id());
  sale.seller = SellerId::From(event.seller_id());
  sale.number = placed.number();
  sale.currency = Currency::Parse(placed.total().currency());
  sale.delivery.paid_minor = placed.delivery().amount();
  sale.delivery.funded_minor = placed.delivery_funded().amount();
  sale.placed_at = conversions::TimeFrom(event.time(), "event.time");
  sale.trace = event.trace();
  for (const auto& told : placed.lines()) {
    auto& line = sale.lines.emplace_back();
    line.id = domain::LineId::From(told.line_id());
    line.product = domain::ProductId::From(told.product_id());
    for (const auto& id : told.category_ids()) line.categories.push_back(domain::CategoryId::From(id));
    line.quantity = told.quantity();
    line.unit_price_minor = told.unit_price().amount();
    line.paid_minor = told.total().amount();
    line.tax_minor = told.tax().amount();
    line.funded_minor = told.funded().amount();
  }
  return sale;
}

}  // namespace

// A line keeps the terms of the rule that it falls under when its order was placed, whenever that is heard.
Task<google::protobuf::Empty> PaymentService::Deliver(CallContext& call,
                                                      marketplace::type::v1::DeliverRequest request) {
  const auto& event = request.event();
  if (const auto placed = events::As<order::SellerOrderPlaced>(event)) {
    auto sale = SaleFrom(*placed, event);
    const auto rules = co_await deps_.rules.Published(call, sale.placed_at);
    for (auto& line : sale.lines) {
      const auto* rule = domain::RuleFor(
          rules, {sale.seller, line.categories, Money{line.unit_price_minor, sale.currency}}, sale.placed_at);
      if (rule != nullptr) line.terms = rule->terms;
    }
    domain::Open(sale);
    co_await deps_.sales.Place(call, event, sale);
  } else if (const auto delivered = events::As<order::SellerOrderDelivered>(event)) {
    co_await deps_.sales.Delivered(call, event, domain::SellerOrderId::From(delivered->seller_order_id()),
                                   conversions::TimeFrom(event.time(), "event.time"));
  } else if (const auto completed = events::As<order::SellerOrderCompleted>(event)) {
    co_await deps_.sales.Completed(call, event, domain::SellerOrderId::From(completed->seller_order_id()),
                                   conversions::TimeFrom(event.time(), "event.time"));
  } else {
    throw InvalidArgument("event.type", "UNKNOWN_VALUE", "is no event that is acted upon");
  }
  deps_.settling.Wake();
  co_return google::protobuf::Empty();
}

}  // namespace market::payment
