// What movements of money are in the double-entry ledger. Debits are positive, credits negative.
//
//   capture   Dr psp_clearing / Cr order_escrow      refund   the reverse
//   payout    payout.hpp                             fine, goodwill   operator_entry.hpp
//   dispute   dispute.hpp
//
// What of it is whose is booked by settlement.hpp.
// An account is a kind and its owner: a seller, or the marketplace.
#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "platform/core/words.hpp"
#include "services/payment/domain/payment.hpp"

namespace market::payment::domain {

enum class LedgerAccount : std::uint8_t {
  kPspClearing,      // what the provider owes us
  kOrderEscrow,      // what we keep until an order is fulfilled
  kSellerPending,    // what a seller will be due
  kSellerAvailable,  // what a seller is due
  kSellerReserve,    // what is kept back of it
  kPayoutClearing,   // what is on its way to a seller
  kCommissionRevenue,
  kCommissionTax,
  kProviderFees,
  kCouponFunding,
  kDisputes,
  kGoodwill
};
inline constexpr Words<LedgerAccount, 12> kLedgerAccounts{
    "account of the ledger",
    {"psp_clearing", "order_escrow", "seller_pending", "seller_available", "seller_reserve",
     "payout_clearing", "commission_revenue", "commission_tax", "provider_fees", "coupon_funding", "disputes",
     "goodwill"}};
inline std::string_view Name(LedgerAccount account) { return kLedgerAccounts.Name(account); }
inline void FromText(std::string_view text, LedgerAccount& account) {
  account = kLedgerAccounts.Require(text);
}

enum class LedgerCause : std::uint8_t {
  kCapture,
  kRefund,
  kEarning,
  kRelease,
  kClawback,
  kReserveRelease,
  kPayout,
  kPayoutPaid,
  kPayoutFailed,
  kPayoutReturned,
  kAdjustment,
  kFine,
  kGoodwill,
  kDisputeOpened,
  kDisputeWon,
  kDisputeLost
};
inline constexpr Words<LedgerCause, 16> kLedgerCauses{
    "cause of an entry",
    {"CAPTURE", "REFUND", "EARNING", "RELEASE", "CLAWBACK", "RESERVE_RELEASE", "PAYOUT", "PAYOUT_PAID",
     "PAYOUT_FAILED", "PAYOUT_RETURNED", "ADJUSTMENT", "FINE", "GOODWILL", "DISPUTE_OPENED", "DISPUTE_WON",
     "DISPUTE_LOST"}};
inline std::string_view Name(LedgerCause cause) { return kLedgerCauses.Name(cause); }
inline void FromText(std::string_view text, LedgerCause& cause) { cause = kLedgerCauses.Require(text); }

struct Posting {
  LedgerAccount account = LedgerAccount::kPspClearing;
  std::optional<SellerId> owner;  // none: the marketplace
  std::int64_t amount_minor = 0;
};

struct Entry {
  LedgerCause cause = LedgerCause::kCapture;
  Uuid
      cause_id;  // of kCapture the payment, of kRefund and kClawback the refund, of kPayout… the payout, of kDispute… the dispute, else the sale; one entry of a cause
  std::vector<Posting> postings;
  std::optional<SellerOrderId> seller_order = {};  // that it is about
};

// The entry of what moved between the two; nothing when no money did. Throws std::logic_error when more than
// one thing moved.
std::optional<Entry> EntryBetween(const Payment& before, const Payment& after);

}  // namespace market::payment::domain
