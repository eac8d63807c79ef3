#include "tools/check_invariants/cross_checks.hpp"

#include <algorithm>
#include <iterator>

namespace market::invariants {
namespace {

bool IsDead(const std::string& state) {
  return state == "CANCELLED" || state == "REJECTED" || state == "FAILED";
}
// What is to be given back of a part: all of one that is dead, else of each line the portion of its cancelled and returned
// units, rounded half up, and the delivery that went back with the last of them.
std::int64_t DueBack(const PartFact& part) {
  if (IsDead(part.state)) return part.total_minor;
  std::int64_t due = part.delivery_back_minor;
  for (const auto& [id, line] : part.lines) {
    const auto units = std::max<std::int64_t>(line.quantity, 1);  // whatever the row says
    due += (2 * line.total_minor * (line.cancelled + line.returned) + units) / (2 * units);
  }
  return due;
}
// Units follow the line: held while their order waits to be paid, consumed once they are shipped, restocked as its returns say,
// given back when they or their part are cancelled, committed else.
Units DueUnits(const PartFact& part, const LineFact& line) {
  const auto left = line.quantity - line.cancelled - line.shipped;
  if (part.state == "PENDING_PAYMENT") return {.held = left};
  return {.committed = IsDead(part.state) ? 0 : left, .consumed = line.shipped, .restocked = line.restocked};
}
// What a restore had to undo for an order that it has lost (docs/adr/0014).
bool IsGivenBack(const Standing& standing) {
  return standing.state == "VOIDED" || standing.state == "DECLINED" ||
         (standing.state == "CAPTURED" && standing.captured_minor == standing.refunded_minor);
}

std::string TextOf(const Standing& standing) {
  return fmt::format("{} (authorised {}, captured {}, refunded {})", standing.state,
                     standing.authorized_minor, standing.captured_minor, standing.refunded_minor);
}

std::string TextOf(const Units& units) {
  return fmt::format("{} held, {} committed, {} consumed{}", units.held, units.committed, units.consumed,
                     units.restocked == 0 ? "" : fmt::format(", {} restocked", units.restocked));
}

std::int64_t GivenBackOf(const std::string& part, const PaymentFact* payment) {
  std::int64_t sum = 0;
  if (payment == nullptr) return sum;
  for (const auto& [id, refund] : payment->refunds) {
    if (refund.part == part && refund.state == "SUCCEEDED") sum += refund.amount_minor;
  }
  return sum;
}

// Whether it did not take a step while its peers were read.
bool IsUnchanged(const Facts& facts, const std::string& order) {
  const auto* before = Find(facts.pulses_before, order);
  const auto* after = Find(facts.pulses_after, order);
  return before != nullptr && after != nullptr && before->version == after->version;
}

bool IsAtRest(const Facts& facts, const std::string& order, bool Pulse::* waits) {
  if (!IsUnchanged(facts, order)) return false;
  return std::ranges::none_of(
      std::initializer_list{Find(facts.pulses_before, order), Find(facts.pulses_after, order)},
      [&](const Pulse* pulse) { return pulse->checkout_runs || pulse->*waits; });
}

class OrderChecker : public Findings {
 public:
  explicit OrderChecker(const Facts& facts) : facts_(facts) {
    for (const auto& [id, part] : facts_.parts) parts_of_[part.order].emplace(id, &part);
  }

  void Run() {
    for (const auto& [id, order] : facts_.orders) CheckOrder(id, order);
    for (const auto& [id, part] : facts_.parts) CheckUnits(id, part);
    for (const auto& [key, reservation] : facts_.reservations) CheckReservation(key, reservation);
    for (const auto& [order, payment] : facts_.payments) {
      if (!facts_.pulses_after.contains(order) && !IsGivenBack(payment.standing)) {
        Add("X6", {"payment", payment.id}, "a payment for order " + order + ", which does not exist");
      }
    }
  }

 private:
  using Parts = std::map<std::string, const PartFact*>;

  const Parts& PartsOf(const std::string& order) const {
    static const Parts kNone;
    const auto* parts = Find(parts_of_, order);
    return parts == nullptr ? kNone : *parts;
  }
  bool IsAlive(const std::string& order) const {
    return !std::ranges::all_of(PartsOf(order), [](const auto& part) { return IsDead(part.second->state); });
  }

  bool WaitsToBePaid(const std::string& order, const PaymentFact& payment) const {
    const auto* pulse = Find(facts_.pulses_after, order);
    return pulse != nullptr && pulse->buyer_waits &&
           (payment.standing.state == "DECLINED" || payment.standing.state == "CAPTURE_FAILED" ||
            payment.standing.state == "REQUIRES_ACTION");
  }

