// Invoices and credit notes as the contract's messages.
#include <string>

#include "platform/conversions/conversions.hpp"
#include "services/order/api/convert.hpp"

namespace market::order {
namespace {

using conversions::ToProto;

api::order::InvoiceParty PartyProto(const Party& party) {
  api::order::InvoiceParty out;
  out.set_name(party.name);
  for (const auto& line : party.lines) out.add_lines(line);
  if (!party.city.empty()) out.set_city(party.city);
  if (!party.region.empty()) out.set_region(party.region);
  if (!party.postal_code.empty()) out.set_postal_code(party.postal_code);
  if (!party.country_code.empty()) out.set_country_code(party.country_code);
  if (!party.vat_number.empty()) out.set_vat_number(party.vat_number);
  if (!party.register_number.empty()) out.set_register_number(party.register_number);
  return out;
}

// What of a line and of a delivery is the same.
template <class Message>
void FillBilled(Message& out, const struct domain::Price& price, const Currency& currency) {
  AddDiscounts(*out.mutable_discounts(), price.discounts, currency);
  *out.mutable_net() = ToProto(Money{price.total_minor - price.tax.amount_minor, currency});
  FillTax(*out.mutable_tax(), price.tax, currency);
  *out.mutable_total() = ToProto(Money{price.total_minor, currency});
}

void FillLine(api::order::InvoiceLine& out, const domain::BilledLine& line, const Currency& currency) {
  out.set_line_id(line.line.ToString());
  out.set_title(line.title);
  out.set_sku(line.sku);
  for (const auto& [name, choice] : line.options) (*out.mutable_options())[name] = choice;
  out.set_quantity(line.quantity);
  *out.mutable_unit_price() = ToProto(Money{line.unit_price_minor, currency});
  FillBilled(out, line.price, currency);
}

void FillContent(api::order::InvoiceContent& out, const domain::InvoiceContent& content,
                 const Currency& currency) {
  const auto money = [&](std::int64_t minor) { return ToProto(Money{minor, currency}); };
  *out.mutable_seller() = PartyProto(content.seller);
  *out.mutable_buyer() = PartyProto(content.buyer);
  out.set_order_number(content.order_number);
  *out.mutable_order_time() = ToProto(content.ordered_at);
  *out.mutable_supply_time() = ToProto(content.supplied_at);
  for (const auto& line : content.lines) FillLine(*out.add_lines(), line, currency);
  if (content.delivery) {
    auto& delivery = *out.mutable_delivery();
    delivery.set_name(content.delivery->name);
    *delivery.mutable_price() = money(content.delivery->price.base_minor);
    FillBilled(delivery, content.delivery->price, currency);
  }
  for (const auto& coupon : content.coupons) {
    auto& used = *out.add_coupons();
    used.set_code(coupon.code);
    *used.mutable_amount() = money(coupon.amount_minor);
  }
  for (const auto& tax : content.taxes) {
    auto& of_rate = *out.add_taxes();
    of_rate.set_rate_ppm(tax.rate_ppm);
    *of_rate.mutable_net() = money(tax.net_minor);
    *of_rate.mutable_tax() = money(tax.tax_minor);
    *of_rate.mutable_gross() = money(tax.Gross());
  }
  for (const auto why : content.untaxed) out.add_no_tax(std::string(domain::Name(why)));
}

}  // namespace

api::order::Invoice ListedFrom(const domain::Invoice& invoice) {
  const auto money = [&](std::int64_t minor) { return ToProto(Money{minor, invoice.currency}); };
  api::order::Invoice out;
  out.set_id(invoice.id.ToString());
  out.set_kind(invoice.kind == domain::InvoiceKind::kInvoice ? api::order::Invoice::INVOICE
                                                             : api::order::Invoice::CREDIT_NOTE);
  out.set_number(invoice.number);
  out.set_seller_id(invoice.seller.ToString());
  out.set_order_id(invoice.order.ToString());
  out.set_seller_order_id(invoice.part.ToString());
  *out.mutable_issue_time() = ToProto(invoice.issued_at);
  *out.mutable_net() = money(invoice.net_minor);
  *out.mutable_tax() = money(invoice.tax_minor);
  *out.mutable_total() = money(invoice.total_minor);
  if (invoice.refund) out.set_refund_id(invoice.refund->ToString());
  if (const auto& corrects = invoice.content.corrects) {
    out.mutable_corrects()->set_invoice_id(corrects->id.ToString());
    out.mutable_corrects()->set_number(corrects->number);
    *out.mutable_corrects()->mutable_issue_time() = ToProto(corrects->issued_at);
  }
  return out;
}

api::order::Invoice ToProto(const domain::Invoice& invoice) {
  auto out = ListedFrom(invoice);
  FillContent(*out.mutable_content(), invoice.content, invoice.currency);
  return out;
}

}  // namespace market::order
