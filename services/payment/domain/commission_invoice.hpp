// Commission invoices: what the marketplace bills a shop for a month in one currency. Pure; minor units.
//
// It is what was charged of sales less what was taken back with refunds, by the rate of the tax on it, as the ledger has booked it
// (sales.cpp keeps the rates). Where more was taken back than charged it is a credit note, and negative.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/core/party.hpp"
#include "services/payment/domain/ledger.hpp"

namespace market::payment::domain {

using CommissionInvoiceId = Id<struct CommissionInvoiceTag>;

enum class CommissionInvoiceKind : std::uint8_t { kInvoice, kCreditNote };
inline constexpr Words<CommissionInvoiceKind, 2> kCommissionInvoiceKinds{"kind of a commission invoice",
                                                                         {"INVOICE", "CREDIT_NOTE"}};
inline std::string_view Name(CommissionInvoiceKind kind) { return kCommissionInvoiceKinds.Name(kind); }
inline void FromText(std::string_view word, CommissionInvoiceKind& kind) {
  kind = kCommissionInvoiceKinds.Require(word);
}

// Entries of one cause whose commission is taxed at one rate.
struct ChargedCommission {
  LedgerCause cause = LedgerCause::kEarning;
  std::int64_t rate_ppm = 0;
  std::int64_t entries = 0;
  std::int64_t net_minor = 0;  // negative: taken back
  std::int64_t tax_minor = 0;

  std::int64_t Gross() const { return net_minor + tax_minor; }
  bool operator==(const ChargedCommission&) const = default;
};

// What stands on it, as it was issued.
struct CommissionInvoiceContent {
  Party marketplace;
  Party shop;
  std::vector<ChargedCommission> lines = {};

  bool operator==(const CommissionInvoiceContent&) const = default;
};

struct CommissionInvoice {
  CommissionInvoiceId id;
  CommissionInvoiceKind kind = CommissionInvoiceKind::kInvoice;
  std::int64_t year = 0;
  std::int64_t position = 0;  // among those of its kind in its year
  std::string number;
  SellerId seller;
  Currency currency;
  std::string month;  // "2026-11"
  std::int64_t net_minor = 0;
  std::int64_t tax_minor = 0;
  std::int64_t total_minor = 0;
  Time issued_at;
  CommissionInvoiceContent content;
};

// All of it, and which kind of document it makes. `rate_ppm` and `cause` of the sum say nothing.
ChargedCommission SumOf(std::span<const ChargedCommission> lines);
CommissionInvoiceKind KindOf(const ChargedCommission& sum);

}  // namespace market::payment::domain
