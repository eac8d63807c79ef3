// For tests: signs a webhook as Stripe does.
#pragma once
#include <chrono>
#include <string>
#include <string_view>

#include "platform/core/clock.hpp"
#include "platform/crypto/digest.hpp"
#include "platform/crypto/hex.hpp"

namespace market::payment::provider {

inline std::string SignatureOf(std::string_view payload, std::string_view secret, Time now) {
  const auto time = std::to_string(std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count());
  std::string header = "t=" + time + ",v1=";
  crypto::AppendHex(header, crypto::HmacSha256(secret, time + '.' + std::string(payload)));
  return header;
}

}  // namespace market::payment::provider
