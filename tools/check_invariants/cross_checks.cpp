#include "tools/check_invariants/cross_checks.hpp"

#include <set>

namespace market::invariants {
namespace {

bool IsDead(const std::string& state) {
  return state == "CANCELLED" || state == "REJECTED" || state == "FAILED";
}
bool IsShipped(const std::string& state) {
  return state == "SHIPPED" || state == "DELIVERED" || state == "COMPLETED";
}

class Checker {
 public:
  explicit Checker(const Facts& facts) : facts_(facts) {
    for (const auto& [id, part] : facts_.parts) parts_of_[part.order].push_back(&part);
  }

  std::vector<Finding> Run() {
    for (const auto& [id, order] : facts_.orders) CheckOrder(id, order);
    for (const auto& [id, part] : facts_.parts) CheckStock(id, part);
    CheckStrays();
    CheckMoney();
    CheckPeople();
    return std::move(findings_);
  }

 private:
  void Add(std::string check, std::string database, std::string row, std::string detail) {
    findings_.push_back({std::move(check), std::move(database), std::move(row), std::move(detail)});
  }

  bool AllDead(const std::string& order) const {
    const auto parts = parts_of_.find(order);
    if (parts == parts_of_.end()) return true;
    for (const auto* part : parts->second) {
      if (!IsDead(part->state)) return false;
    }
    return true;
  }
  bool AnyPending(const std::string& order) const {
    const auto parts = parts_of_.find(order);
    if (parts == parts_of_.end()) return false;
    for (const auto* part : parts->second) {
      if (part->state == "PENDING_PAYMENT") return true;
    }
    return false;
  }

  // X1: no goods without money; X2: no money without goods; X3: the same amount on both sides.
  void CheckOrder(const std::string& id, const OrderFact& order) {
    if (AnyPending(id)) return;
    const auto found = facts_.payments.find(id);
    const bool living = !AllDead(id);
    if (found == facts_.payments.end()) {
      if (living) Add("X1", "order", id, "a living order without a payment");
      return;
    }
    const auto& payment = found->second;
    const bool paid = payment.state == "AUTHORIZED" || payment.state == "CAPTURED";
    if (living && !paid) Add("X1", "order", id, "a living order whose payment is " + payment.state);
    if (!living && payment.state == "AUTHORIZED")
      Add("X2", "payment", payment.id, "authorised for a dead order");
    if (!living && payment.captured_minor != payment.refunded_minor) {
      Add("X2", "payment", payment.id,
          "captured " + std::to_string(payment.captured_minor) + " and refunded " +
              std::to_string(payment.refunded_minor) + " for a dead order");
    }
    if (payment.amount_minor != 0 && payment.amount_minor != order.total_minor) {
      Add("X3", "payment", payment.id,
          "amount " + std::to_string(payment.amount_minor) + ", the order costs " +
              std::to_string(order.total_minor));
    }
    CheckRefund(id, payment);
  }

  // X4: what was refunded is what the cancelled parts of a captured order cost.
  void CheckRefund(const std::string& id, const PaymentFact& payment) {
    if (payment.captured_minor == 0) return;
    std::int64_t owed = 0;
    const auto parts = parts_of_.find(id);
    if (parts == parts_of_.end()) return;
    for (const auto* part : parts->second) {
      if (IsDead(part->state)) owed += part->total_minor;
    }
    if (owed != payment.refunded_minor) {
      Add("X4", "payment", payment.id,
          "refunded " + std::to_string(payment.refunded_minor) + ", cancelled parts cost " +
              std::to_string(owed));
    }
  }

  // X5: units follow the part: committed while it lives, consumed once it is shipped, given back when it is
  // dead.
  void CheckStock(const std::string& id, const PartFact& part) {
    if (part.state == "PENDING_PAYMENT") return;
    const std::string expected = IsDead(part.state)      ? "none"
                                 : IsShipped(part.state) ? "CONSUMED"
                                                         : "COMMITTED";
    for (const auto& [offer, quantity] : part.quantities) {
      const auto found = facts_.reservations.find({part.order, offer});
      const std::string state = found == facts_.reservations.end() ? "missing" : found->second.state;
      const bool active = state == "HELD" || state == "COMMITTED" || state == "CONSUMED";
      if (expected == "none" ? active : state != expected) {
        Add("X5", "product", part.order + "/" + offer,
            "the part " + id + " is " + part.state + ", its units are " + state);
      } else if (active && found->second.quantity != quantity) {
        Add("X5", "product", part.order + "/" + offer,
            "reserved " + std::to_string(found->second.quantity) + ", bought " + std::to_string(quantity));
      }
    }
  }

  // X6: nothing is held or charged for an order that does not exist.
  void CheckStrays() {
    for (const auto& [key, reservation] : facts_.reservations) {
      if (reservation.state != "RELEASED" && reservation.state != "EXPIRED" &&
          !facts_.orders.contains(key.first)) {
        Add("X6", "product", key.first + "/" + key.second,
            "units are " + reservation.state + " for no order");
      }
    }
    for (const auto& [order, payment] : facts_.payments) {
      if (!facts_.orders.contains(order)) Add("X6", "payment", payment.id, "a payment for no order " + order);
    }
  }

  // X7: the ledger says what payments say; X8: the provider says what the ledger says.
  void CheckMoney() {
    for (const auto& [order, payment] : facts_.payments) {
      Compare("X7", "payment", order, "capture", payment.captured_minor, Sum(facts_.ledger, order, "capture"),
              "payment", "ledger");
      Compare("X7", "payment", order, "refund", payment.refunded_minor, Sum(facts_.ledger, order, "refund"),
              "payment", "ledger");
    }
    std::set<std::string> orders;
    for (const auto& [order, sums] : facts_.ledger) orders.insert(order);
    for (const auto& [order, sums] : facts_.provider) orders.insert(order);
    for (const auto& order : orders) {
      for (const std::string kind : {"capture", "refund"}) {
        Compare("X8", "provider", order, kind, Sum(facts_.ledger, order, kind),
                Sum(facts_.provider, order, kind), "ledger", "provider");
      }
    }
  }

  static std::int64_t Sum(const std::map<std::string, std::map<std::string, std::int64_t>>& sums,
                          const std::string& order, const std::string& kind) {
    const auto found = sums.find(order);
    if (found == sums.end()) return 0;
    const auto amount = found->second.find(kind);
    return amount == found->second.end() ? 0 : amount->second;
  }

  void Compare(const std::string& check, const std::string& database, const std::string& order,
               const std::string& kind, std::int64_t left, std::int64_t right, const std::string& left_name,
               const std::string& right_name) {
    if (left == right) return;
    Add(check, database, order,
        kind + ": " + left_name + " " + std::to_string(left) + ", " + right_name + " " +
            std::to_string(right));
  }

  // X9: an account has its profile, an active seller its owner's membership.
  void CheckPeople() {
    for (const auto& account : facts_.accounts) {
      if (!facts_.profiles.contains(account)) Add("X9", "user", account, "an account without a profile");
    }
    for (const auto& seller : facts_.active_sellers) {
      if (!facts_.memberships.contains(seller)) {
        Add("X9", "auth", seller.first, "an active seller whose owner " + seller.second + " is no member");
      }
    }
  }

  const Facts& facts_;
  std::map<std::string, std::vector<const PartFact*>> parts_of_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> CrossCheck(const Facts& facts) { return Checker(facts).Run(); }

}  // namespace market::invariants
