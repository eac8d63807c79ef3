// What a payment's movements of money are in the double-entry ledger. Debits are positive, credits negative.
//
//   capture   Dr psp_clearing / Cr order_escrow      refund   the reverse
#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "platform/core/words.hpp"
#include "services/payment/domain/payment.hpp"

namespace market::payment::domain {

enum class LedgerAccount : std::uint8_t {
  kPspClearing,  // what the provider owes us
  kOrderEscrow,  // what we keep until an order is fulfilled
};
inline constexpr Words<LedgerAccount, 2> kLedgerAccounts{"account of the ledger",
                                                         {"psp_clearing", "order_escrow"}};
inline std::string_view Name(LedgerAccount account) { return kLedgerAccounts.Name(account); }
inline void FromText(std::string_view text, LedgerAccount& account) {
  account = kLedgerAccounts.Require(text);
}

enum class EntryKind : std::uint8_t { kCapture, kRefund };
inline constexpr Words<EntryKind, 2> kEntryKinds{"kind of an entry", {"capture", "refund"}};
inline std::string_view Name(EntryKind kind) { return kEntryKinds.Name(kind); }

struct Posting {
  LedgerAccount account = LedgerAccount::kPspClearing;
  std::int64_t amount_minor = 0;
};

struct Entry {
  EntryKind kind = EntryKind::kCapture;
  Uuid source_id;  // one entry of a kind per source
  std::vector<Posting> postings;
};

// The entry of an attempt of `payment` that succeeded; nothing for one that moves no money.
std::optional<Entry> EntryOf(const Payment& payment, const Attempt& attempt);

}  // namespace market::payment::domain
