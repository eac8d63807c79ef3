// A key that signs access tokens. NEXT is published and does not sign, so that every verifier knows it before it
// does; ACTIVE signs; RETIRED stays published until the last of its tokens is over; REMOVED was taken away in an
// emergency, and nothing that it has signed is good. There is one NEXT and one ACTIVE.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "platform/core/clock.hpp"
#include "platform/core/words.hpp"

namespace market::auth::domain {

enum class KeyState : std::uint8_t { kNext, kActive, kRetired, kRemoved };
inline constexpr Words<KeyState, 4> kKeyStates{"state of a signing key",
                                               {"NEXT", "ACTIVE", "RETIRED", "REMOVED"}};
inline std::string_view Name(KeyState state) { return kKeyStates.Name(state); }
inline void FromText(std::string_view word, KeyState& state) { state = kKeyStates.Require(word); }

struct SigningKey {
  std::string kid;
  std::string x;  // of its public point, base64url, as in a JWK
  std::string y;
  std::string sealed;  // the private key (credentials/signing_keys.hpp); empty once it signs no more
  KeyState state = KeyState::kNext;
  Time created_at;
  std::optional<Time> activated_at;
  std::optional<Time> retired_at;
  std::optional<Time> removed_at;
};

// One that was made just now.
struct NewSigningKey {
  std::string kid;
  std::string x;
  std::string y;
  std::string sealed;
};

}  // namespace market::auth::domain
