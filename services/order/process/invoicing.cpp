#include "services/order/process/invoicing.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "platform/conversions/conversions.hpp"

namespace market::order {
namespace {

// As the shop has told who its trader is; a shop that has not is known by its name.
Party SellerOf(const api::user::ShopTrader& shop) {
  if (!shop.has_trader()) return {.name = shop.display_name(), .country_code = shop.country_code()};
  const auto& trader = shop.trader();
  return {.name = trader.legal_name(),
          .lines = {trader.lines().begin(), trader.lines().end()},
          .city = trader.city(),
          .region = trader.region(),
          .postal_code = trader.postal_code(),
          .country_code = trader.country_code(),
          .vat_number = trader.vat_number(),
          .register_number = trader.register_number()};
}

}  // namespace

Task<domain::InvoiceContent> Invoicing::ContentOf(CallContext& call, api::order::InvoiceCommand command) {
  const auto order =
      co_await orders_.Find(call, domain::OrderId::From(command.order_id()), storage::Scope::Everything());
  if (!order) throw std::logic_error("an invoice message without its order");
  const auto part = std::ranges::find(order->parts, domain::SellerOrderId::From(command.seller_order_id()),
                                      &domain::SellerOrder::id);
  if (part == order->parts.end()) throw std::logic_error("an invoice message without its part of the order");
  api::user::GetTraderRequest request;
  request.set_seller_id(part->seller.ToString());
  const auto shop = co_await users_.GetTrader(call, std::move(request));
  std::vector<domain::Units> billed;
  for (const auto& units : command.issue().lines())
    billed.push_back({domain::LineId::From(units.line_id()), units.quantity()});
  co_return domain::MakeInvoice(*order, *part, billed, SellerOf(shop),
                                conversions::TimeFrom(command.issue().supply_time(), "supplyTime"));
}

Task<> Invoicing::Do(CallContext& call, api::order::InvoiceCommand command) {
  const auto part = domain::SellerOrderId::From(command.seller_order_id());
  std::optional<domain::InvoiceContent> content;
  if (command.has_issue() && !co_await invoices_.Has(call, part)) content = co_await ContentOf(call, command);
  co_await invoices_.Issue(call, part, std::move(content));
}

}  // namespace market::order
