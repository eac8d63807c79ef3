#include "services/auth/credentials/mac.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <stdexcept>

#include "platform/crypto/digest.hpp"

namespace market::auth {

std::string Mac(std::string_view key, std::string_view text) {
  std::string mac(crypto::kSha256Bytes, '\0');
  unsigned int size = 0;
  if (!HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
            reinterpret_cast<const unsigned char*>(text.data()), text.size(),
            reinterpret_cast<unsigned char*>(mac.data()), &size)) {
    throw std::runtime_error("HMAC failed");
  }
  return mac;
}

bool IsMac(std::string_view mac, std::string_view key, std::string_view text) {
  const std::string expected = Mac(key, text);
  return mac.size() == expected.size() && CRYPTO_memcmp(mac.data(), expected.data(), expected.size()) == 0;
}

}  // namespace market::auth
