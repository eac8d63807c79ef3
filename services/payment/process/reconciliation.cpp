#include "services/payment/process/reconciliation.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "platform/core/error.hpp"
#include "platform/runtime/task.hpp"

namespace market::payment {
namespace {

using namespace std::chrono_literals;
using domain::Difference;

constexpr auto kStep = 5s;      // a statement, a page of the provider
constexpr auto kOverlap = 30s;  // for the provider's clock, which is not ours, and what it tells late
constexpr auto kSpan = 1min;    // of changes that are compared at once
constexpr auto kTurn = 20s;     // then the others have a turn
constexpr std::int64_t kAgainMax = 500;  // findings

storage::ProviderCharge KeptOf(const provider::Listed& listed) {
  storage::ProviderCharge charge{.authorization = listed.authorization,
                                 .order = domain::OrderId::Parse(listed.reference),
                                 .captured = listed.captured,
                                 .refunded_minor = listed.refunded_minor,
                                 .refunds = {}};
  for (const auto& refund : listed.refunds) charge.refunds.push_back({refund.reference, refund.amount_minor});
  return charge;
}

// Those that none of the differences is.
std::vector<domain::FindingId> GoneOf(const std::vector<domain::Finding>& open,
                                      const std::vector<Difference>& differences) {
  std::set<std::pair<domain::FindingKind, std::string>> seen;
  for (const auto& one : differences) seen.emplace(one.kind, one.subject);
  std::vector<domain::FindingId> gone;
  for (const auto& finding : open) {
    if (!seen.contains({finding.difference.kind, finding.difference.subject})) gone.push_back(finding.id);
  }
  return gone;
}

}  // namespace

Task<Reconciliation::Turn> Reconciliation::Advance() {
  const auto due = co_await findings_.TakeDue(runtime::After(kStep), options_.lease);
  if (!due) co_return Turn::kNothingDue;
  Time position;
  if (due->part == "provider") {
    position = co_await ReadList(*due);
  } else if (due->part == "payments") {
    position = co_await ComparePayments(*due);
  } else if (due->part == "disputes") {
    position = co_await ReadDisputes(*due);
  } else {
    position = co_await SumLedger(*due);
  }
  co_await findings_.Done(runtime::After(kStep), due->part, position, options_.pause);
  co_return Turn::kDone;
}

Task<Time> Reconciliation::ReadList(storage::DuePart due) {
  std::string after;
  do {
    const auto listed =
        co_await provider_.List(due.position - kOverlap, std::move(after), runtime::After(kStep));
    if (const auto* unknown = std::get_if<provider::Unknown>(&listed)) {
      throw Error(Code::kUnavailable, "UNAVAILABLE",
                  "the provider does not list its charges: " + unknown->why);
    }
    const auto& page = std::get<provider::Page>(listed);
    std::vector<storage::ProviderCharge> charges;
    for (const auto& charge : page.charges) charges.push_back(KeptOf(charge));
    if (!charges.empty()) co_await findings_.Keep(runtime::After(kStep), std::move(charges));
    after = page.next;
  } while (!after.empty());
  co_return due.now;
}

Task<Time> Reconciliation::ReadDisputes(storage::DuePart due) {
  std::string after;
  do {
    auto listed = co_await disputes_.port.DisputesSince(due.position - kOverlap, std::move(after),
                                                        runtime::After(kStep));
    if (const auto* unknown = std::get_if<provider::Unknown>(&listed)) {
      throw Error(Code::kUnavailable, "UNAVAILABLE",
                  "the provider does not list its disputes: " + unknown->why);
    }
    auto& page = std::get<provider::DisputePage>(listed);
    for (const auto& told : page.disputes) {
      co_await disputes_.webhooks.Keep(runtime::After(kStep), {.provider = "list",
                                                               .event = told.id,
                                                               .type = "charge.dispute.created",
                                                               .charge = told.charge,
                                                               .reference = {},
                                                               .made_at = due.now});
    }
    after = std::move(page.next);
  } while (!after.empty());
  co_return due.now;
}

Task<Time> Reconciliation::ComparePayments(storage::DuePart due) {
  const auto listed_until = co_await findings_.PositionOf(runtime::After(kStep), "provider");
  const auto until = std::min<Time>(due.now - options_.settling, listed_until);
  const auto end = runtime::After(kTurn);
  auto position = due.position;
  while (position < until && std::chrono::steady_clock::now() < end) {
    const auto to = std::min<Time>(position + kSpan, until);
    co_await findings_.See(runtime::After(kStep),
                           co_await findings_.ChangedBetween(runtime::After(kTurn), position, to));
    position = to;
  }
  co_await LookAgain();
  co_return position;
}

Task<> Reconciliation::LookAgain() {
  auto [open, differences] = co_await findings_.LookAgain(runtime::After(kTurn), kAgainMax);
  co_await findings_.Clear(runtime::After(kStep), GoneOf(open, differences));
  // Of what else differs of them, the spans tell once it has settled.
  std::set<std::pair<domain::FindingKind, std::string>> known;
  for (const auto& finding : open) known.emplace(finding.difference.kind, finding.difference.subject);
  std::erase_if(differences, [&](const auto& one) { return !known.contains({one.kind, one.subject}); });
  co_await findings_.See(runtime::After(kStep), std::move(differences));
}

Task<Time> Reconciliation::SumLedger(storage::DuePart due) {
  std::map<Currency, std::int64_t> sums;
  for (const auto& balance : co_await ledger_.TrialBalance(runtime::After(kTurn))) {
    sums[balance.currency] += balance.amount_minor;
  }
  std::vector<Difference> differences;
  for (const auto& [currency, sum] : sums) {
    if (sum == 0) continue;
    differences.push_back({.kind = domain::FindingKind::kLedgerUnbalanced,
                           .subject = "currency/" + std::string(currency.Code()),
                           .payment = {},
                           .order = {},
                           .currency = currency,
                           .amount_minor = sum,
                           .changed_at = due.now});
  }
  const auto open = co_await findings_.OpenOf(runtime::After(kStep), domain::FindingKind::kLedgerUnbalanced);
  co_await findings_.Clear(runtime::After(kStep), GoneOf(open, differences));
  co_await findings_.See(runtime::After(kStep), std::move(differences));
  co_return due.now;
}

}  // namespace market::payment
