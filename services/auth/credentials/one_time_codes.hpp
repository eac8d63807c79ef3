// The second factor: one-time passwords by time (RFC 6238: SHA-1, six digits, steps of 30 s, what every
// authenticator app reads from a QR code) and recovery codes for who has lost the app.
//
// The secret of an authenticator is derived from its id by HMAC-SHA-256, so that none is stored; with another
// key all authenticators are void. Recovery codes are random; only their HMAC is stored. Pure but for MakeCodes.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/core/id.hpp"

namespace market::auth {

inline constexpr int kRecoveryCodes = 10;

class OneTimeCodes {
 public:
  explicit OneTimeCodes(std::string key) : key_(std::move(key)) {}

  // As the app wants it: base32 without padding (RFC 4648 section 6), for typing, and as a key URI for a QR code.
  std::string SecretOf(const Uuid& authenticator) const;
  std::string UriOf(const Uuid& authenticator, std::string_view email) const;

  // The step whose code this is: the one now, the one before and the next (RFC 6238 section 5.2: clocks
  // differ, people are slow). The caller sees to it that a step is good once.
  std::optional<std::int64_t> StepOf(const Uuid& authenticator, std::string_view code, Time now) const;

  // kRecoveryCodes of 50 random bits, "k3zf7-q2ma5". Throws std::runtime_error without randomness.
  static std::vector<std::string> MakeRecoveryCodes();
  // What is stored of one; case, blanks and hyphens do not matter.
  std::string DigestOf(const AccountId& account, std::string_view recovery_code) const;

 private:
  std::string Raw(const Uuid& authenticator) const;

  std::string key_;
};

// RFC 4226 section 5.3, of six digits.
std::string OneTimePassword(std::string_view secret, std::int64_t counter);

}  // namespace market::auth
