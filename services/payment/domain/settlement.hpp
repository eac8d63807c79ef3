// What a sale comes to: how much of what was paid for a seller order is its shop's, how much the marketplace's, and which
// entries of the ledger say so. Pure; minor units.
//
//   earning          at DELIVERED   Dr order_escrow, coupon_funding / Cr seller_pending, commission_revenue, commission_tax
//   release          at COMPLETED   Dr seller_pending / Cr seller_available, seller_reserve
//   clawback         of a refund    the earning's reverse, of what went back: from seller_reserve, then seller_available, once
//                                   released; else from seller_pending
//   reserve release  when over      Dr seller_reserve / Cr seller_available
//
// What the buyer's bank disputes is no earning while it has it: it is taken of a sale as a refund by amount is, and given back to each
// line and to what is kept back as it was taken (dispute.hpp has the entries). Nothing of a sale is released, nor what is kept
// back of it, while one is open.
//
// What goes back before it is earned lessens the earning. A shop's accounts may fall below zero; what it earns next lifts them.
//
// A line earns what its buyer paid for it and what the marketplace bears of its discounts, so a discount of the marketplace's
// costs its shop nothing. Of both what has gone back is no earning: of a line that was paid for, its discount goes in proportion
// to the money, else in proportion to the units. A discount on a delivery that cost nothing goes with the last of the lines.
//
// The commission of a line is always that of what is left of it, by the terms that it was sold under (commission.hpp): so what
// went back in one step or in ten leaves the same, and where all went back it is 0. A rule that takes part of the delivery takes it of the
// line's share, by what the lines earned when they were sold. The fixed amount is of as many units as are paid for: of the
// line's units the part that what is left is of what it earned, rounded up. A floor holds while something of the line is
// left. Neither takes more than is left: a shop never pays for what is not sold.
//
// How much of a refund is of which line says the refund, for units that were cancelled or came back; what is beyond them is the
// delivery's, then everybody's. A refund that names none, by an operator, is everybody's: shared by what is left of each
// line and of the delivery, by largest remainder.
#pragma once
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "services/payment/domain/commission.hpp"
#include "services/payment/domain/ledger.hpp"

namespace market::payment::domain {

enum class SaleState : std::uint8_t { kPlaced, kEarned, kReleased };
inline constexpr Words<SaleState, 3> kSaleStates{"state of a sale", {"PLACED", "EARNED", "RELEASED"}};
inline std::string_view Name(SaleState state) { return kSaleStates.Name(state); }
inline void FromText(std::string_view text, SaleState& state) { state = kSaleStates.Require(text); }

struct SaleLine {
  LineId id;
  ProductId product;
  std::vector<CategoryId> categories;  // of the product: its own, then those above, the nearest first
  std::int64_t quantity = 1;
  std::int64_t unit_price_minor = 0;
  std::int64_t paid_minor = 0;           // what the buyer pays for it, with its tax
  std::int64_t tax_minor = 0;            // of that
  std::int64_t funded_minor = 0;         // what the marketplace bears of its discounts
  std::optional<CommissionTerms> terms;  // none: nothing is taken of it

  // What has become of it.
  std::int64_t refunded_minor = 0;     // of what was paid
  std::int64_t gone = 0;               // units that refunds have named
  std::int64_t funded_left_minor = 0;  // of what the marketplace bears
  Fee fee;                             // of what is left
};

struct SaleDelivery {
  std::int64_t paid_minor = 0;
  std::int64_t funded_minor = 0;
  std::int64_t refunded_minor = 0;
  std::int64_t funded_left_minor = 0;
};

// What is left of a sale, or what becomes of that.
struct SaleTotals {
  std::int64_t paid_minor = 0;
  std::int64_t funded_minor = 0;
  std::int64_t commission_minor = 0;
  std::int64_t tax_minor = 0;  // on the commission

  std::int64_t Net() const { return paid_minor + funded_minor - commission_minor - tax_minor; }
  SaleTotals operator-(const SaleTotals& other) const;
  bool operator==(const SaleTotals&) const = default;
};

// The marketplace's fees of a sale, or what becomes of them, by the rate (ppm) of the tax on them; none of 0.
using FeesByRate = std::map<std::int64_t, Fee>;

struct Sale {
  SellerOrderId id;
  OrderId order;
  SellerId seller;
  std::string number;
  Currency currency;
  SaleDelivery delivery;
  std::vector<SaleLine> lines;
  SaleState state = SaleState::kPlaced;
  std::int64_t reserve_minor = 0;  // that is kept back
  int disputes = 0;                // that are open
  std::optional<Time> reserve_until;
  Time placed_at;
  std::optional<Time> delivered_at;
  std::optional<Time> completed_at;
  std::optional<Time> earned_at;
  std::optional<Time> released_at;
  std::int64_t version = 1;
  std::string trace;  // of the order; opaque here

  std::int64_t Paid() const;  // by the buyer, as it was placed
  SaleTotals Totals() const;
  FeesByRate Fees() const;
};

// Fills what is left of a sale that nothing went back of, and its commission.
void Open(Sale& sale);

// One that went through.
struct SaleRefund {
  RefundId id;
  std::int64_t amount_minor = 0;
  std::vector<RefundedLine> lines;
};

// One movement of money between those who share a sale: what is less of it, or more, and what its shop has more of.
struct SaleMove {
  LedgerCause cause = LedgerCause::kEarning;
  Uuid cause_id;
  SaleTotals change;
  std::int64_t pending_minor = 0;
  std::int64_t available_minor = 0;
  std::int64_t reserve_minor = 0;
  FeesByRate fees = {};  // what of the change is commission and its tax
};
// Nothing where no money moves. Its postings add up, as the net of the change is what the shop has more of.
std::optional<Entry> EntryOf(const Sale& sale, const SaleMove& move);

// What of what a shop has is kept back, and for how long.
struct ReserveTerms {
  std::int64_t ppm = 0;
  std::chrono::milliseconds kept = std::chrono::days(90);
};

struct Settled {
  Sale sale;
  std::vector<SaleMove> moves;  // in their order
  std::optional<Time> next;     // when there is something to do without anybody's doing
};
// Which entries are missing by now: `fresh` are the refunds that the sale does not count yet, the oldest first. Throws
// std::logic_error when more went back than was paid.
Settled Settle(Sale sale, std::span<const SaleRefund> fresh, const ReserveTerms& reserve, Time now);

// What a dispute has taken of a sale.
struct DisputedLine {
  LineId line;
  std::int64_t amount_minor = 0;
};
struct DisputedShare {
  std::vector<DisputedLine> lines;
  std::int64_t delivery_minor = 0;
  std::int64_t reserve_minor = 0;  // of what its shop has, what was kept back
};
struct Disputed {
  Sale sale;
  SaleMove move;  // nothing before it is earned
  DisputedShare share;
};
// Throws std::logic_error when less is left of it.
Disputed TakeDisputed(Sale sale, std::int64_t amount_minor, const DisputeId& dispute);
// What is still kept back of the sale takes its part again until then.
Disputed GiveBackDisputed(Sale sale, DisputedShare share, const DisputeId& dispute, Time now);

}  // namespace market::payment::domain
