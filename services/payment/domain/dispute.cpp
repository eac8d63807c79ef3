#include "services/payment/domain/dispute.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "platform/core/error.hpp"
#include "platform/core/shares.hpp"

namespace market::payment::domain {
namespace {

// What the provider took, or gave back, and what of it is whose.
Entry DisputeEntry(const Dispute& dispute, LedgerCause cause, std::int64_t taken_minor,
                   const Disputed& sale) {
  Entry entry{
      .cause = cause,
      .cause_id = dispute.id.Value(),
      .postings = {{.account = LedgerAccount::kDisputes, .owner = {}, .amount_minor = taken_minor},
                   {.account = LedgerAccount::kPspClearing, .owner = {}, .amount_minor = -taken_minor}},
      .seller_order = dispute.seller_order};
  if (auto shared = EntryOf(sale.sale, sale.move))
    entry.postings.insert(entry.postings.end(), shared->postings.begin(), shared->postings.end());
  return entry;
}

}  // namespace

void RequireMove(DisputeState from, DisputeState to) {
  if (NextState(from, to)) return;
  throw Error(Code::kFailedPrecondition, "ILLEGAL_TRANSITION",
              "a dispute that is " + std::string(Name(from)) + " can't become " + std::string(Name(to)))
      .WithMetadata("from", std::string(Name(from)))
      .WithMetadata("to", std::string(Name(to)));
}

std::optional<DisputeState> NextState(DisputeState now, DisputeState told) {
  const bool forward = !HasEnded(now) && std::to_underlying(told) > std::to_underlying(now);
  return forward ? std::optional(told) : std::nullopt;
}

std::vector<DisputeOfPart> SharedAmong(const Payment& payment, std::int64_t amount_minor) {
  std::vector<std::int64_t> left;
  std::vector<std::int64_t> cost;
  for (const auto& split : payment.splits) {
    left.push_back(payment.LeftOf(split));
    cost.push_back(split.amount_minor);
  }
  const auto of_sales = std::min(amount_minor, std::accumulate(left.begin(), left.end(), std::int64_t{0}));
  const auto taken = Share(of_sales, left);
  const auto beyond = Share(amount_minor - of_sales, cost);
  std::vector<DisputeOfPart> parts;
  for (std::size_t i = 0; i < payment.splits.size(); ++i) {
    if (taken[i] + beyond[i] > 0) parts.push_back({payment.splits[i], taken[i] + beyond[i], taken[i]});
  }
  return parts;
}

Entry EntryOfOpening(const Dispute& dispute, const Disputed& sale) {
  return DisputeEntry(dispute, LedgerCause::kDisputeOpened, dispute.amount.minor, sale);
}

Entry EntryOfWinning(const Dispute& dispute, const Disputed& sale) {
  return DisputeEntry(dispute, LedgerCause::kDisputeWon, -dispute.amount.minor, sale);
}

Entry EntryOfLosing(const Dispute& dispute) {
  Entry entry{.cause = LedgerCause::kDisputeLost,
              .cause_id = dispute.id.Value(),
              .postings = {},
              .seller_order = dispute.seller_order};
  const auto post = [&](LedgerAccount account, std::int64_t amount) {
    if (amount != 0) entry.postings.push_back({.account = account, .owner = {}, .amount_minor = amount});
  };
  post(LedgerAccount::kOrderEscrow, dispute.of_sale_minor);
  post(LedgerAccount::kGoodwill, dispute.amount.minor - dispute.of_sale_minor);
  post(LedgerAccount::kDisputes, -dispute.amount.minor);
  return entry;
}

}  // namespace market::payment::domain