  void CheckOrder(const std::string& id, const OrderFact& order) {
    if (!facts_.auth_after.accounts.contains(order.buyer)) {
      Add("X13", {"order", id}, "its buyer " + order.buyer + " is no account");
    }
    const auto* payment = Find(facts_.payments, id);
    for (const auto* each : PaymentsOf(facts_, id)) {
      if (!each->buyer.empty()) CheckTerms(id, order, *each);
    }
    if (payment != nullptr && !payment->buyer.empty()) CheckSplits(id, *payment);
    CheckWaiting(id, payment);
    if (!IsMoneyAtRest(facts_, id)) return;
    CheckState(id, payment);
    CheckCopy(id, order, payment);
    if (payment != nullptr) CheckRefunds(id, *payment);
  }

  // X3: a payment is about what its order is about; an earlier one may have been tried with another method.
  void CheckTerms(const std::string& id, const OrderFact& order, const PaymentFact& payment) {
    const Row row{"payment", payment.id};
    const auto both = [&](std::string_view what, const auto& ordered, const auto& paid) {
      Compare("X3", row, fmt::format("{} of order {}", what, id), Said{"order", ordered},
              Said{"payment", paid});
    };
    both("buyer", order.buyer, payment.buyer);
    both("currency", order.currency, payment.currency);
    both("total", order.total_minor, payment.amount_minor);
    // Another method is written down before it is tried.
    if (&payment == Find(facts_.payments, id) && IsMoneyAtRest(facts_, id)) {
      both("payment method", order.method, payment.method);
    }
  }

  // X10: each part has its split, for its seller and its total; there are no others.
  void CheckSplits(const std::string& order, const PaymentFact& payment) {
    const Row row{"payment", payment.id};
    const auto& parts = PartsOf(order);
    for (const auto& [id, part] : parts) {
      const auto* split = Find(payment.splits, id);
      if (split == nullptr) {
        Add("X10", row, fmt::format("no split for part {} of order {}", id, order));
        continue;
      }
      Compare("X10", row, "seller of part " + id, Said{"order", part->seller}, Said{"split", split->seller});
      Compare("X10", row, "total of part " + id, Said{"order", part->total_minor},
              Said{"split", split->amount_minor});
    }
    for (const auto& [id, split] : payment.splits) {
      if (!parts.contains(id)) {
        Add("X10", row, fmt::format("a split for part {}, which order {} does not have", id, order));
      }
    }
  }

  // X14: of an order that waits for its payment nothing is sold, shipped or charged.
  void CheckWaiting(const std::string& id, const PaymentFact* payment) {
    const auto waits = [](const auto& part) { return part.second->state == "PENDING_PAYMENT"; };
    if (!IsUnchanged(facts_, id) || std::ranges::none_of(PartsOf(id), waits)) return;
    if (payment != nullptr && payment->standing.captured_minor > 0) {
      Add("X14", {"payment", payment->id},
          fmt::format("it is {}, and its order {} waits for its payment", payment->standing.state, id));
    }
    for (const auto& [part_id, part] : PartsOf(id)) {
      for (const auto& [line_id, line] : part->lines) {
        const auto* found = Find(facts_.reservations, {id, line_id});
        if (found == nullptr || (found->left.committed == 0 && found->left.consumed == 0)) continue;
        Add("X14", {"product", id + "/" + line_id},
            fmt::format("{}, and order {} waits for its payment", TextOf(found->left), id));
      }
    }
  }

  // X1: no goods without money; X2: no money without goods.
  void CheckState(const std::string& id, const PaymentFact* payment) {
    if (IsAlive(id)) {
      if (payment == nullptr) {
        Add("X1", {"order", id}, "a living order without a payment");
      } else if (WaitsToBePaid(id, *payment)) {
        // Until it is paid again, or the time for that is over; nothing of it is sent.
        for (const auto& [part, fact] : PartsOf(id)) {
          if (fact->state == "PARTIALLY_SHIPPED" || fact->state == "SHIPPED" || fact->state == "DELIVERED" ||
              fact->state == "COMPLETED") {
            Add("X1", {"order", id}, fmt::format("part {} is {} without money", part, fact->state));
          }
        }
      } else if (payment->standing.state != "CAPTURED") {
        Add("X1", {"order", id},
            fmt::format("a living order whose payment {} is {}, and no message will capture it", payment->id,
                        payment->standing.state));
      }
    } else if (payment != nullptr) {
      const auto& state = payment->standing.state;
      if (state != "DECLINED" && state != "VOIDED" && state != "CAPTURED") {
        Add("X2", {"payment", payment->id},
            fmt::format("it is {}, its order {} is dead, and no message will void it", state, id));
      }
    }
  }

  // X11: what an order remembers of its payment. An order that failed before its payment was made has none.
  void CheckCopy(const std::string& id, const OrderFact& order, const PaymentFact* payment) {
    const auto standing = payment == nullptr ? Standing{.state = "CREATED"} : payment->standing;
    Compare("X11", {"order", id}, payment == nullptr ? "its payment" : "its payment " + payment->id,
            Said{"order", TextOf(order.payment)}, Said{"payment", TextOf(standing)});
    for (const auto& [part_id, part] : PartsOf(id)) {
      Compare("X11", {"order", id}, "what went back of part " + part_id, Said{"order", part->refunded_minor},
              Said{"payment", GivenBackOf(part_id, payment)});
    }
  }

