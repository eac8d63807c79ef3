#include "services/payment/domain/state.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "platform/core/error.hpp"
#include "platform/core/words.hpp"

namespace market::payment::domain {
namespace {

constexpr Words<State, kStates> kStateWords{"state of a payment",
                                            {"CREATED", "AUTHORIZED", "CAPTURED", "DECLINED", "VOIDED",
                                             "UNKNOWN", "CAPTURE_FAILED", "REQUIRES_ACTION"}};
constexpr Words<Operation, 4> kOperationWords{"operation of a payment",
                                              {"AUTHORIZE", "CAPTURE", "VOID", "REFUND"}};
constexpr Words<Progress, 3> kProgressWords{"progress of an attempt", {"PENDING", "SUCCEEDED", "FAILED"}};

constexpr std::array<std::pair<State, State>, 17> kMoves = {{
    {State::kCreated, State::kAuthorized},
    {State::kCreated, State::kDeclined},
    {State::kCreated, State::kVoided},
    {State::kCreated, State::kUnknown},
    {State::kUnknown, State::kAuthorized},
    {State::kUnknown, State::kDeclined},
    {State::kUnknown, State::kCreated},
    {State::kCreated, State::kRequiresAction},
    {State::kUnknown, State::kRequiresAction},
    {State::kRequiresAction, State::kAuthorized},
    {State::kRequiresAction, State::kDeclined},
    {State::kRequiresAction, State::kVoided},
    {State::kAuthorized, State::kCaptured},
    {State::kAuthorized, State::kVoided},
    {State::kAuthorized, State::kCaptureFailed},
    {State::kCaptureFailed, State::kVoided},
    {State::kCaptureFailed, State::kCaptured},
}};

}  // namespace

std::string_view Name(State state) { return kStateWords.Name(state); }
void FromText(std::string_view text, State& state) { state = kStateWords.Require(text); }

std::string_view Name(Operation operation) { return kOperationWords.Name(operation); }
void FromText(std::string_view text, Operation& operation) { operation = kOperationWords.Require(text); }

std::string_view Name(Progress progress) { return kProgressWords.Name(progress); }
void FromText(std::string_view text, Progress& progress) { progress = kProgressWords.Require(text); }

bool MayMove(State from, State to) { return std::ranges::find(kMoves, std::pair(from, to)) != kMoves.end(); }

void RequireMove(State from, State to) {
  if (MayMove(from, to)) return;
  throw Error(Code::kFailedPrecondition, "ILLEGAL_TRANSITION",
              "a payment that is " + std::string(Name(from)) + " can't become " + std::string(Name(to)))
      .WithMetadata("from", std::string(Name(from)))
      .WithMetadata("to", std::string(Name(to)));
}

}  // namespace market::payment::domain
