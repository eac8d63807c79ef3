// HMAC-SHA-256 (RFC 2104): what this service has made itself, it knows again. Any thread.
#pragma once
#include <string>
#include <string_view>

namespace market::auth {

// 32 bytes. Throws std::runtime_error when OpenSSL can't.
std::string Mac(std::string_view key, std::string_view text);

// Takes the same time wherever the two differ.
bool IsMac(std::string_view mac, std::string_view key, std::string_view text);

}  // namespace market::auth
