// Hands mails to one mail server over SMTP (libcurl, whose header stays in this room's .cpp files).
//
// libcurl blocks, so each mail takes one of a few threads; who finds none free waits, until its deadline. A
// connection is kept for the next mail; one that the server has given up meanwhile is replaced unseen.
//
// With TLS the server's certificate is always verified, and its name. Nothing is logged here; an Outcome holds
// the server's words (an address may stand in them) and never credentials.
//
// Io thread only; destroyed before its io_context. Owner: the service that sends; its Sends must have ended
// before it, but for those that were cancelled: the thread of such a one goes on to its end, and the destructor
// waits for that, at most until the deadline of the Send. Memory: `threads` connections and the bytes of
// waiting mails.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "platform/mail/outcome.hpp"
#include "platform/runtime/task.hpp"

namespace market::mail {

enum class Security {
  kNone,
  kStartTls,  // required: a server that does not offer it gets nothing
  kTls,
};

struct SmtpOptions {
  std::string host;  // name or address
  std::uint16_t port = 587;
  Security security = Security::kStartTls;
  std::string user;  // empty: no AUTH
  std::string password;
  std::string ca_file;                                // PEM; empty: the system's roots
  std::chrono::milliseconds connect_timeout{10'000};  // TCP and TLS
  std::chrono::milliseconds timeout{60'000};          // of one mail, its wait for a thread included
  std::chrono::seconds idle_timeout{30};  // a connection that was idle for longer is not used again
  std::string local_name;                 // what EHLO says; empty: the machine's name
  std::size_t threads = 2;
  std::size_t waiting_max = 64;
};

class SmtpClient {
 public:
  // Connects to nothing yet. Throws std::invalid_argument for options that can't be meant: no host, a name
  // with other characters than names have, credentials without TLS to another machine than this one.
  explicit SmtpClient(SmtpOptions options);
  ~SmtpClient();
  SmtpClient(const SmtpClient&) = delete;
  SmtpClient& operator=(const SmtpClient&) = delete;

  // `bytes` are those of Compose. Ends by the deadline or options.timeout, whichever comes first, with an
  // Outcome for whatever the server and the network do. An address beyond ASCII whose server has no SMTPUTF8
  // is kRecipientRefused (RFC 6531). A full queue is kLater.
  //
  // Throws Error INVALID_ARGUMENT for what is no address (`envelope_from` may be empty: no bounces) and
  // std::invalid_argument for bytes with a line end other than CRLF, which servers disagree about.
  // Cancelled, it leaves at once; the mail may still be accepted.
  Task<Outcome> Send(std::string envelope_from, std::string to, std::string bytes,
                     runtime::Deadline deadline);

 private:
  class Core;
  const std::unique_ptr<Core> core_;
};

}  // namespace market::mail
