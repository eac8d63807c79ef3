// Access tokens: JWS compact form, ES256 only (RFC 7515, 7518; claims as RFC 9068, `typ` at+jwt;
// `email_verified` as OpenID Connect Core 1.0, 5.1; `guest` and `second_factor` are ours). What the bearer may do is in them as
// numbers of permissions, so that no service asks auth.
//
// Signing and verifying keys are parsed once: decoding a PEM costs more than the signature.
// The algorithm comes from the key, never from the token; everything else a
// header could ask for is refused.
#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/identity/principal.hpp"

namespace market::identity {

inline constexpr std::size_t kTokenBytesMax = 4096;
inline constexpr std::chrono::seconds kTokenSkew{30};      // how far the clocks of two machines may be apart
inline constexpr std::chrono::hours kTokenLifetimeMax{1};  // no auth issues one that lives longer
inline constexpr std::string_view kAudience = "marketplace";

struct Claims {
  Principal principal;
  std::int64_t account_version = 0;  // claim `ver`: of the account, when the token was issued
  std::string issuer;
  Time issued_at;
  Time expires_at;
  std::string kid{};  // of the key that has signed it, when it was read
};

struct PublicKey {  // as in a JWK set (RFC 7517); x and y base64url
  std::string kid;
  std::string x;
  std::string y;
  bool operator==(const PublicKey&) const = default;
};

class SigningKey {
 public:
  // PEM, EC P-256. Throws std::runtime_error naming what is wrong with the key.
  static SigningKey FromPem(std::string_view pem);
  static SigningKey Generate();
  ~SigningKey();
  SigningKey(SigningKey&&) noexcept;

  const std::string& Kid() const;  // RFC 7638 thumbprint
  PublicKey Public() const;
  // As FromPem takes it.
  std::string Pem() const;
  // Throws std::length_error when the token would be larger than kTokenBytesMax (about 40 sellers).
  std::string Sign(const Claims& claims) const;

 private:
  struct State;
  explicit SigningKey(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Verifies against a set of keys. Pure: no clock, no I/O. Any malformed or wrong token gives nullopt.
class KeyRing {
 public:
  KeyRing();
  ~KeyRing();
  // Replaces the set; keys that stay keep their parsed form. Keys that do not parse are left out.
  void Replace(const std::vector<PublicKey>& keys);
  bool Has(std::string_view kid) const;
  bool Empty() const;
  std::optional<Claims> Verify(std::string_view token, std::string_view issuer, Time now) const;
  // The `kid` of a token whose header is acceptable, to know which key to fetch;
  // the signature is not looked at.
  static std::optional<std::string> KidOf(std::string_view token);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace market::identity
