// For the tests of what shops earn: sales of the parts of a payment, and the events that tell of them.
#pragma once
#include <string>

#include "platform/events/event.hpp"
#include "services/payment/domain/settlement.hpp"

namespace market::payment {

inline events::Event AnEvent() {
  events::Event event;
  event.set_id(Uuid::NewV7().ToString());
  return event;
}

inline domain::CommissionTerms TenPercent() {
  return {.rule = domain::CommissionRuleId::New(), .percentage_ppm = 100'000};
}

// Of one part of it: two lines, of 60 % and the rest less 1.00 for the delivery. Each falls under a rule of its own.
inline domain::Sale SaleOf(const domain::Payment& payment, std::size_t split) {
  const auto& part = payment.splits.at(split);
  domain::Sale sale;
  sale.id = part.seller_order;
  sale.order = payment.order;
  sale.seller = part.seller;
  sale.number = "261130-ABCDEFGH-" + std::to_string(split + 1);
  sale.currency = payment.currency;
  sale.delivery = {.paid_minor = 100};
  sale.placed_at = payment.created_at;
  const auto first = part.amount_minor * 6 / 10;
  for (const auto paid : {first, part.amount_minor - first - 100}) {
    auto& line = sale.lines.emplace_back();
    line.id = domain::LineId::New();
    line.product = domain::ProductId::New();
    line.categories = {domain::CategoryId::New(), domain::CategoryId::New()};
    line.quantity = 2;
    line.unit_price_minor = paid / 2;
    line.paid_minor = paid;
    line.terms = TenPercent();
  }
  domain::Open(sale);
  return sale;
}

}  // namespace market::payment
