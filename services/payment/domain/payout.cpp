#include "services/payment/domain/payout.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <stdexcept>
#include <utility>

#include "platform/core/error.hpp"

namespace market::payment::domain {
namespace {

using Standing = PayoutNews::Standing;

constexpr std::array<std::pair<PayoutState, PayoutState>, 6> kPayoutMoves = {{
    {PayoutState::kDue, PayoutState::kSubmitted},
    {PayoutState::kDue, PayoutState::kFailed},
    {PayoutState::kSubmitted, PayoutState::kPaid},
    {PayoutState::kSubmitted, PayoutState::kFailed},
    {PayoutState::kSubmitted, PayoutState::kReturned},
    {PayoutState::kPaid, PayoutState::kReturned},
}};

Entry EntryOf(LedgerCause cause, const Payout& payout, LedgerAccount debit, LedgerAccount credit) {
  const auto owner = [&](LedgerAccount account) {
    return account == LedgerAccount::kPspClearing ? std::nullopt : std::optional(payout.seller);
  };
  const auto amount = payout.amount.minor;
  return {cause,
          payout.id.Value(),
          {{.account = debit, .owner = owner(debit), .amount_minor = amount},
           {.account = credit, .owner = owner(credit), .amount_minor = -amount}}};
}

}  // namespace

Uuid KeyOf(const Payout& payout) {
  return Uuid::FromName("payout " + payout.id.ToString() + " " + std::to_string(payout.attempt));
}

bool MayMove(PayoutState from, PayoutState to) {
  return std::ranges::find(kPayoutMoves, std::pair(from, to)) != kPayoutMoves.end();
}

void RequireMove(PayoutState from, PayoutState to) {
  if (MayMove(from, to)) return;
  throw Error(Code::kFailedPrecondition, "ILLEGAL_TRANSITION",
              "a payout that is " + std::string(Name(from)) + " can't become " + std::string(Name(to)))
      .WithMetadata("from", std::string(Name(from)))
      .WithMetadata("to", std::string(Name(to)));
}

std::optional<PayoutState> NextState(PayoutState now, PayoutNews::Standing told) {
  switch (now) {
    case PayoutState::kDue:
      return told == Standing::kFailed ? PayoutState::kFailed : PayoutState::kSubmitted;
    case PayoutState::kSubmitted:
      if (told == Standing::kPaid) return PayoutState::kPaid;
      if (told == Standing::kFailed) return PayoutState::kFailed;
      if (told == Standing::kReturned) return PayoutState::kReturned;
      return std::nullopt;
    case PayoutState::kPaid:
      // To banks what is paid and then fails has come back.
      if (told == Standing::kFailed || told == Standing::kReturned) return PayoutState::kReturned;
      return std::nullopt;
    case PayoutState::kFailed:
    case PayoutState::kReturned:
      return std::nullopt;
  }
  throw std::logic_error("a state without a rule");
}

Payout Moved(Payout payout, PayoutState to, const PayoutNews& news, Time now) {
  RequireMove(payout.state, to);
  payout.state = to;
  payout.asks = 0;
  if (!news.provider_id.empty()) payout.provider_id = news.provider_id;
  if (to == PayoutState::kPaid) payout.paid_at = now;
  if (to == PayoutState::kFailed || to == PayoutState::kReturned)
    payout.failure_code = news.code.empty() ? "unknown" : news.code;
  payout.updated_at = now;
  return payout;
}

Entry EntryOfClaim(const Payout& payout, std::int64_t kept_minor) {
  using enum LedgerAccount;
  auto entry = EntryOf(LedgerCause::kPayout, payout, kSellerAvailable, kPayoutClearing);
  if (kept_minor > 0) {
    for (const auto minor : {kept_minor, -kept_minor})
      entry.postings.push_back({.account = kSellerAvailable, .owner = payout.seller, .amount_minor = minor});
  }
  return entry;
}

std::optional<Entry> EntryBetween(const Payout& before, const Payout& after) {
  using enum LedgerAccount;
  if (before.state == after.state) return std::nullopt;
  switch (after.state) {
    case PayoutState::kPaid:
      return EntryOf(LedgerCause::kPayoutPaid, after, kPayoutClearing, kPspClearing);
    case PayoutState::kFailed:
      return EntryOf(LedgerCause::kPayoutFailed, after, kPayoutClearing, kSellerAvailable);
    case PayoutState::kReturned:
      return EntryOf(LedgerCause::kPayoutReturned, after,
                     before.state == PayoutState::kPaid ? kPspClearing : kPayoutClearing, kSellerAvailable);
    case PayoutState::kDue:
    case PayoutState::kSubmitted:
      return std::nullopt;
  }
  throw std::logic_error("a state without a rule");
}

Time NextDay(PayoutSchedule schedule, Time now) {
  using namespace std::chrono;
  const sys_days today = floor<days>(now);
  switch (schedule) {
    case PayoutSchedule::kManual:
    case PayoutSchedule::kDaily:
      return today + days(1);
    case PayoutSchedule::kWeekly:
      return today + days(7 - (weekday(today).iso_encoding() - 1));
    case PayoutSchedule::kMonthly: {
      const year_month_day day(today);
      return Time(sys_days((day.year() / day.month() + months(1)) / 1));
    }
  }
  throw std::logic_error("a schedule without a rule");
}

}  // namespace market::payment::domain
