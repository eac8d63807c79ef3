#include "tools/check_invariants/cross_checks.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace market::invariants {
namespace {

bool IsDead(const std::string& state) {
  return state == "CANCELLED" || state == "REJECTED" || state == "FAILED";
}
// Units follow the line: held while their order waits to be paid, consumed once they are shipped, given back when
// they or their part are cancelled, committed else.
Units DueUnits(const PartFact& part, const LineFact& line) {
  const auto left = line.quantity - line.cancelled - line.shipped;
  if (part.state == "PENDING_PAYMENT") return {.held = left};
  return {.committed = IsDead(part.state) ? 0 : left, .consumed = line.shipped};
}
bool HoldsMoney(const HoldFact& hold) {
  return hold.status == "authorized" ||
         (hold.status == "captured" && hold.captured_minor != hold.refunded_minor);
}
// What a restore had to undo for an order that it has lost (docs/adr/0014).
bool IsGivenBack(const Standing& standing) {
  return standing.state == "VOIDED" || standing.state == "DECLINED" ||
         (standing.state == "CAPTURED" && standing.captured_minor == standing.refunded_minor);
}

// What the provider calls a payment's state; "" when an authorisation that is recorded can't be in it.
std::string StatusOf(const std::string& payment_state) {
  if (payment_state == "AUTHORIZED") return "authorized";
  if (payment_state == "CAPTURED") return "captured";
  if (payment_state == "VOIDED") return "voided";
  return "";
}

std::string TextOf(const Standing& standing) {
  return fmt::format("{} (authorised {}, captured {}, refunded {})", standing.state,
                     standing.authorized_minor, standing.captured_minor, standing.refunded_minor);
}

std::string TextOf(const Units& units) {
  return fmt::format("{} held, {} committed, {} consumed", units.held, units.committed, units.consumed);
}

template <class Map>
const typename Map::mapped_type* Find(const Map& map, const typename Map::key_type& key) {
  const auto found = map.find(key);
  return found == map.end() ? nullptr : &found->second;
}

bool IsAtRest(const Facts& facts, const std::string& order, bool Pulse::* waits) {
  const auto* before = Find(facts.pulses_before, order);
  const auto* after = Find(facts.pulses_after, order);
  if (before == nullptr || after == nullptr || before->version != after->version) return false;
  return std::ranges::none_of(std::initializer_list{before, after},
                              [&](const Pulse* pulse) { return pulse->checkout_runs || pulse->*waits; });
}

struct Row {
  std::string database;
  std::string id;
};
template <class Value>
struct Said {
  std::string_view by;
  Value value;
};

class Checker {
 public:
  explicit Checker(const Facts& facts) : facts_(facts) {
    for (const auto& [id, part] : facts_.parts) parts_of_[part.order].emplace(id, &part);
  }

  std::vector<Finding> Run() {
    for (const auto& [id, order] : facts_.orders) CheckOrder(id, order);
    for (const auto& [id, part] : facts_.parts) CheckUnits(id, part);
    for (const auto& [key, reservation] : facts_.reservations) CheckReservation(key, reservation);
    for (const auto& [order, payment] : facts_.payments) {
      if (!facts_.pulses_after.contains(order) && !IsGivenBack(payment.standing)) {
        Add("X6", {"payment", payment.id}, "a payment for order " + order + ", which does not exist");
      }
    }
    CheckBooks();
    CheckHolds();
    CheckPeople();
    CheckSellers();
    return std::move(findings_);
  }

 private:
  using Parts = std::map<std::string, const PartFact*>;

  void Add(std::string check, Row row, std::string detail) {
    findings_.push_back({std::move(check), std::move(row.database), std::move(row.id), std::move(detail)});
  }
  template <class Value>
  void Compare(std::string check, Row row, std::string_view what, Said<Value> left, Said<Value> right) {
    if (left.value == right.value) return;
    Add(std::move(check), std::move(row),
        fmt::format("{}: {} says {}, {} says {}", what, left.by, left.value, right.by, right.value));
  }

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
           (payment.standing.state == "DECLINED" || payment.standing.state == "CAPTURE_FAILED");
  }

  void CheckOrder(const std::string& id, const OrderFact& order) {
    if (!facts_.auth_after.accounts.contains(order.buyer)) {
      Add("X13", {"order", id}, "its buyer " + order.buyer + " is no account");
    }
    const auto* payment = Find(facts_.payments, id);
    if (payment != nullptr && !payment->buyer.empty()) {
      CheckTerms(id, order, *payment);
      CheckSplits(id, *payment);
    }
    if (!IsMoneyAtRest(facts_, id)) return;
    CheckState(id, payment);
    CheckCopy(id, order, payment);
    if (payment != nullptr) CheckRefunds(id, *payment);
  }

  // X3: a payment is about what its order is about.
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
    if (IsMoneyAtRest(facts_, id)) both("payment method", order.method, payment.method);
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

