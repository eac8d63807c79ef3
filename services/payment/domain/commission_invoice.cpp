#include "services/payment/domain/commission_invoice.hpp"

namespace market::payment::domain {

ChargedCommission SumOf(std::span<const ChargedCommission> lines) {
  ChargedCommission sum;
  for (const auto& line : lines) {
    sum.entries += line.entries;
    sum.net_minor += line.net_minor;
    sum.tax_minor += line.tax_minor;
  }
  return sum;
}

CommissionInvoiceKind KindOf(const ChargedCommission& sum) {
  return sum.Gross() < 0 ? CommissionInvoiceKind::kCreditNote : CommissionInvoiceKind::kInvoice;
}

}  // namespace market::payment::domain
