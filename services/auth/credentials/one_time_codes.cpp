#include "services/auth/credentials/one_time_codes.hpp"

#include "platform/crypto/digest.hpp"
#include "platform/crypto/random.hpp"

namespace market::auth {
namespace {

constexpr std::string_view kIssuer = "Marketplace";
constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::chrono::seconds kStep{30};
constexpr std::uint32_t kSixDigits = 1'000'000;
constexpr std::size_t kRecoveryCodeChars = 10;  // of five bits

std::string Base32(std::string_view bytes) {
  std::string text;
  std::uint32_t pending = 0;
  int bits = 0;
  for (const char byte : bytes) {
    pending = pending << 8 | static_cast<unsigned char>(byte);
    for (bits += 8; bits >= 5; bits -= 5) text.push_back(kBase32[pending >> (bits - 5) & 31]);
  }
  if (bits > 0) text.push_back(kBase32[pending << (5 - bits) & 31]);
  return text;
}

bool IsUnreserved(char c) {  // RFC 3986 section 2.3
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

std::string PercentEncoded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    if (IsUnreserved(c)) {
      encoded.push_back(c);
    } else {
      encoded.push_back('%');
      encoded.push_back(kHex[static_cast<unsigned char>(c) >> 4]);
      encoded.push_back(kHex[static_cast<unsigned char>(c) & 15]);
    }
  }
  return encoded;
}

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

}  // namespace

std::string OneTimePassword(std::string_view secret, std::int64_t counter) {
  std::string message;
  for (int shift = 56; shift >= 0; shift -= 8) message.push_back(static_cast<char>(counter >> shift));
  const auto digest = crypto::HmacSha1(secret, message);
  const auto byte = [&](std::size_t at) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(digest[at]));
  };
  const std::size_t at = byte(crypto::kSha1Bytes - 1) & 15;
  const auto number = (byte(at) & 127) << 24 | byte(at + 1) << 16 | byte(at + 2) << 8 | byte(at + 3);
  auto digits = std::to_string(number % kSixDigits);
  return std::string(6 - digits.size(), '0') + digits;
}

std::string OneTimeCodes::Raw(const Uuid& authenticator) const {
  return crypto::HmacSha256(key_, "authenticator " + authenticator.ToString()).substr(0, crypto::kSha1Bytes);
}

std::string OneTimeCodes::SecretOf(const Uuid& authenticator) const { return Base32(Raw(authenticator)); }

std::string OneTimeCodes::UriOf(const Uuid& authenticator, std::string_view email) const {
  return "otpauth://totp/" + std::string(kIssuer) + ':' + PercentEncoded(email) +
         "?secret=" + SecretOf(authenticator) + "&issuer=" + std::string(kIssuer);
}

std::optional<std::int64_t> OneTimeCodes::StepOf(const Uuid& authenticator, std::string_view code,
                                                 Time now) const {
  const auto secret = Raw(authenticator);
  const auto step = now.time_since_epoch() / kStep;
  std::optional<std::int64_t> found;
  for (const auto near : {step - 1, step, step + 1}) {
    if (crypto::SameBytes(OneTimePassword(secret, near), code)) found = near;
  }
  return found;
}

std::vector<std::string> OneTimeCodes::MakeRecoveryCodes() {
  std::vector<std::string> codes;
  for (int i = 0; i < kRecoveryCodes; ++i) {
    std::string code;
    for (const char byte : crypto::RandomBytes(kRecoveryCodeChars))
      code.push_back(Lower(kBase32[static_cast<unsigned char>(byte) & 31]));
    codes.push_back(code.insert(kRecoveryCodeChars / 2, "-"));
  }
  return codes;
}

std::string OneTimeCodes::DigestOf(const AccountId& account, std::string_view recovery_code) const {
  std::string plain;
  for (const char c : recovery_code) {
    if (c != '-' && c != ' ') plain.push_back(Lower(c));
  }
  return crypto::HmacSha256(key_, "recovery code " + account.ToString() + ' ' + plain);
}

}  // namespace market::auth
