// API keys: what programs of shops and operators sign in with, instead of a person's session. "mk_" and 256
// random bits in base64url; who issues them keeps their SHA-256, and so does everybody who was shown one.
// Pure, but for the random bits.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "platform/core/clock.hpp"
#include "platform/identity/principal.hpp"

namespace market::identity {

std::string MakeApiKey();
// By how it begins: no access token does.
bool IsApiKey(std::string_view token);
// SHA-256; nullopt for text that can't be a key.
std::optional<std::string> DigestOfApiKey(std::string_view token);
// What may be shown of it: enough to tell it from others, and nothing of use.
std::string_view PrefixOfApiKey(std::string_view key);

struct ApiKeyGrant {
  Principal principal;  // as whoever made the key, with what the key may do; the key's id as session
  std::int64_t account_version = 0;  // of whoever made it, when this was found out
  Time expires_at;
};

}  // namespace market::identity
