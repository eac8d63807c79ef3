// What auth derives with. All come from one root secret, so replicas that are given the same one agree; the keys
// that sign access tokens are sealed with one of them (signing_keys.hpp).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/core/id.hpp"

namespace market::auth {

// Refresh tokens: "rt_" and 256 bits, derived from the family and the position in it by HMAC-SHA-256. Only
// digests are stored; with the key a position's token can be made again, which is what a retry needs.
class RefreshTokens {
 public:
  explicit RefreshTokens(std::string key) : key_(std::move(key)) {}

  std::string Make(const Uuid& family, std::int64_t sequence) const;
  // SHA-256 of a token; nullopt for text that can't be one.
  static std::optional<std::string> DigestOf(std::string_view token);

 private:
  std::string key_;
};

// Tokens that are mailed: "mt_" and 256 bits, derived from the token's id by HMAC-SHA-256, so that whoever sends
// the mail is given the token, and nothing that is stored or told has it.
class MailedTokens {
 public:
  explicit MailedTokens(std::string key) : key_(std::move(key)) {}

  std::string Make(const Uuid& id) const;
  // SHA-256 of a token; nullopt for text that can't be one.
  static std::optional<std::string> DigestOf(std::string_view token);

 private:
  std::string key_;
};

// What is mixed into passwords before they are hashed, so that a copy of the database alone is no use to a guesser.
struct Pepper {
  std::string id;  // stands with each hash; tells nothing of the key
  std::string key;
};

struct Keys {
  RefreshTokens refresh;
  std::string device;  // the key of DeviceTokens
  std::string codes;   // of OneTimeCodes
  MailedTokens mailed;
  std::string seal;             // of SigningKeys
  std::vector<Pepper> peppers;  // the first is today's
};

inline constexpr std::size_t kRootCharsMin = 32;

// `root`: random text of at least kRootCharsMin characters. Further lines are roots of before, which are good for
// one thing: passwords hashed with their peppers. Throws std::runtime_error for a shorter one.
Keys KeysFromRoot(std::string_view root);

}  // namespace market::auth
