// The states of a payment and the moves between them.
//
//   CREATED → AUTHORIZED → CAPTURED        the provider said yes; the money moved
//   CREATED → DECLINED, VOIDED             it said no; the order was undone
//   CREATED → UNKNOWN → AUTHORIZED, DECLINED, CREATED
//   CREATED, UNKNOWN → REQUIRES_ACTION     whose card it is must confirm it at the provider first
//   REQUIRES_ACTION → AUTHORIZED, DECLINED, VOIDED
//   AUTHORIZED → VOIDED
//   AUTHORIZED → CAPTURE_FAILED → VOIDED   it refused the capture for good; the hold is given up
//   CAPTURE_FAILED → CAPTURED              it had captured all the same, as another driver heard
//
// UNKNOWN: the provider may have authorised it. It ends only by asking;
// CREATED again when it certainly did nothing.
#pragma once
#include <cstdint>
#include <string_view>

namespace market::payment::domain {

enum class State : std::uint8_t {
  kCreated,
  kAuthorized,
  kCaptured,
  kDeclined,
  kVoided,
  kUnknown,
  kCaptureFailed,
  kRequiresAction
};
inline constexpr int kStates = 8;

// The words are those of the contract and the database; a word that is none throws std::invalid_argument.
std::string_view Name(State state);
void FromText(std::string_view text, State& state);

bool MayMove(State from, State to);
// Throws Error FAILED_PRECONDITION ILLEGAL_TRANSITION with both states in its metadata.
void RequireMove(State from, State to);

enum class Operation : std::uint8_t { kAuthorize, kCapture, kVoid, kRefund };
std::string_view Name(Operation operation);
void FromText(std::string_view text, Operation& operation);

// Of an attempt at the provider and of a refund. PENDING: the provider may have done it.
enum class Progress : std::uint8_t { kPending, kSucceeded, kFailed };
std::string_view Name(Progress progress);
void FromText(std::string_view text, Progress& progress);

}  // namespace market::payment::domain
