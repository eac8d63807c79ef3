// What became of a mail that was handed to a server. Pure; any thread.
#pragma once
#include <string>
#include <string_view>

namespace market::mail {

struct Outcome {
  enum class Kind {
    kAccepted,
    kRecipientRefused,  // for good, and it is the address that does not work
    kRejected,          // for good, for what the mail is or who sends it
    kLater,             // certainly not accepted; a later try may be
    kUnanswered,        // all of it was sent and no answer came: it may have been accepted
  };
  Kind kind = Kind::kLater;
  int code = 0;          // of the reply, "550"; 0: the server did not say it
  std::string enhanced;  // "5.1.1" (RFC 3463); empty: none was given
  std::string text;      // the server's words, or what went wrong; one line
};

struct Reply {
  int code = 0;  // 0: none came
  std::string enhanced;
  std::string text;
};

// What a reply was to.
enum class Step {
  kSession,  // greeting, EHLO, STARTTLS, AUTH
  kMail,
  kRecipient,
  kData,  // the command, and the text while it is on its way
  kEnd,   // the dot after the text
};

// Adds a line as it came, "550-5.1.1 no such user"; true when it is the reply's last.
bool AddLine(Reply& reply, std::string_view line);

// The outcome of a mail whose last reply was `reply`. Permanent refusals of a session, and of one without the
// right credentials, say nothing about the mail: kLater. So is a refusal of the recipient that names a policy
// (5.7.x: a sender on a block list, a relay that does not know us) not one of the address: kRejected.
Outcome Judge(Step step, Reply reply);

}  // namespace market::mail
