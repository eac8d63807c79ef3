// An order as everybody sees it when all is well, in the states it may come to, for tests that spoil one
// thing.
#pragma once
#include <gmock/gmock.h>

#include <string>

#include "tools/check_invariants/cross_checks.hpp"

namespace market::invariants {

inline const Pulse kAtRest{.version = 4};
inline const Pulse kPaymentWaits{.version = 4, .payment_waits = true};
inline const Pulse kStockWaits{.version = 4, .stock_waits = true};
inline const Pulse kCheckoutRuns{.version = 1, .checkout_runs = true};

inline void Sees(Facts& facts, const Pulse& pulse) {
  facts.pulses_before["order"] = facts.pulses_after["order"] = pulse;
}

// The payment, and the order's copy of it.
inline void Stands(Facts& facts, const Standing& standing) {
  facts.payments["order"].standing = facts.orders["order"].payment = standing;
}

// One captured order of two parts at two sellers, as everybody sees it when all is well.
inline Facts Healthy() {
  Facts facts;
  facts.orders["order"] = {"buyer", "EUR", "pm_card", 3000, {}};
  facts.parts["part1"] = {"order", "seller1", "PLACED", 1000, {{"line1", {"offer1", "product1", 1}}}};
  facts.parts["part2"] = {"order", "seller2", "PLACED", 2000, {{"line2", {"offer2", "product2", 2}}}};
  Sees(facts, kAtRest);
  facts.movements = {{"auth", "capture", "order", "EUR", 3000}};
  facts.payments["order"] = {.id = "payment",
                             .buyer = "buyer",
                             .currency = "EUR",
                             .method = "pm_card",
                             .authorization = "auth",
                             .amount_minor = 3000,
                             .standing = {},
                             .splits = {{"part1", {"seller1", 1000}}, {"part2", {"seller2", 2000}}},
                             .refunds = {}};
  Stands(facts, {"CAPTURED", 3000, 3000, 0});
  facts.ledger["order"]["capture in EUR"] = 3000;
  facts.reservations[{"order", "line1"}] = {"offer1", 1, {.committed = 1}, "product1", "seller1"};
  facts.reservations[{"order", "line2"}] = {"offer2", 2, {.committed = 2}, "product2", "seller2"};
  facts.catalogue_sellers = {"seller1", "seller2"};
  facts.auth_before = {.accounts = {"buyer", "owner1", "owner2"},
                       .without_message = {"buyer", "owner1", "owner2"},
                       .members = {{"seller1", "owner1", "owner"}, {"seller2", "owner2", "owner"}}};
  facts.auth_after = facts.auth_before;
  facts.profiles = {"buyer", "owner1", "owner2"};
  facts.sellers = {{"seller1", {}}, {"seller2", {}}};
  facts.members = facts.auth_before.members;
  facts.holds["order"] = {{"auth", "captured", "EUR", "pm_card", 3000, 3000, 0}};
  return facts;
}

// Authorised only: as between the placing of an order and its capture.
inline Facts Authorized() {
  auto facts = Healthy();
  Stands(facts, {"AUTHORIZED", 3000, 0, 0});
  facts.movements.clear();
  facts.ledger.clear();
  facts.holds["order"] = {{"auth", "authorized", "EUR", "pm_card", 3000, 0, 0}};
  return facts;
}

// The second part cancelled after the capture, its money and units given back.
inline Facts PartlyCancelled() {
  auto facts = Healthy();
  facts.parts["part2"].state = "CANCELLED";
  facts.parts["part2"].lines["line2"].cancelled = 2;
  facts.parts["part2"].refunded_minor = 2000;
  facts.reservations[{"order", "line2"}].left = {};
  Stands(facts, {"CAPTURED", 3000, 3000, 2000});
  facts.payments["order"].refunds["refund1"] = {"part2", "SUCCEEDED", 1500};
  facts.payments["order"].refunds["refund2"] = {"part2", "SUCCEEDED", 500};
  facts.ledger["order"]["refund of part part2/refund1 in EUR"] = 1500;
  facts.ledger["order"]["refund of part part2/refund2 in EUR"] = 500;
  facts.movements.push_back({"auth", "refund", "part2/refund1", "EUR", 1500});
  facts.movements.push_back({"auth", "refund", "part2/refund2", "EUR", 500});
  facts.holds["order"].front().refunded_minor = 2000;
  return facts;
}

// Declined before anything moved.
inline Facts Failed() {
  auto facts = Authorized();
  for (auto& [id, part] : facts.parts) part.state = "FAILED";
  for (auto& [key, reservation] : facts.reservations) reservation.left = {};
  facts.payments["order"].authorization = "";
  Stands(facts, {"DECLINED", 0, 0, 0});
  facts.holds["order"].front().status = "declined";
  return facts;
}

inline auto Finds(const std::string& check, const std::string& database, const std::string& row,
                  const std::string& detail) {
  return ::testing::AllOf(
      ::testing::Field(&Finding::check, check), ::testing::Field(&Finding::database, database),
      ::testing::Field(&Finding::row, row), ::testing::Field(&Finding::detail, ::testing::HasSubstr(detail)));
}
inline auto FindsOnly(const std::string& check, const std::string& database, const std::string& row,
                      const std::string& detail) {
  return ::testing::ElementsAre(Finds(check, database, row, detail));
}

}  // namespace market::invariants
