// SHA-256 (FIPS 180-4), HMAC (FIPS 198-1) with it and, for one-time passwords only, with SHA-1. Any thread.
#pragma once
#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace market::crypto {

inline constexpr std::size_t kSha256Bytes = 32;
inline constexpr std::size_t kSha1Bytes = 20;

// The digest itself, kSha256Bytes of it. Throws std::runtime_error when OpenSSL can't.
std::string Sha256(std::string_view bytes);

// The same of what comes piece by piece. Throws as well.
class Sha256Stream {
 public:
  Sha256Stream();
  void Add(std::string_view bytes);
  // Of all that was added; the last call.
  std::string Finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

// kSha256Bytes too; throws as well.
std::string HmacSha256(std::string_view key, std::string_view bytes);
// kSha1Bytes of it: what authenticator apps compute (RFC 4226). Throws as well.
std::string HmacSha1(std::string_view key, std::string_view bytes);
// Takes as long for bytes that differ as for bytes that don't, so that a wrong code can't be mended by measuring.
bool SameBytes(std::string_view a, std::string_view b);

}  // namespace market::crypto
