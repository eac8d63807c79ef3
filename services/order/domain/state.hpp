// The states of a seller order, the moves between them,
// and the state of the whole order as a function of its parts.
//
//   PENDING_PAYMENT → PLACED → ACCEPTED → PARTIALLY_SHIPPED → SHIPPED → DELIVERED → COMPLETED
//   PENDING_PAYMENT → FAILED;  PLACED, ACCEPTED → CANCELLED or REJECTED;  ACCEPTED → SHIPPED
//
// What is left of a part that is PARTIALLY_SHIPPED may be cancelled; the part goes on with what was sent. The database
// refuses other moves as well (may_move in migrations/0001_order.sql).
//
// An order that waits for its payment is cancelled by its checkout, which undoes it: no part was placed, so it
// ends FAILED. CANCELLED and REJECTED are what becomes of parts that were placed.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "platform/core/error.hpp"

namespace market::order::domain {

enum class State : std::uint8_t {
  kPendingPayment,
  kPlaced,
  kAccepted,
  kPartiallyShipped,
  kShipped,
  kDelivered,
  kCompleted,
  kCancelled,
  kRejected,
  kFailed,
};

inline constexpr int kStates = 10;

std::string_view Name(State state);      // "PENDING_PAYMENT", as in the contract and the database
State StateFrom(std::string_view name);  // throws std::invalid_argument
void FromText(std::string_view text, State& state);

bool MayMove(State from, State to);
// FAILED_PRECONDITION ILLEGAL_TRANSITION with both states in its metadata.
Error IllegalMove(State from, State to);
// Throws it unless the move is legal.
void RequireMove(State from, State to);

// The states that a part passes on its way, the last of them `to`: what was SHIPPED and is COMPLETED by its
// buyer, who has it, was DELIVERED. Throws as RequireMove.
std::vector<State> StepsTo(State from, State to);

// Whether what is left of a part may end so: the part itself becomes `to`, unless some of it was sent.
bool MayEnd(State from, State to);
// Throws as RequireMove unless it may.
void RequireEnd(State from, State to);

// CANCELLED, REJECTED and FAILED: nothing more will be delivered.
bool IsDead(State state);

// The least advanced of the living parts; when all are dead CANCELLED if any was, else REJECTED if any was,
// else FAILED. `parts` is not empty.
State OrderState(std::span<const State> parts);

}  // namespace market::order::domain
