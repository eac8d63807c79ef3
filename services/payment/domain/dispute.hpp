// Disputes: what a buyer's bank takes back of a charge, until it is decided whose it is. Pure; minor units.
//
//   OPEN → EVIDENCE → WON | LOST    it waits for what the shop has to say; the bank looks at that; decided
//   OPEN → WON | LOST               decided without it
//
// A bank disputes a charge; here a dispute is of one seller order's part of it, since each shop answers for its own. The amount is shared
// among the parts by what is left of each.
//
//   opened   Dr disputes / Cr psp_clearing      the provider took it; and of a sale that is earned the earning's reverse of as much:
//            Dr seller_reserve, seller_available or seller_pending, commission_revenue, commission_tax / Cr order_escrow, coupon_funding
//   won      the reverse of both
//   lost     Dr order_escrow / Cr disputes      it has gone back, as a refund has
//
// So while it is open, disputes has what the provider may give back, and order_escrow what is nobody's; its shop has nothing of it,
// and may fall below zero. A bank may take what a part has not any more, since it has gone back already: that is the
// marketplace's loss when it is lost, Dr goodwill / Cr disputes.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/core/money.hpp"
#include "platform/core/words.hpp"
#include "services/payment/domain/ids.hpp"
#include "services/payment/domain/ledger.hpp"
#include "services/payment/domain/payment.hpp"
#include "services/payment/domain/settlement.hpp"

namespace market::payment::domain {

enum class DisputeState : std::uint8_t { kOpen, kEvidence, kWon, kLost };
inline constexpr Words<DisputeState, 4> kDisputeStates{"state of a dispute",
                                                       {"OPEN", "EVIDENCE", "WON", "LOST"}};
inline std::string_view Name(DisputeState state) { return kDisputeStates.Name(state); }
inline void FromText(std::string_view text, DisputeState& state) { state = kDisputeStates.Require(text); }

inline bool HasEnded(DisputeState state) {
  return state == DisputeState::kWon || state == DisputeState::kLost;
}
// Throws Error FAILED_PRECONDITION ILLEGAL_TRANSITION with both states in its metadata.
void RequireMove(DisputeState from, DisputeState to);
// Where what is told leads from there: nothing where it is there, or past it.
std::optional<DisputeState> NextState(DisputeState now, DisputeState told);

// What the shop says to the bank.
struct Evidence {
  std::string text;  // "": none was given
  std::string carrier;
  std::string tracking_number;
};

struct Dispute {
  DisputeId id;
  std::string provider_id;  // which the disputes of all parts of a charge share
  PaymentId payment;
  OrderId order;
  SellerOrderId seller_order;
  SellerId seller;
  Money amount;
  std::int64_t of_sale_minor = 0;  // of that: what was left of the part
  DisputeState state = DisputeState::kOpen;
  std::string reason;  // the bank's word
  Time evidence_due;
  Evidence evidence;
  std::optional<Time> submitted_at;  // the evidence: the bank has it
  std::string refusal_code;          // why the provider does not take it
  std::optional<Time> ended_at;
  DisputedShare share;
  int asks = 0;  // how often the provider was asked since something was new
  std::int64_t version = 1;
  std::string trace;  // of the payment; opaque here
  Time created_at;
  Time updated_at;
};

// What of so much is of which part of a captured payment, the parts with nothing of it left out.
struct DisputeOfPart {
  Split split;
  std::int64_t amount_minor = 0;
  std::int64_t of_sale_minor = 0;
};
std::vector<DisputeOfPart> SharedAmong(const Payment& payment, std::int64_t amount_minor);

// `sale` is what it was taken of, or given back to.
Entry EntryOfOpening(const Dispute& dispute, const Disputed& sale);
Entry EntryOfWinning(const Dispute& dispute, const Disputed& sale);
Entry EntryOfLosing(const Dispute& dispute);

}  // namespace market::payment::domain
