// What must hold between databases, and between us and the payment provider. Pure: facts in, findings out.
//
// The facts are read one database after the other while the marketplace works. A finding is never what was
// only under way, and "later" is never an excuse without something that will make it happen:
// - What an order has still to bring about stands in its own database, as a checkout that runs or as a
//   message in the outbox, until the peer has done it, and each of its steps raises its version. An order
// whose pulse
//   was read the same before and after its peers, with nothing to bring about, was at rest: all copies must
//   agree, and what has no message by now will never happen.
//   Payment tells order of refunds: while that is under way, by what was read with payment, its order is
// not at rest
//   either.
// - What exists because something else did is looked for in what was read later than that.
// - What never changes once it is written is compared at any time.
#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tools/check_invariants/findings.hpp"

namespace market::invariants {

// What an order has still to bring about.
struct Pulse {
  std::int64_t version = 0;
  bool checkout_runs = false;
  bool buyer_waits =
      false;  // its payment was declined or lost, and nobody does anything until it is paid again
  bool payment_waits = false;  // a message to payment is in the outbox
  bool stock_waits = false;    // a message to product is
};

// How far a payment is, by payment itself or by the order's copy.
struct Standing {
  std::string state;
  std::int64_t authorized_minor = 0;
  std::int64_t captured_minor = 0;
  std::int64_t refunded_minor = 0;
  bool operator==(const Standing&) const = default;
};

struct OrderFact {
  std::string buyer;
  std::string currency;
  std::string method;
  std::int64_t total_minor = 0;
  Standing payment;
};
struct LineFact {
  std::string offer;
  std::string product;
  std::int64_t quantity = 0;
  std::int64_t cancelled = 0;
  std::int64_t shipped = 0;
  std::int64_t total_minor = 0;
  std::int64_t returned = 0;   // of those that were shipped
  std::int64_t restocked = 0;  // of these
};
struct PartFact {
  std::string order;
  std::string seller;
  std::string state;
  std::int64_t total_minor = 0;
  std::map<std::string, LineFact> lines;  // by id
  std::int64_t refunded_minor = 0;        // as the order remembers it
  std::int64_t delivery_back_minor = 0;   // what of its delivery went back with its returns
  bool earns = false;                     // it was delivered more than a minute ago
};
// What payment says of what a part's shop earns.
struct SaleFact {
  std::string state;
  std::string
      uncounted;  // a refund that went through more than a minute ago, and that it does not count; "": none
};

struct SplitFact {
  std::string seller;
  std::int64_t amount_minor = 0;
  bool disputed = false;  // or was: what of it went back otherwise may be less
};
struct RefundFact {
  std::string part;
  std::string state;
  std::int64_t amount_minor = 0;
  bool by_operator = false;  // what was bought stays as it is
};
struct PaymentFact {
  std::string id;
  std::string buyer;  // "": its order was undone before it was known, and nothing else is known of it
  std::string currency;
  std::string method;
  std::string authorization;
  std::int64_t amount_minor = 0;
  Standing standing;
  std::map<std::string, SplitFact> splits;    // by part
  std::map<std::string, RefundFact> refunds;  // by id
  bool tells = false;                         // order has still to hear of a refund
};

// Where units are that are not given back.
struct Units {
  std::int64_t held = 0;
  std::int64_t committed = 0;
  std::int64_t consumed = 0;
  std::int64_t restocked = 0;  // of those: they came back, and can be sold again
  bool operator==(const Units&) const = default;
};
struct ReservationFact {
  std::string offer;
  std::int64_t quantity = 0;
  Units left;
  std::string product;  // of the offer
  std::string seller;
};

// Money that moved at the provider.
struct MovementFact {
  std::string authorization;
  std::string kind;
  std::string reference;  // of a refund its part and id
  std::string currency;
  std::int64_t amount_minor = 0;
};
// What the provider may still take or has taken: an authorisation.
struct HoldFact {
  std::string authorization;
  std::string status;
  std::string currency;
  std::string method;
  std::int64_t amount_minor = 0;
  std::int64_t captured_minor = 0;
  std::int64_t refunded_minor = 0;
};

// A payout that goes by the provider, and as the provider has it.
struct PayoutFact {
  std::string state;
  std::string currency;
  std::int64_t amount_minor = 0;
};
struct BankPayoutFact {
  std::string id;
  std::string reference;  // the payout
  std::string status;
  std::string currency;
  std::int64_t amount_minor = 0;
};

struct SellerFact {
  bool waits = false;  // a message that tells auth of a member is in the outbox
};
struct MemberFact {
  std::string seller;
  std::string account;
  std::string role;
  auto operator<=>(const MemberFact&) const = default;
};
struct AuthFacts {
  std::set<std::string> accounts;
  std::set<std::string> without_message;  // accounts whose profile no message in the outbox will make
  std::set<MemberFact> members;
  std::set<std::string>
      forgotten;  // accounts that were closed and of which every service has said that it erased
};

// An act, by its record or in the list of all of them. `content` is the same where all else of it is.
struct ActFact {
  std::string service;
  std::string content;
  std::string what;    // for a person: "CancelOrder on order 1234"
  bool waits = false;  // it is in the log behind the list's position, or in the outbox
};
using Acts = std::map<std::string, ActFact>;  // by id

// By order: what moved ("capture in EUR"), in minor units.
using Book = std::map<std::string, std::map<std::string, std::int64_t>>;
std::string NameOfMovement(const std::string& kind, const std::string& reference,
                           const std::string& currency);

// In the order in which they are read.
struct Facts {
  std::map<std::string, OrderFact> orders;
  std::map<std::string, PartFact> parts;
  std::map<std::string, Pulse> pulses_before;  // by order; one snapshot with orders and parts
  std::vector<MovementFact> movements;
  std::vector<BankPayoutFact> bank_payouts_before;
  std::map<std::string, PayoutFact> payouts;                // by id; one snapshot with payments
  std::map<std::string, PaymentFact> payments;              // by order: the newest
  std::map<std::string, std::vector<PaymentFact>> earlier;  // by order: those before it
  Book ledger;                                              // one snapshot with payments
  std::map<std::string, SaleFact> sales;                    // by part; likewise
  std::map<std::pair<std::string, std::string>, ReservationFact>
      reservations;                         // by order and offer, all lines
  std::set<std::string> catalogue_sellers;  // with a product or an offer
  AuthFacts auth_before;
  std::set<std::string> profiles;
  std::map<std::string, SellerFact> sellers;
  std::set<MemberFact> members;
  AuthFacts auth_after;
  Acts listed_before;  // in auth
  Acts recorded;       // in each service
  Acts listed_after;
  std::set<std::pair<std::string, std::string>> personal;  // service, account: of those forgotten before
  std::map<std::string, std::vector<HoldFact>> holds;      // by order
  std::vector<BankPayoutFact> bank_payouts_after;
  std::map<std::string, Pulse> pulses_after;
};

// Whether nothing about the order's money (its units) was under way while the peers were read.
bool IsMoneyAtRest(const Facts& facts, const std::string& order);
bool IsStockAtRest(const Facts& facts, const std::string& order);
// Orders that were judged on what never changes alone.
std::size_t CountUnderWay(const Facts& facts);

// An order's payments, the newest last.
std::vector<const PaymentFact*> PaymentsOf(const Facts& facts, const std::string& order);

// All rules between databases: those below, and those about orders.
std::vector<Finding> CrossCheck(const Facts& facts);
std::vector<Finding> CheckBooks(const Facts& facts);   // X7, X8, X12, X27, X34
std::vector<Finding> CheckPeople(const Facts& facts);  // X9, X13, X16
std::vector<Finding> CheckActs(const Facts& facts);    // X15

template <class Map>
const typename Map::mapped_type* Find(const Map& map, const typename Map::key_type& key) {
  const auto found = map.find(key);
  return found == map.end() ? nullptr : &found->second;
}

}  // namespace market::invariants
