// Tokens in mails that somebody may end: "ut_", the account and the kind, and an HMAC-SHA-256 of them under the
// secret of the service's database. They are kept nowhere and don't run out: a mail is read when it is read.
//
// Owner: the service; io thread only.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "services/notification/domain/notification.hpp"

namespace market::notification::storage {

class UnsubscribeTokens {
 public:
  struct Subject {
    AccountId account;
    domain::Kind kind = domain::Kind::kSale;
  };

  // Before all else.
  void Use(std::string_view secret);

  std::string Of(AccountId account, domain::Kind kind) const;
  // Nullopt for what is no token of ours.
  std::optional<Subject> Read(std::string_view token) const;

 private:
  std::string SignatureOf(std::string_view account, std::string_view kind) const;

  std::string key_;
};

}  // namespace market::notification::storage
