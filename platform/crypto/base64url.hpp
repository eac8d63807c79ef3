// base64url without padding (RFC 4648 section 5), the one form a JWS allows. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace market::crypto {

std::string Base64UrlEncode(std::string_view bytes);
// Strict: one text for one value, so padding, other alphabets and stray low bits give nullopt.
std::optional<std::string> Base64UrlDecode(std::string_view text);

}  // namespace market::crypto
