#include "services/payment/domain/state.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>
#include <utility>

#include "platform/core/error.hpp"

namespace market::payment::domain {
namespace {

constexpr std::array<std::string_view, kStates> kStateNames = {"CREATED",  "AUTHORIZED", "CAPTURED",
                                                               "DECLINED", "VOIDED",     "UNKNOWN"};
constexpr std::array<std::string_view, 4> kOperationNames = {"AUTHORIZE", "CAPTURE", "VOID", "REFUND"};
constexpr std::array<std::string_view, 3> kProgressNames = {"PENDING", "SUCCEEDED", "FAILED"};

constexpr std::array<std::pair<State, State>, 9> kMoves = {{
    {State::kCreated, State::kAuthorized},
    {State::kCreated, State::kDeclined},
    {State::kCreated, State::kVoided},
    {State::kCreated, State::kUnknown},
    {State::kUnknown, State::kAuthorized},
    {State::kUnknown, State::kDeclined},
    {State::kUnknown, State::kCreated},
    {State::kAuthorized, State::kCaptured},
    {State::kAuthorized, State::kVoided},
}};

template <class Value>
Value Parse(const auto& names, std::string_view name) {
  const auto* found = std::ranges::find(names, name);
  if (found == names.end()) throw std::invalid_argument("not a word of payments: " + std::string(name));
  return static_cast<Value>(found - names.begin());
}

}  // namespace

std::string_view Name(State state) { return kStateNames.at(static_cast<std::size_t>(state)); }
State StateFrom(std::string_view name) { return Parse<State>(kStateNames, name); }

std::string_view Name(Operation operation) { return kOperationNames.at(static_cast<std::size_t>(operation)); }
Operation OperationFrom(std::string_view name) { return Parse<Operation>(kOperationNames, name); }

std::string_view Name(Progress progress) { return kProgressNames.at(static_cast<std::size_t>(progress)); }
Progress ProgressFrom(std::string_view name) { return Parse<Progress>(kProgressNames, name); }

bool MayMove(State from, State to) { return std::ranges::find(kMoves, std::pair(from, to)) != kMoves.end(); }

void RequireMove(State from, State to) {
  if (MayMove(from, to)) return;
  throw Error(Code::kFailedPrecondition, "ILLEGAL_TRANSITION",
              "a payment that is " + std::string(Name(from)) + " can't become " + std::string(Name(to)))
      .WithMetadata("from", std::string(Name(from)))
      .WithMetadata("to", std::string(Name(to)));
}

}  // namespace market::payment::domain
