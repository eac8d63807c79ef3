#include "platform/crypto/ec_key.hpp"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include <array>
#include <stdexcept>

#include "platform/crypto/digest.hpp"

namespace market::crypto {
namespace {

template <auto kFree>
struct Free {
  template <class T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using Context = std::unique_ptr<EVP_PKEY_CTX, Free<EVP_PKEY_CTX_free>>;
using Number = std::unique_ptr<BIGNUM, Free<BN_free>>;
using Signature = std::unique_ptr<ECDSA_SIG, Free<ECDSA_SIG_free>>;

[[noreturn]] void Refuse(const std::string& what) {
  std::array<char, 256> text{};
  ERR_error_string_n(ERR_get_error(), text.data(), text.size());
  throw std::runtime_error(what + ": " + text.data());
}

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

bool IsP256(EVP_PKEY* key) {
  std::array<char, 32> group{};
  std::size_t size = 0;
  return EVP_PKEY_is_a(key, "EC") == 1 &&
         EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, group.data(), group.size(), &size) ==
             1 &&
         std::string_view(group.data(), size) == "prime256v1";
}

std::string Coordinate(EVP_PKEY* key, const char* name) {
  BIGNUM* raw = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &raw) != 1) Refuse("no public point in the key");
  const Number number(raw);
  std::string bytes(kCoordinateBytes, '\0');
  BN_bn2binpad(number.get(), reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  return bytes;
}

std::string ToJose(std::string_view der) {
  const unsigned char* data = Bytes(der);
  const Signature signature(d2i_ECDSA_SIG(nullptr, &data, static_cast<long>(der.size())));
  if (!signature) Refuse("an unreadable signature");
  std::string bytes(kSignatureBytes, '\0');
  auto* out = reinterpret_cast<unsigned char*>(bytes.data());
  BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), out, kCoordinateBytes);
  BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), out + kCoordinateBytes, kCoordinateBytes);
  return bytes;
}

}  // namespace

void KeyDeleter::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }

KeyHandle PrivateKeyFromPem(std::string_view pem) {
  ERR_clear_error();
  const std::unique_ptr<BIO, Free<BIO_free>> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  // An empty password instead of OpenSSL's question on the terminal.
  KeyHandle key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, const_cast<char*>("")));
  if (!key) Refuse("the signing key is not a PEM private key");
  if (!IsP256(key.get())) throw std::runtime_error("the signing key is not an EC key on P-256");
  return key;
}

KeyHandle GeneratePrivateKey() {
  ERR_clear_error();
  KeyHandle key(EVP_EC_gen("P-256"));
  if (!key) Refuse("no key could be generated");
  return key;
}

std::string PemOf(evp_pkey_st* key) {
  ERR_clear_error();
  const std::unique_ptr<BIO, Free<BIO_free>> bio(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1)
    Refuse("the key can't be written");
  char* text = nullptr;
  const auto size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

std::string SignEs256(evp_pkey_st* key, std::string_view text) {
  const auto digest = Sha256(text);
  ERR_clear_error();
  const Context context(EVP_PKEY_CTX_new(key, nullptr));
  std::string der(128, '\0');
  std::size_t size = der.size();
  if (EVP_PKEY_sign_init(context.get()) != 1 ||
      EVP_PKEY_sign(context.get(), reinterpret_cast<unsigned char*>(der.data()), &size, Bytes(digest),
                    digest.size()) != 1) {
    Refuse("the token could not be signed");
  }
  der.resize(size);
  return ToJose(der);
}

KeyHandle PublicKeyFromPoint(std::string_view x, std::string_view y) {
  if (x.size() != kCoordinateBytes || y.size() != kCoordinateBytes) return nullptr;
  std::string point = "\x04";
  point.append(x).append(y);
  const std::unique_ptr<OSSL_PARAM_BLD, Free<OSSL_PARAM_BLD_free>> builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
  const std::unique_ptr<OSSL_PARAM, Free<OSSL_PARAM_free>> params(OSSL_PARAM_BLD_to_param(builder.get()));
  const Context context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* raw = nullptr;
  ERR_clear_error();
  if (EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &raw, EVP_PKEY_PUBLIC_KEY, params.get()) != 1) {
    return nullptr;
  }
  KeyHandle key(raw);
  const Context check(EVP_PKEY_CTX_new(key.get(), nullptr));
  return EVP_PKEY_public_check(check.get()) == 1 ? std::move(key) : nullptr;
}

bool VerifyEs256(evp_pkey_st* key, std::string_view text, std::string_view jose) {
  if (jose.size() != kSignatureBytes) return false;
  const Signature signature(ECDSA_SIG_new());
  BIGNUM* r = BN_bin2bn(Bytes(jose), kCoordinateBytes, nullptr);
  BIGNUM* s = BN_bin2bn(Bytes(jose) + kCoordinateBytes, kCoordinateBytes, nullptr);
  if (ECDSA_SIG_set0(signature.get(), r, s) != 1) {
    BN_free(r);
    BN_free(s);
    return false;
  }
  std::array<unsigned char, 128> der;
  unsigned char* end = der.data();
  const int size = i2d_ECDSA_SIG(signature.get(), &end);
  const auto digest = Sha256(text);
  const Context context(EVP_PKEY_CTX_new(key, nullptr));
  ERR_clear_error();
  return size > 0 && EVP_PKEY_verify_init(context.get()) == 1 &&
         EVP_PKEY_verify(context.get(), der.data(), static_cast<std::size_t>(size), Bytes(digest),
                         digest.size()) == 1;
}

Point PointOf(evp_pkey_st* key) {
  return {Coordinate(key, OSSL_PKEY_PARAM_EC_PUB_X), Coordinate(key, OSSL_PKEY_PARAM_EC_PUB_Y)};
}

}  // namespace market::crypto
