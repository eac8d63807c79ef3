// Refusals that several operations of this service give in the same words.
#pragma once
#include <chrono>
#include <string>

#include "platform/core/error.hpp"

namespace market::auth {

inline Error BadCredentials() {
  return Error(Code::kUnauthenticated, "BAD_CREDENTIALS", "the e-mail or the password is wrong");
}

inline Error EmailTaken() {
  return Error(Code::kAlreadyExists, "EMAIL_TAKEN", "there is already an account with this e-mail")
      .WithField("email", "TAKEN", "sign in, or use another e-mail");
}

inline Error TooManyMails(std::chrono::milliseconds wait) {
  return Error(Code::kResourceExhausted, "RATE_LIMITED", "too many mails of this kind were asked for")
      .WithRetryAfter(wait);
}

inline Error LastAdmin() {
  return Error(Code::kFailedPrecondition, "LAST_ADMIN", "no other admin may sign in");
}

inline Error MailedTokenEnded() {
  return Error(Code::kInvalidArgument, "MAILED_TOKEN_ENDED", "the token from the mail is not good any more")
      .WithField("token", "ENDED", "use the newest mail, or ask for another one");
}

}  // namespace market::auth
