#include "services/payment/domain/ledger.hpp"

namespace market::payment::domain {

std::optional<Entry> EntryOf(const Payment& payment, const Attempt& attempt) {
  using enum LedgerAccount;
  if (attempt.state != Progress::kSucceeded) return std::nullopt;
  if (attempt.operation == Operation::kCapture) {
    const auto amount = payment.captured_minor;
    return Entry{EntryKind::kCapture, payment.id.Value(), {{kPspClearing, amount}, {kOrderEscrow, -amount}}};
  }
  if (attempt.operation == Operation::kRefund) {
    const auto amount = payment.FindRefund(attempt.seller_order)->amount_minor;
    return Entry{
        EntryKind::kRefund, attempt.seller_order.Value(), {{kOrderEscrow, amount}, {kPspClearing, -amount}}};
  }
  return std::nullopt;
}

}  // namespace market::payment::domain
