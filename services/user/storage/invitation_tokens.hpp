// Tokens of invitations: "inv_" and 256 bits, derived from the invitation's id by HMAC-SHA-256 with the
// secret of the service's database, so that every replica makes the same, and who sends the mail can ask
// for it. They are kept nowhere: rows are found by their SHA-256.
//
// Owner: the service; io thread only.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "services/user/domain/member.hpp"

namespace market::user::storage {

class InvitationTokens {
 public:
  // Before the first Of.
  void Use(std::string_view secret);

  std::string Of(const domain::InvitationId& id) const;
  // Nullopt for text that can't be a token.
  static std::optional<std::string> DigestOf(std::string_view token);

 private:
  std::string key_;
};

}  // namespace market::user::storage
