// What a token is mailed for: the mail says so, and the token is good for nothing else.
#pragma once
#include <cstdint>
#include <string_view>

#include "platform/core/words.hpp"

namespace market::auth::domain {

enum class MailPurpose : std::uint8_t {
  kVerifyEmail,      // to the account's e-mail: shows that it reaches its owner
  kChangeEmail,      // to an address that is to become the account's e-mail
  kUndoEmailChange,  // to the verified address that was the account's e-mail until now
  kResetPassword,    // to the account's e-mail: sets a new password without the old one
};

inline constexpr Words<MailPurpose, 4> kMailPurposes{
    "purpose of a mail", {"VERIFY_EMAIL", "CHANGE_EMAIL", "UNDO_EMAIL_CHANGE", "RESET_PASSWORD"}};
inline std::string_view Name(MailPurpose purpose) { return kMailPurposes.Name(purpose); }
inline void FromText(std::string_view text, MailPurpose& purpose) { purpose = kMailPurposes.Require(text); }

}  // namespace market::auth::domain
