#include "platform/crypto/sealed.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>

#include <memory>
#include <stdexcept>

#include "platform/crypto/random.hpp"

namespace market::crypto {
namespace {

constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

const unsigned char* In(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* Out(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

// Ready for the text, with `about` taken in. 1: seals, 0: opens, as OpenSSL has it.
Cipher Begin(std::string_view key, std::string_view nonce, std::string_view about, int seals) {
  if (key.size() != kSealKeyBytes) throw std::logic_error("a key that seals has 32 bytes");
  ERR_clear_error();
  Cipher cipher(EVP_CIPHER_CTX_new());
  int taken = 0;
  if (!cipher ||
      EVP_CipherInit_ex2(cipher.get(), EVP_aes_256_gcm(), In(key), In(nonce), seals, nullptr) != 1 ||
      EVP_CipherUpdate(cipher.get(), nullptr, &taken, In(about), static_cast<int>(about.size())) != 1) {
    throw std::runtime_error("AES-256-GCM is not there");
  }
  return cipher;
}

}  // namespace

std::string Seal(std::string_view key, std::string_view text, std::string_view about) {
  const auto nonce = RandomBytes(kNonceBytes);
  const auto cipher = Begin(key, nonce, about, 1);
  std::string hidden(text.size(), '\0');
  std::string tag(kTagBytes, '\0');
  int written = 0;
  int rest = 0;
  if (EVP_CipherUpdate(cipher.get(), Out(hidden), &written, In(text), static_cast<int>(text.size())) != 1 ||
      EVP_CipherFinal_ex(cipher.get(), Out(hidden) + written, &rest) != 1 ||
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, tag.data()) != 1) {
    throw std::runtime_error("nothing could be sealed");
  }
  return nonce + hidden + tag;
}

std::optional<std::string> Unseal(std::string_view key, std::string_view sealed, std::string_view about) {
  if (sealed.size() < kNonceBytes + kTagBytes) return std::nullopt;
  const auto hidden = sealed.substr(kNonceBytes, sealed.size() - kNonceBytes - kTagBytes);
  std::string tag(sealed.substr(sealed.size() - kTagBytes));
  const auto cipher = Begin(key, sealed.substr(0, kNonceBytes), about, 0);
  std::string text(hidden.size(), '\0');
  int written = 0;
  int rest = 0;
  if (EVP_CipherUpdate(cipher.get(), Out(text), &written, In(hidden), static_cast<int>(hidden.size())) != 1 ||
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, tag.data()) != 1 ||
      EVP_CipherFinal_ex(cipher.get(), Out(text) + written, &rest) != 1) {
    ERR_clear_error();
    return std::nullopt;
  }
  return text;
}

}  // namespace market::crypto
