// What a token is mailed for: the mail says so, and the token is good for nothing else.
#pragma once
#include <chrono>
#include <cstdint>
#include <string_view>

#include "platform/core/words.hpp"

namespace market::auth::domain {

enum class MailPurpose : std::uint8_t {
  kVerifyEmail,      // to the account's e-mail: shows that it reaches its owner
  kChangeEmail,      // to an address that is to become the account's e-mail
  kUndoEmailChange,  // to the verified address that was the account's e-mail until now
  kResetPassword,    // to the account's e-mail: sets a new password without the old one
  kClaimAccount,     // to a guest's e-mail: sets the first password
};

inline constexpr Words<MailPurpose, 5> kMailPurposes{
    "purpose of a mail",
    {"VERIFY_EMAIL", "CHANGE_EMAIL", "UNDO_EMAIL_CHANGE", "RESET_PASSWORD", "CLAIM_ACCOUNT"}};
inline std::string_view Name(MailPurpose purpose) { return kMailPurposes.Name(purpose); }
inline void FromText(std::string_view text, MailPurpose& purpose) { purpose = kMailPurposes.Require(text); }

inline bool SetsPassword(MailPurpose purpose) {
  return purpose == MailPurpose::kResetPassword || purpose == MailPurpose::kClaimAccount;
}

// How long a token is good. A guest reads the mail when the parcel has come.
struct MailLifetimes {
  std::chrono::milliseconds usual = std::chrono::minutes(30);
  std::chrono::milliseconds claim = std::chrono::days(7);

  std::chrono::milliseconds Of(MailPurpose purpose) const {
    return purpose == MailPurpose::kClaimAccount ? claim : usual;
  }
};

}  // namespace market::auth::domain
