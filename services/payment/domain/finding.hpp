// Findings of the reconciliation, and the entry that puts one right. Pure; minor units.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "platform/core/clock.hpp"
#include "platform/core/id.hpp"
#include "platform/core/money.hpp"
#include "platform/core/words.hpp"
#include "services/payment/domain/ids.hpp"
#include "services/payment/domain/ledger.hpp"

namespace market::payment::domain {

using FindingId = Id<struct FindingTag>;

enum class FindingKind : std::uint8_t {
  kChargeUnknown,
  kChargeMissing,
  kChargeDiffers,
  kRefundUnknown,
  kRefundMissing,
  kRefundDiffers,
  kLedgerDiffers,
  kLedgerUnbalanced
};
inline constexpr Words<FindingKind, 8> kFindingKinds{
    "kind of a finding",
    {"CHARGE_UNKNOWN", "CHARGE_MISSING", "CHARGE_DIFFERS", "REFUND_UNKNOWN", "REFUND_MISSING",
     "REFUND_DIFFERS", "LEDGER_DIFFERS", "LEDGER_UNBALANCED"}};
inline std::string_view Name(FindingKind kind) { return kFindingKinds.Name(kind); }
inline void FromText(std::string_view text, FindingKind& kind) { kind = kFindingKinds.Require(text); }

enum class FindingState : std::uint8_t { kOpen, kResolved };
inline constexpr Words<FindingState, 2> kFindingStates{"state of a finding", {"OPEN", "RESOLVED"}};
inline std::string_view Name(FindingState state) { return kFindingStates.Name(state); }
inline void FromText(std::string_view text, FindingState& state) { state = kFindingStates.Require(text); }

// What differs, as it is seen now.
struct Difference {
  FindingKind kind = FindingKind::kChargeUnknown;
  std::string subject;
  std::optional<PaymentId> payment;
  std::optional<OrderId> order;
  Currency currency;
  std::int64_t amount_minor = 0;  // how much more the other side has
  Time changed_at;                // when the younger side changed
};

struct Finding {
  FindingId id;
  Difference difference;
  FindingState state = FindingState::kOpen;
  Time first_seen;
  Time last_seen;
  std::optional<std::string> reason;
  std::optional<Time> resolved_at;
  std::optional<std::string> note;
  std::optional<AccountId> resolved_by;
  std::optional<Uuid> entry;
};

// What is booked to put one right.
struct Adjustment {
  struct Side {
    LedgerAccount account = LedgerAccount::kPspClearing;
    std::optional<SellerId> owner;
  };
  Side debit;
  Side credit;
  Money amount;
};

// Throws Error INVALID_ARGUMENT, naming the field, for what can't be booked on a finding in that currency: a seller's account
// without a seller, another's with one, twice the same account, another currency.
void RequireBookable(const Adjustment& adjustment, Currency currency);

}  // namespace market::payment::domain