  // X1: no goods without money; X2: no money without goods.
  void CheckState(const std::string& id, const PaymentFact* payment) {
    if (IsAlive(id)) {
      if (payment == nullptr) {
        Add("X1", {"order", id}, "a living order without a payment");
      } else if (WaitsToBePaid(id, *payment)) {
        // Until it is paid again, or the time for that is over; nothing of it is sent.
        for (const auto& [part, fact] : PartsOf(id)) {
          if (fact->state == "SHIPPED" || fact->state == "DELIVERED" || fact->state == "COMPLETED") {
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
  }

  // X4: of a captured payment exactly the dead parts are given back, each in full.
  void CheckRefunds(const std::string& order, const PaymentFact& payment) {
    const Row row{"payment", payment.id};
    const auto& parts = PartsOf(order);
    std::map<std::string, std::int64_t> given;  // by part
    for (const auto& [id, refund] : payment.refunds) {
      if (!parts.contains(refund.part)) {
        Add("X4", row,
            fmt::format("refund {} for part {}, which order {} does not have", id, refund.part, order));
      } else if (refund.state == "PENDING") {
        Add("X4", row,
            fmt::format("refund {} for part {} is PENDING, and no message will end it", id, refund.part));
      } else if (refund.state == "SUCCEEDED") {
        given[refund.part] += refund.amount_minor;
      }
    }
    for (const auto& [id, part] : parts) {
      const bool owed = payment.standing.captured_minor > 0 && IsDead(part->state);
      const auto due = owed ? part->total_minor : 0;
      if (given[id] == due) continue;
      Add("X4", row,
          fmt::format("part {} is {} and cost {}; {} of it was given back", id, part->state,
                      part->total_minor, given[id]));
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

  // X7: the ledger says what payments say; X8: the provider says what the ledger says.
  void CheckBooks() {
    for (const auto& [order, payment] : facts_.payments) {
      CompareBooks("X7", {"payment", payment.id}, Said{"payment", MovedBy(payment)},
                   Said{"ledger", Of(facts_.ledger, order)});
    }
    const auto provider = ProviderBook();
    for (const auto& [order, payment] : facts_.payments) {
      if (!IsMoneyAtRest(facts_, order)) continue;
      CompareBooks("X8", {"provider", order}, Said{"ledger", Of(facts_.ledger, order)},
                   Said{"provider", Of(provider, order)});
    }
  }

  using Moved = Book::mapped_type;

  static Moved Of(const Book& book, const std::string& order) {
    const auto* moved = Find(book, order);
    return moved == nullptr ? Moved() : *moved;
  }

  static Moved MovedBy(const PaymentFact& payment) {
    Moved moved;
    if (payment.standing.captured_minor != 0) {
      moved[NameOfMovement("capture", "", payment.currency)] = payment.standing.captured_minor;
    }
    for (const auto& [id, refund] : payment.refunds) {
      if (refund.state == "SUCCEEDED" && refund.amount_minor != 0) {
        moved[NameOfMovement("refund", refund.part + '/' + id, payment.currency)] = refund.amount_minor;
      }
    }
    return moved;
  }

  Book ProviderBook() {
    std::map<std::string, std::string> order_of;
    for (const auto& [order, payment] : facts_.payments) {
      for (const auto* each : PaymentsOf(order)) order_of.emplace(each->authorization, order);
    }
    order_of.erase("");
    Book book;
    std::map<std::pair<std::string, std::string>, std::int64_t> left;  // by authorisation and currency
    for (const auto& movement : facts_.movements) {
      const auto* order = Find(order_of, movement.authorization);
      if (order != nullptr) {
        book[*order][NameOfMovement(movement.kind, movement.reference, movement.currency)] +=
            movement.amount_minor;
      } else {
        left[{movement.authorization, movement.currency}] +=
            movement.kind == "capture" ? movement.amount_minor : -movement.amount_minor;
      }
    }
    for (const auto& [where, amount] : left) {
      if (amount == 0) continue;
      Add("X8", {"provider", where.first},
          fmt::format("{} {} are left on an authorisation that no payment names", amount, where.second));
    }
    return book;
  }

  void CompareBooks(const std::string& check, const Row& row, const Said<Moved>& left,
                    const Said<Moved>& right) {
    auto names = left.value;
    names.insert(right.value.begin(), right.value.end());
    for (const auto& [name, amount] : names) {
      const auto amount_in = [&](const Moved& moved) {
        const auto* found = Find(moved, name);
        return found == nullptr ? std::int64_t{0} : *found;
      };
      Compare(check, row, name, Said{left.by, amount_in(left.value)}, Said{right.by, amount_in(right.value)});
    }
  }

  // X12: the provider holds what the payment says, on the authorisation it names, and nothing else.
  void CheckHolds() {
    for (const auto& [id, order] : facts_.orders) {
      if (IsMoneyAtRest(facts_, id)) CheckHoldsOf(id);
    }
    for (const auto& [order, holds] : facts_.holds) {
      if (facts_.pulses_after.contains(order)) continue;
      for (const auto& hold : holds) Stray(hold, "order " + order + ", which does not exist");
    }
  }

  std::vector<const PaymentFact*> PaymentsOf(const std::string& order) const {
    std::vector<const PaymentFact*> payments;
    if (const auto* earlier = Find(facts_.earlier, order)) {
      for (const auto& payment : *earlier) payments.push_back(&payment);
    }
    if (const auto* newest = Find(facts_.payments, order)) payments.push_back(newest);
    return payments;
  }

  void CheckHoldsOf(const std::string& order) {
    static const std::vector<HoldFact> kNone;
    const auto* found = Find(facts_.holds, order);
    const auto& holds = found == nullptr ? kNone : *found;
    auto payments = PaymentsOf(order);
    std::erase_if(payments, [](const auto* payment) { return payment->authorization.empty(); });
    for (const auto& hold : holds) {
      const auto named = std::ranges::find(payments, hold.authorization, &PaymentFact::authorization);
      if (named != payments.end()) {
        CompareHold(hold, **named);
      } else {
        Stray(hold, "order " + order + ", and no payment names it");
      }
    }
    for (const auto* payment : payments) {
      if (std::ranges::find(holds, payment->authorization, &HoldFact::authorization) != holds.end()) continue;
      Add("X12", {"payment", payment->id},
          fmt::format("the provider does not know its authorisation {} for order {}", payment->authorization,
                      order));
    }
  }

  void Stray(const HoldFact& hold, std::string_view whose) {
    if (!HoldsMoney(hold)) return;
    Add("X12", {"provider", hold.authorization},
        fmt::format("{} over {} {} for {}", hold.status, hold.amount_minor, hold.currency, whose));
  }

  void CompareHold(const HoldFact& hold, const PaymentFact& payment) {
    const auto both = [&](std::string_view what, const auto& paid, const auto& held) {
      Compare("X12", {"provider", hold.authorization}, fmt::format("{} of payment {}", what, payment.id),
              Said{"payment", paid}, Said{"provider", held});
    };
    // What is left of a hold whose capture was refused is the provider's business, as long as it is not taken.
    const bool given_up = payment.standing.state == "CAPTURE_FAILED" && hold.status != "captured";
    if (!given_up) both("status", StatusOf(payment.standing.state), hold.status);
    if (payment.buyer.empty()) return;
    both("currency", payment.currency, hold.currency);
    both("payment method", payment.method, hold.method);
    both("amount", payment.amount_minor, hold.amount_minor);
    both("what was captured", payment.standing.captured_minor, hold.captured_minor);
    both("what was refunded", payment.standing.refunded_minor, hold.refunded_minor);
  }

  // X9: an account has its profile and a profile its account.
  void CheckPeople() {
    for (const auto& account : facts_.auth_before.without_message) {
      if (!facts_.profiles.contains(account)) {
        Add("X9", {"user", account}, "an account without a profile, and no message will make one");
      }
    }
    for (const auto& profile : facts_.profiles) {
      if (!facts_.auth_after.accounts.contains(profile)) {
        Add("X9", {"user", profile}, "a profile without an account");
      }
    }
  }

  // X9: the owner of an approved seller, and nobody else, is its member as owner; X13: who sells is a seller.
  void CheckSellers() {
    for (const auto& [id, seller] : facts_.sellers) {
      if (seller.state == "PENDING" || seller.waits ||
          facts_.auth_after.owners.contains({id, seller.owner})) {
        continue;
      }
      Add("X9", {"auth", id},
          fmt::format("the seller is {}, its owner {} is no member, and no message will make it one",
                      seller.state, seller.owner));
    }
    for (const auto& [id, account] : facts_.auth_before.owners) {
      const auto* seller = Find(facts_.sellers, id);
      if (seller == nullptr) {
        Add("X9", {"auth", id}, "account " + account + " owns a seller that does not exist");
      } else if (seller->owner != account) {
        Add("X9", {"auth", id},
            fmt::format("account {} is a member as owner, the seller is {}'s", account, seller->owner));
      } else if (seller->state == "PENDING") {
        Add("X9", {"auth", id}, "its owner " + account + " is a member before the seller was approved");
      }
    }
    for (const auto& id : facts_.catalogue_sellers) {
      if (!facts_.sellers.contains(id))
        Add("X13", {"product", id}, "products of a seller that does not exist");
    }
    for (const auto& [id, part] : facts_.parts) {
      if (!facts_.sellers.contains(part.seller)) {
        Add("X13", {"order", id}, "its seller " + part.seller + " does not exist");
      }
    }
  }

  const Facts& facts_;
  std::map<std::string, Parts> parts_of_;
  std::vector<Finding> findings_;
};

}  // namespace

std::string NameOfMovement(const std::string& kind, const std::string& reference,
                           const std::string& currency) {
  if (kind == "refund") return fmt::format("refund of part {} in {}", reference, currency);
  return fmt::format("{} in {}", kind, currency);
}

bool IsMoneyAtRest(const Facts& facts, const std::string& order) {
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

std::vector<Finding> CrossCheck(const Facts& facts) { return Checker(facts).Run(); }

}  // namespace market::invariants