  // X4: of a captured payment exactly what was cancelled or returned is given back, dead parts in full, and what operators gave
  // back besides; a part never more than it cost.
  void CheckRefunds(const std::string& order, const PaymentFact& payment) {
    const Row row{"payment", payment.id};
    const auto& parts = PartsOf(order);
    std::map<std::string, std::int64_t> given;         // by part
    std::map<std::string, std::int64_t> by_operators;  // of that
    for (const auto& [id, refund] : payment.refunds) {
      if (!parts.contains(refund.part)) {
        Add("X4", row,
            fmt::format("refund {} for part {}, which order {} does not have", id, refund.part, order));
      } else if (refund.state == "PENDING") {
        Add("X4", row,
            fmt::format("refund {} for part {} is PENDING, and no message will end it", id, refund.part));
      } else if (refund.state == "SUCCEEDED") {
        given[refund.part] += refund.amount_minor;
        if (refund.by_operator) by_operators[refund.part] += refund.amount_minor;
      }
    }
    for (const auto& [id, part] : parts) {
      const auto wanted = DueBack(*part) + by_operators[id];
      const auto due = payment.standing.captured_minor > 0 ? std::min(wanted, part->total_minor) : 0;
      const auto* split = Find(payment.splits, id);
      if (given[id] == due || (split != nullptr && split->disputed && given[id] < due)) continue;
      Add("X4", row,
          fmt::format("part {} is {} and cost {}; {} of it was given back, {} are due", id, part->state,
                      part->total_minor, given[id], due));
    }
  }

  // X5: the units are where they are due.
  void CheckUnits(const std::string& id, const PartFact& part) {
    if (!IsStockAtRest(facts_, part.order)) return;
    for (const auto& [line_id, line] : part.lines) {
      const auto* found = Find(facts_.reservations, {part.order, line_id});
      const auto left = found == nullptr ? Units() : found->left;
      if (left == DueUnits(part, line)) continue;
      Add("X5", {"product", part.order + "/" + line_id},
          fmt::format("part {} is {}, of its {} units are {}, and no message will change them", id,
                      part.state, line.quantity, TextOf(left)));
    }
  }

  // X6: nothing is held for an order that does not exist, or that did not buy it; X5: as many as were bought;
  // X13: the part's seller is the offer's, the line's product too.
  void CheckReservation(const std::pair<std::string, std::string>& key, const ReservationFact& reservation) {
    const auto& [order, line_id] = key;
    const Row row{"product", order + "/" + line_id};
    if (!facts_.pulses_after.contains(order)) {
      if (reservation.left != Units()) {
        Add("X6", row, fmt::format("{} for order {}, which does not exist", TextOf(reservation.left), order));
      }
      return;
    }
    if (!facts_.orders.contains(order)) return;  // placed after the orders were read
    for (const auto& [id, part] : PartsOf(order)) {
      const auto* line = Find(part->lines, line_id);
      if (line == nullptr) continue;
      Compare("X6", row, "offer in part " + id, Said{"order", line->offer},
              Said{"reservation", reservation.offer});
      Compare("X5", row, "quantity in part " + id, Said{"order", line->quantity},
              Said{"reservation", reservation.quantity});
      Compare("X13", row, "seller of part " + id, Said{"order", part->seller},
              Said{"offer", reservation.seller});
      Compare("X13", row, "product in part " + id, Said{"order", line->product},
              Said{"offer", reservation.product});
      return;
    }
    Add("X6", row, fmt::format("{} for order {}, which did not buy them", TextOf(reservation.left), order));
  }

  const Facts& facts_;
  std::map<std::string, Parts> parts_of_;
};

}  // namespace

bool IsMoneyAtRest(const Facts& facts, const std::string& order) {
  const auto* payment = Find(facts.payments, order);
  if (payment != nullptr && payment->tells) return false;
  return IsAtRest(facts, order, &Pulse::payment_waits);
}
bool IsStockAtRest(const Facts& facts, const std::string& order) {
  return IsAtRest(facts, order, &Pulse::stock_waits);
}

std::size_t CountUnderWay(const Facts& facts) {
  return static_cast<std::size_t>(std::ranges::count_if(facts.pulses_after, [&](const auto& pulse) {
    return !IsMoneyAtRest(facts, pulse.first) || !IsStockAtRest(facts, pulse.first);
  }));
}

std::vector<const PaymentFact*> PaymentsOf(const Facts& facts, const std::string& order) {
  std::vector<const PaymentFact*> payments;
  if (const auto* earlier = Find(facts.earlier, order)) {
    for (const auto& payment : *earlier) payments.push_back(&payment);
  }
  if (const auto* newest = Find(facts.payments, order)) payments.push_back(newest);
  return payments;
}

std::vector<Finding> CrossCheck(const Facts& facts) {
  OrderChecker orders(facts);
  orders.Run();
  auto findings = orders.Take();
  for (const auto& check : {CheckBooks, CheckPeople, CheckActs})
    std::ranges::move(check(facts), std::back_inserter(findings));
  return findings;
}

}  // namespace market::invariants
