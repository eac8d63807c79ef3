// The rules of sessions. A session is a family of refresh tokens: each use of the live token makes its
// successor, and a token that is used twice ends the family,
// since one of the two users is a thief (RFC 9700 section 4.14.2).
//
// The one exception strands nobody whose answer was lost: the immediate predecessor of a token that was never
// used may come again for a few seconds, and gets that same successor, so there is never a second live token.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "platform/core/clock.hpp"
#include "platform/core/id.hpp"
#include "platform/core/words.hpp"

namespace market::auth::domain {

// What holds where nothing is configured.
struct Lifetimes {
  std::chrono::milliseconds idle = std::chrono::days(14);
  std::chrono::milliseconds absolute = std::chrono::days(30);
  std::chrono::milliseconds retry_window = std::chrono::seconds(10);
  // Of one account at once. When another opens, the one that was not used for longest ends.
  std::int64_t live_max = 50;
};

// Where a session is used from: what its owner knows it by.
struct Origin {
  std::string device;   // as DeviceOf gives it
  std::string address;  // an IP address; empty where there was none
};

// A session as its owner sees it, while it can be refreshed.
struct LiveSession {
  Uuid id;
  Origin origin;
  Time created_at;
  Time last_used_at;  // signed in or refreshed
};

// A refresh token as found under the lock of its session.
struct PresentedToken {
  std::int64_t sequence = 0;
  std::optional<Time> used_at;
  bool successor_unused = false;  // its direct successor exists and was not used yet
  bool session_ended = false;
  Time idle_expires_at;
  Time absolute_expires_at;
};

enum class Verdict {
  kRotate,  // good: mark it used and make its successor
  kRepeat,  // a retry: give the successor again
  kReused,  // end the family
  kEnded,   // too late
};

// Why a session ended before its time.
enum class EndReason : std::uint8_t { kSignedOut, kReused, kEnded, kPasswordChanged, kDisabled };
inline constexpr Words<EndReason, 5> kEndReasons{
    "end of a session", {"SIGNED_OUT", "REUSED", "ENDED", "PASSWORD_CHANGED", "DISABLED"}};
inline std::string_view Name(EndReason reason) { return kEndReasons.Name(reason); }

Verdict Judge(const PresentedToken& token, Time now, std::chrono::milliseconds retry_window);

}  // namespace market::auth::domain
