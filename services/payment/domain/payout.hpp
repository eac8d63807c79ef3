// Payouts: what a shop is due, on its way to its bank. Pure; minor units.
//
//   DUE → SUBMITTED → PAID → RETURNED     the bank has it; it arrived; it came back, maybe weeks later
//   DUE, SUBMITTED → FAILED               it was refused
//   SUBMITTED → RETURNED
//
//   DUE        Dr seller_available / Cr payout_clearing     the shop's money is on its way
//   PAID       Dr payout_clearing  / Cr psp_clearing        it has left us
//   FAILED     Dr payout_clearing  / Cr seller_available    the shop is due it again,
//   RETURNED   Dr payout_clearing, or psp_clearing after PAID / Cr seller_available
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "platform/core/clock.hpp"
#include "platform/core/money.hpp"
#include "platform/core/words.hpp"
#include "services/payment/domain/ids.hpp"
#include "services/payment/domain/ledger.hpp"

namespace market::payment::domain {

enum class PayoutState : std::uint8_t { kDue, kSubmitted, kPaid, kFailed, kReturned };
inline constexpr Words<PayoutState, 5> kPayoutStates{"state of a payout",
                                                     {"DUE", "SUBMITTED", "PAID", "FAILED", "RETURNED"}};
inline std::string_view Name(PayoutState state) { return kPayoutStates.Name(state); }
inline void FromText(std::string_view text, PayoutState& state) { state = kPayoutStates.Require(text); }

// Where a shop's money goes: a bank account, or an account with the provider. The number is sealed.
struct PayoutTarget {
  std::string holder;
  std::string sealed_iban;
  std::string iban_last4;
  std::string country;
  std::string bic;
  std::string provider_account;
  bool operator==(const PayoutTarget&) const = default;
};

struct PayoutAccount {
  SellerId seller;
  PayoutTarget target;
  Time changed_at;
  Time held_until;
  std::int64_t version = 1;
};

struct Payout {
  PayoutId id;
  SellerId seller;
  Money amount;
  std::int64_t line_count = 0;
  PayoutState state = PayoutState::kDue;
  bool on_demand = false;
  PayoutTarget target;
  std::string port;           // by which way it goes
  std::optional<Uuid> batch;  // of the file that it goes with
  int attempt = 1;
  std::optional<Time> sent_at;  // since when the other side may have this attempt
  std::string provider_id;
  std::string failure_code;
  std::optional<Time> paid_at;
  int asks = 0;
  std::int64_t version = 1;
  std::string trace;
  Time created_at;
  Time updated_at;
};

// What the other side knows this attempt by: the same for whoever sends it.
Uuid KeyOf(const Payout& payout);

bool MayMove(PayoutState from, PayoutState to);
// Throws Error FAILED_PRECONDITION ILLEGAL_TRANSITION with both states in its metadata.
void RequireMove(PayoutState from, PayoutState to);

// Where the other side says that it is.
struct PayoutNews {
  enum class Standing { kUnderWay, kPaid, kFailed, kReturned };
  Standing standing = Standing::kUnderWay;
  std::string provider_id;
  std::string code;  // why it failed or came back
};

// The next state on the way to what is told; nothing where it is there, or past it.
std::optional<PayoutState> NextState(PayoutState now, PayoutNews::Standing told);

// As it is then. Throws as RequireMove.
Payout Moved(Payout payout, PayoutState to, const PayoutNews& news, Time now);

// Of one that begins, and keeps back so much of what it claims: that is claimed, and given back in the same breath. The first
// posting takes the amount; the third is a line of the payout, the fourth is for the next one.
Entry EntryOfClaim(const Payout& payout, std::int64_t kept_minor);
// Of one that moved; nothing where no money did.
std::optional<Entry> EntryBetween(const Payout& before, const Payout& after);

enum class PayoutSchedule : std::uint8_t { kManual, kDaily, kWeekly, kMonthly };
// The first day of payouts after that, by UTC: each day, Mondays, the first of a month. Without a schedule it is when to look
// whether there is one.
Time NextDay(PayoutSchedule schedule, Time now);

}  // namespace market::payment::domain
