#include "services/order/domain/state.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>
#include <utility>

#include "platform/core/words.hpp"

namespace market::order::domain {
namespace {

constexpr Words<State, kStates> kWords{
    "state of an order",
    {"PENDING_PAYMENT", "PLACED", "ACCEPTED", "PARTIALLY_SHIPPED", "SHIPPED", "DELIVERED", "COMPLETED",
     "CANCELLED", "REJECTED", "FAILED"}};

constexpr std::array<std::pair<State, State>, 12> kMoves = {{
    {State::kPendingPayment, State::kPlaced},
    {State::kPendingPayment, State::kFailed},
    {State::kPlaced, State::kAccepted},
    {State::kPlaced, State::kCancelled},
    {State::kPlaced, State::kRejected},
    {State::kAccepted, State::kPartiallyShipped},
    {State::kAccepted, State::kShipped},
    {State::kAccepted, State::kCancelled},
    {State::kAccepted, State::kRejected},
    {State::kPartiallyShipped, State::kShipped},
    {State::kShipped, State::kDelivered},
    {State::kDelivered, State::kCompleted},
}};

}  // namespace

std::string_view Name(State state) { return kWords.Name(state); }
State StateFrom(std::string_view name) { return kWords.Require(name); }
void FromText(std::string_view text, State& state) { state = kWords.Require(text); }

bool MayMove(State from, State to) { return std::ranges::find(kMoves, std::pair(from, to)) != kMoves.end(); }

Error IllegalMove(State from, State to) {
  return Error(Code::kFailedPrecondition, "ILLEGAL_TRANSITION",
               "an order that is " + std::string(Name(from)) + " can't become " + std::string(Name(to)))
      .WithMetadata("from", std::string(Name(from)))
      .WithMetadata("to", std::string(Name(to)));
}

void RequireMove(State from, State to) {
  if (!MayMove(from, to)) throw IllegalMove(from, to);
}

std::vector<State> StepsTo(State from, State to) {
  if (from == State::kShipped && to == State::kCompleted) return {State::kDelivered, State::kCompleted};
  RequireMove(from, to);
  return {to};
}

bool MayEnd(State from, State to) {
  return MayMove(from, to) || (from == State::kPartiallyShipped && to == State::kCancelled);
}

void RequireEnd(State from, State to) {
  if (!MayEnd(from, to)) throw IllegalMove(from, to);
}

bool IsDead(State state) {
  return state == State::kCancelled || state == State::kRejected || state == State::kFailed;
}

State OrderState(std::span<const State> parts) {
  if (parts.empty()) throw std::invalid_argument("an order has at least one part");
  State least = State::kFailed;
  for (const State part : parts) {
    if (!IsDead(part)) least = std::min(least, part);
  }
  if (!IsDead(least)) return least;
  for (const State dead : {State::kCancelled, State::kRejected}) {
    if (std::ranges::find(parts, dead) != parts.end()) return dead;
  }
  return State::kFailed;
}

}  // namespace market::order::domain
