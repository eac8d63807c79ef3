#include "services/payment/domain/ledger.hpp"

#include <stdexcept>

namespace market::payment::domain {

std::optional<Entry> EntryBetween(const Payment& before, const Payment& after) {
  using enum LedgerAccount;
  std::optional<Entry> entry;
  const auto moved = [&](LedgerCause cause, const Uuid& cause_id, LedgerAccount debit, LedgerAccount credit,
                         std::int64_t amount) {
    if (entry) throw std::logic_error("two movements of money at once");
    entry = Entry{cause,
                  cause_id,
                  {{.account = debit, .owner = {}, .amount_minor = amount},
                   {.account = credit, .owner = {}, .amount_minor = -amount}}};
  };
  if (after.captured_minor != before.captured_minor) {
    moved(LedgerCause::kCapture, after.id.Value(), kPspClearing, kOrderEscrow,
          after.captured_minor - before.captured_minor);
  }
  for (const auto& refund : after.refunds) {
    const auto* known = before.FindRefund(refund.id);
    const bool done = refund.state == Progress::kSucceeded && (!known || known->state != refund.state);
    if (done && refund.amount_minor > 0) {
      moved(LedgerCause::kRefund, refund.id.Value(), kOrderEscrow, kPspClearing, refund.amount_minor);
      entry->seller_order = refund.seller_order;
    }
  }
  return entry;
}

}  // namespace market::payment::domain
