// The keys that sign access tokens, as this process has them: read from the database that all replicas share, where
// the private ones lie sealed with a key of the root secret.
//
// Owner: the auth service; io thread only. Make is pure but for the random bits.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "platform/identity/jwt.hpp"
#include "services/auth/domain/signing_key.hpp"

namespace market::auth {

class SigningKeys {
 public:
  // `seal`: Keys::seal.
  explicit SigningKeys(std::string seal) : seal_(std::move(seal)) {}

  domain::NewSigningKey Make() const;

  // What is published (storage::SigningKeys). Throws std::runtime_error, and keeps what it has, when none is ACTIVE
  // or that one was sealed with another root secret.
  void Use(const std::vector<domain::SigningKey>& published);

  // Throws std::logic_error before Use.
  const identity::SigningKey& Active() const;
  const std::vector<identity::PublicKey>& Published() const { return published_; }

 private:
  const std::string seal_;
  std::optional<identity::SigningKey> active_;
  std::vector<identity::PublicKey> published_;
};

}  // namespace market::auth
