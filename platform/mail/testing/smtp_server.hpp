// For tests: a mail server on a port of the system's choosing at 127.0.0.1, that answers as a script says and
// keeps what it was given. Its threads are its own, so it serves blocking clients and those on the test's loop.
//
//   SmtpServer server({.recipients = {{"gone@example.com", {"550 5.1.1 no such user"}}}});
//   … send to server.Port() …
//   EXPECT_EQ(server.Mails().at(0).bytes, …);
//
// Every method may be called by any thread. Destroying it ends all conversations.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace market::mail::test {

struct Answer {
  enum class When {
    kAtOnce,
    kReleased,  // not before Release(): a slow server
    kNever,     // the connection stays open, in silence
    kClosed,    // the connection is closed instead
  };
  std::string text;  // "550 5.1.1 no such user"; lines of a longer one end with CRLF, but the last
  When when = When::kAtOnce;
};

struct Script {
  enum class Tls { kNone, kStartTls, kFromTheStart };
  Tls tls = Tls::kNone;
  std::string user;  // not empty: AUTH PLAIN and LOGIN are offered, and needed before MAIL
  std::string password;
  bool smtp_utf8 = false;

  Answer greeting{"220 mail.test ESMTP"};
  Answer mail{"250 2.1.0 sender ok"};
  Answer recipient{"250 2.1.5 recipient ok"};
  std::map<std::string, Answer> recipients;  // those that are answered otherwise
  Answer data{"354 end with a dot"};
  Answer message{"250 2.0.0 queued"};  // to the dot
  Answer quit{"221 2.0.0 bye"};
  // After so many bytes of a mail's text the server reads no more of it, or only when it is released.
  struct Stop {
    std::size_t bytes = 0;
    Answer::When then = Answer::When::kClosed;
  };
  std::optional<Stop> stop;
};

// A mail whose dot has arrived, whatever was answered.
struct Mail {
  std::string from;  // between the angle brackets
  std::string to;
  std::string parameters;  // of MAIL, "SIZE=3 SMTPUTF8"
  std::string bytes;       // the dots that the client had put before dots taken away
  std::string user;        // who had signed in
  bool tls = false;
};

// PEM files; both are needed where a script has TLS.
struct Certificate {
  std::string chain;
  std::string key;
};

class SmtpServer {
 public:
  explicit SmtpServer(Script script = {}, Certificate certificate = {});
  ~SmtpServer();
  SmtpServer(const SmtpServer&) = delete;
  SmtpServer& operator=(const SmtpServer&) = delete;

  std::uint16_t Port() const;

  // From the next command on, in conversations under way too.
  void Play(Script script);
  // Lets go what waits for it, and what would wait later.
  void Release();
  // Closes every connection; new ones are taken.
  void HangUp();

  std::vector<Mail> Mails() const;
  std::vector<std::string> Commands() const;  // of all connections, in order; credentials are among them
  std::size_t Connections() const;            // since the start
  std::size_t Waiting() const;                // conversations that answer when released, or never

 private:
  class Core;
  class Conversation;
  const std::unique_ptr<Core> core_;
};

}  // namespace market::mail::test
