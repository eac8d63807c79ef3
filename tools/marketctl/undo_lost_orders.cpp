#include <set>
#include <string>
#include <vector>

#include "tools/marketctl/restored.hpp"

namespace market::marketctl {
namespace {

using payment::domain::State;
using postgres::Statement;

constexpr Statement kCharged{
    "reconcile.charged",
    "SELECT DISTINCT order_id FROM payment WHERE created_at >= $1 AND buyer_id IS NOT NULL"};
constexpr Statement kReserved{"reconcile.reserved", R"sql(
  SELECT order_id FROM reservation_order o WHERE created_at >= $1
  AND EXISTS (SELECT FROM reservation r WHERE r.order_id = o.order_id AND r.released < r.quantity))sql"};
constexpr Statement kConsumed{"reconcile.consumed",
                              "SELECT count(*) FROM reservation WHERE order_id = $1 AND consumed > 0"};
constexpr Statement kKnown{"reconcile.known", "SELECT id FROM orders WHERE id = ANY ($1)"};

// Of the orders that a peer speaks of, those that are not there. The peer is asked first: an order is
// committed before any peer hears of it.
Task<std::vector<Uuid>> Lost(const Restored& restored, postgres::Database& peer, Statement statement,
                             Time since) {
  std::vector<Uuid> spoken_of;
  for (const auto row : co_await peer.Read(Soon(), statement, since)) spoken_of.push_back(row.GetUuid(0));
  std::set<Uuid> known;
  for (const auto row : co_await restored.order_database.Read(Soon(), kKnown, spoken_of))
    known.insert(row.GetUuid(0));
  std::erase_if(spoken_of, [&](const Uuid& order) { return known.contains(order); });
  co_return spoken_of;
}

bool IsOver(const payment::domain::Payment& payment) {
  return payment.state == State::kVoided || payment.state == State::kDeclined ||
         (payment.state == State::kCaptured && payment.captured_minor == payment.refunded_minor);
}

// What is left of each part, under a name that a second run finds again.
Task<> RefundAll(const Restored& restored, const payment::domain::Payment& payment) {
  for (const auto& split : payment.splits) {
    const auto left = payment.LeftOf(split);
    if (left == 0) continue;
    const auto id = Uuid::FromName("the order was lost: " + split.seller_order.ToString());
    co_await restored.charges.Refund(Soon(), payment.order,
                                     {.id = payment::domain::RefundId(id),
                                      .seller_order = split.seller_order,
                                      .amount = Money{left, payment.currency},
                                      .reason = "the order was lost"});
  }
}

Task<> UndoPayment(const Restored& restored, payment::domain::OrderId order) {
  auto payment = co_await restored.payments.Find(Soon(), order, std::nullopt);
  if (!payment || IsOver(*payment)) co_return;
  const std::string name = "payment of order " + order.ToString();
  if (!restored.report.Do(name + ": there is no such order: given back")) co_return;
  std::string failure;
  try {
    payment = co_await restored.charges.Void(Soon(), order, std::nullopt);
    if (payment->state == State::kCaptured) co_await RefundAll(restored, *payment);
  } catch (const Error& error) {
    failure = ": " + error.message;
  }
  payment = co_await restored.payments.Find(Soon(), order, std::nullopt);
  if (!IsOver(*payment)) restored.report.Leave(name + ": the provider did not give the money back" + failure);
}

Task<> UndoReservation(const Restored& restored, product::domain::OrderId order) {
  const std::string name = "units of order " + order.ToString();
  const auto consumed = co_await restored.product_database.Read(Soon(), kConsumed, order);
  if (consumed.One().Int(0) > 0) {
    restored.report.Leave(name + ": they were shipped, and there is no such order");
    co_return;
  }
  if (restored.report.Do(name + ": there is no such order: released"))
    co_await restored.reservations.Release(Soon(), order, product::domain::CauseId::New(), {});
}

}  // namespace

Task<> UndoLostOrders(const Restored& restored, Time since) {
  for (const auto& order : co_await Lost(restored, restored.payment_database, kCharged, since))
    co_await UndoPayment(restored, payment::domain::OrderId(order));
  for (const auto& order : co_await Lost(restored, restored.product_database, kReserved, since))
    co_await UndoReservation(restored, product::domain::OrderId(order));
}

}  // namespace market::marketctl
