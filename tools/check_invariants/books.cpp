// Payments against the ledger, and both against the provider.
#include <algorithm>

#include "tools/check_invariants/cross_checks.hpp"

namespace market::invariants {
namespace {

bool HoldsMoney(const HoldFact& hold) {
  return hold.status == "authorized" ||
         (hold.status == "captured" && hold.captured_minor != hold.refunded_minor);
}

// What the provider calls a payment's state; "" when an authorisation that is recorded can't be in it.
std::string StatusOf(const std::string& payment_state) {
  if (payment_state == "AUTHORIZED") return "authorized";
  if (payment_state == "CAPTURED") return "captured";
  if (payment_state == "VOIDED") return "voided";
  if (payment_state == "DECLINED") return "declined";
  if (payment_state == "REQUIRES_ACTION") return "requires_action";
  return "";
}

class BookChecker : public Findings {
 public:
  explicit BookChecker(const Facts& facts) : facts_(facts) {}

  void Run() {
    CheckBooks();
    CheckHolds();
    CheckSales();
    CheckPayouts();
  }

 private:
  using Moved = Book::mapped_type;

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
      for (const auto* each : PaymentsOf(facts_, order)) order_of.emplace(each->authorization, order);
    }
    order_of.erase("");
    Book book;
    std::map<std::pair<std::string, std::string>, std::int64_t> left;  // by authorisation and currency
    for (const auto& movement : facts_.movements) {
      if (movement.kind == "adjustment") continue;  // what a bank disputes is X37's
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

  void CheckHoldsOf(const std::string& order) {
    static const std::vector<HoldFact> kNone;
    const auto* found = Find(facts_.holds, order);
    const auto& holds = found == nullptr ? kNone : *found;
    auto payments = PaymentsOf(facts_, order);
    std::erase_if(payments, [](const auto* payment) { return payment->authorization.empty(); });
    for (const auto& hold : holds) {
      const auto named = std::ranges::find(payments, hold.authorization, &PaymentFact::authorization);
      if (named != payments.end()) {
        CompareHold(hold, **named);
      } else {
        Stray(hold, "order " + order + ", and no payment names it");
        CheckConfirmable(hold, order);
      }
    }
    for (const auto* payment : payments) {
      if (std::ranges::find(holds, payment->authorization, &HoldFact::authorization) != holds.end()) continue;
      Add("X12", {"payment", payment->id},
          fmt::format("the provider does not know its authorisation {} for order {}", payment->authorization,
                      order));
    }
  }

  // X27: what was delivered is earned, and what of it went back is counted.
  void CheckSales() {
    for (const auto& [id, part] : facts_.parts) {
      if (!part.earns || !IsMoneyAtRest(facts_, part.order)) continue;
      const auto* sale = Find(facts_.sales, id);
      if (sale != nullptr && sale->state != "PLACED") continue;
      Add("X27", {"order", id},
          fmt::format("it is {}, and what it comes to is not its shop's: {}", part.state,
                      sale == nullptr ? "payment knows no such sale" : "its sale is " + sale->state));
    }
    for (const auto& [id, sale] : facts_.sales) {
      if (sale.uncounted.empty()) continue;
      Add("X27", {"payment", id}, "its sale does not count refund " + sale.uncounted);
    }
  }

  void Stray(const HoldFact& hold, std::string_view whose) {
    if (!HoldsMoney(hold)) return;
    Add("X12", {"provider", hold.authorization},
        fmt::format("{} over {} {} for {}", hold.status, hold.amount_minor, hold.currency, whose));
  }

  // X40. Of a payment that was undone before it was known nobody has ever heard where it is confirmed.
  void CheckConfirmable(const HoldFact& hold, const std::string& order) {
    const auto undone = [](const auto* payment) { return payment->buyer.empty(); };
    if (hold.status != "requires_action" || std::ranges::any_of(PaymentsOf(facts_, order), undone)) return;
    Add("X40", {"provider", hold.authorization},
        fmt::format("{} {} for order {} can be confirmed, and no payment names it", hold.amount_minor,
                    hold.currency, order));
  }

  void CompareHold(const HoldFact& hold, const PaymentFact& payment) {
    const auto both = [&](std::string_view what, const auto& paid, const auto& held) {
      Compare("X12", {"provider", hold.authorization}, fmt::format("{} of payment {}", what, payment.id),
              Said{"payment", paid}, Said{"provider", held});
    };
    // What is left of a hold whose capture was refused is the provider's business, as long as it is not taken.
    const bool given_up = payment.standing.state == "CAPTURE_FAILED" && hold.status != "captured";
    // What its buyer has done there is heard of in a moment.
    const bool confirmed = payment.standing.state == "REQUIRES_ACTION" && hold.status != "captured";
    if (!given_up && !confirmed) both("status", StatusOf(payment.standing.state), hold.status);
    if (payment.buyer.empty()) return;
    both("currency", payment.currency, hold.currency);
    // A declined one has lost it.
    if (hold.status != "declined") both("payment method", payment.method, hold.method);
    both("amount", payment.amount_minor, hold.amount_minor);
    both("what was captured", payment.standing.captured_minor, hold.captured_minor);
    both("what was refunded", payment.standing.refunded_minor, hold.refunded_minor);
  }

  // X34. What was sent stands here before it is there, and is there before it is paid here.
  void CheckPayouts() {
    for (const auto& there : facts_.bank_payouts_before) {
      if (!facts_.payouts.contains(there.reference))
        Add("X34", {"provider", there.reference},
            fmt::format("payout {} of {} {} is of no payout of ours", there.id, there.amount_minor,
                        there.currency));
    }
    for (const auto& [id, payout] : facts_.payouts) {
      std::int64_t live = 0;
      bool same = false;
      for (const auto& there : facts_.bank_payouts_after) {
        if (there.reference != id || there.status == "failed") continue;
        ++live;
        same = same || (there.amount_minor == payout.amount_minor && there.currency == payout.currency);
      }
      if ((payout.state == "PAID" && !same) || live > 1)
        Add("X34", {"payout", id},
            fmt::format("{} of {} {}: the provider has {}, of that amount {}", payout.state,
                        payout.amount_minor, payout.currency, live, same ? "one" : "none"));
    }
  }

  const Facts& facts_;
};

}  // namespace

std::string NameOfMovement(const std::string& kind, const std::string& reference,
                           const std::string& currency) {
  if (kind == "refund") return fmt::format("refund of part {} in {}", reference, currency);
  return fmt::format("{} in {}", kind, currency);
}

std::vector<Finding> CheckBooks(const Facts& facts) {
  BookChecker books(facts);
  books.Run();
  return books.Take();
}

}  // namespace market::invariants
