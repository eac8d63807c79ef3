#include <string>

#include "platform/conversions/conversions.hpp"
#include "services/payment/api/convert.hpp"

namespace market::payment {

using conversions::ToProto;

namespace {

using domain::CommissionInvoice;

api::payment::CommissionInvoiceParty PartyOf(const Party& party) {
  api::payment::CommissionInvoiceParty out;
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

}  // namespace

api::payment::CommissionInvoice ListedFrom(const CommissionInvoice& invoice) {
  const auto money = [&](std::int64_t minor) { return ToProto(Money{minor, invoice.currency}); };
  api::payment::CommissionInvoice out;
  out.set_id(invoice.id.ToString());
  out.set_kind(invoice.kind == domain::CommissionInvoiceKind::kInvoice
                   ? api::payment::CommissionInvoice::INVOICE
                   : api::payment::CommissionInvoice::CREDIT_NOTE);
  out.set_number(invoice.number);
  out.set_seller_id(invoice.seller.ToString());
  out.set_month(invoice.month);
  *out.mutable_issue_time() = ToProto(invoice.issued_at);
  *out.mutable_net() = money(invoice.net_minor);
  *out.mutable_tax() = money(invoice.tax_minor);
  *out.mutable_total() = money(invoice.total_minor);
  return out;
}

api::payment::CommissionInvoice ToProto(const CommissionInvoice& invoice) {
  const auto money = [&](std::int64_t minor) { return ToProto(Money{minor, invoice.currency}); };
  auto out = ListedFrom(invoice);
  auto& content = *out.mutable_content();
  *content.mutable_marketplace() = PartyOf(invoice.content.marketplace);
  *content.mutable_shop() = PartyOf(invoice.content.shop);
  for (const auto& line : invoice.content.lines) {
    auto& to = *content.add_lines();
    to.set_cause(std::string(domain::Name(line.cause)));
    to.set_entries(line.entries);
    to.set_rate_ppm(line.rate_ppm);
    *to.mutable_net() = money(line.net_minor);
    *to.mutable_tax() = money(line.tax_minor);
    *to.mutable_gross() = money(line.Gross());
  }
  return out;
}

}  // namespace market::payment
