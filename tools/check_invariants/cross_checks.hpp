// What must hold between databases, and between the ledger and the payment provider. Pure: facts in, findings
// out.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace market::invariants {

struct Finding {
  std::string check;     // "X3"
  std::string database;  // where the row is
  std::string row;
  std::string detail;
};

struct OrderFact {
  std::int64_t total_minor = 0;
  std::string payment_state;
};
struct PartFact {
  std::string order;
  std::string state;
  std::int64_t total_minor = 0;
  std::map<std::string, std::int64_t> quantities;  // by offer
};
struct PaymentFact {
  std::string id;
  std::string state;
  std::int64_t amount_minor = 0;
  std::int64_t captured_minor = 0;
  std::int64_t refunded_minor = 0;
};
struct ReservationFact {
  std::string state;
  std::int64_t quantity = 0;
};

struct Facts {
  std::map<std::string, OrderFact> orders;                                      // by id
  std::map<std::string, PartFact> parts;                                        // by id
  std::map<std::string, PaymentFact> payments;                                  // by order
  std::map<std::pair<std::string, std::string>, ReservationFact> reservations;  // by order and offer
  std::map<std::string, std::map<std::string, std::int64_t>>
      ledger;  // by order: net of kind capture and refund
  std::map<std::string, std::map<std::string, std::int64_t>>
      provider;                       // by order: sum of kind capture and refund
  std::vector<std::string> accounts;  // old enough to have a profile
  std::map<std::string, bool> profiles;
  std::vector<std::pair<std::string, std::string>> active_sellers;  // seller, owner
  std::map<std::pair<std::string, std::string>, bool> memberships;  // seller, account
};

std::vector<Finding> CrossCheck(const Facts& facts);

}  // namespace market::invariants
