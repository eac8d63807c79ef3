// What a payment's movements of money are in the double-entry ledger. Debits are positive, credits negative.
//
//   capture   Dr psp_clearing / Cr order_escrow      refund   the reverse
#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "services/payment/domain/payment.hpp"

namespace market::payment::domain {

inline constexpr std::string_view kPspClearing = "psp_clearing";  // what the provider owes us
inline constexpr std::string_view kOrderEscrow = "order_escrow";  // what we keep until an order is fulfilled

struct Posting {
  std::string_view account;
  std::int64_t amount_minor = 0;
};

struct Entry {
  std::string_view kind;
  Uuid source_id;  // one entry of a kind per source
  std::vector<Posting> postings;
};

// The entry of an attempt of `payment` that succeeded; nothing for one that moves no money.
std::optional<Entry> EntryOf(const Payment& payment, const Attempt& attempt);

}  // namespace market::payment::domain
