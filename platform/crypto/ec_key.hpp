// P-256 keys and ES256 signatures on OpenSSL. A signature is r and s, 32 bytes
// each, as JOSE wants it (RFC 7518 section 3.4), not OpenSSL's DER.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct evp_pkey_st;

namespace market::crypto {

inline constexpr std::size_t kCoordinateBytes = 32;
inline constexpr std::size_t kSignatureBytes = 2 * kCoordinateBytes;

struct KeyDeleter {
  void operator()(evp_pkey_st* key) const;
};
using KeyHandle = std::unique_ptr<evp_pkey_st, KeyDeleter>;

// Throw std::runtime_error saying what OpenSSL refused.
KeyHandle PrivateKeyFromPem(std::string_view pem);
KeyHandle GeneratePrivateKey();
std::string PemOf(evp_pkey_st* key);  // the private key, PKCS #8
std::string SignEs256(evp_pkey_st* key, std::string_view text);

// Null unless x and y are 32 bytes each and a point of the curve.
KeyHandle PublicKeyFromPoint(std::string_view x, std::string_view y);
bool VerifyEs256(evp_pkey_st* key, std::string_view text, std::string_view signature);

struct Point {
  std::string x;
  std::string y;
};
Point PointOf(evp_pkey_st* key);

}  // namespace market::crypto
