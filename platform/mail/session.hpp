// Internal to the room, for .cpp files only (curl.h): one libcurl handle, with the connection that it keeps.
// One thread at a time, any thread; every call blocks until its deadline at most.
#pragma once
#include <curl/curl.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "platform/mail/outcome.hpp"
#include "platform/mail/smtp_client.hpp"
#include "platform/runtime/task.hpp"

namespace market::mail {

struct Envelope {
  std::string from;
  std::string to;
  std::string bytes;
  bool beyond_ascii = false;  // its addresses or headers are
};

// smtp://host:port/name. Throws std::invalid_argument when there is none of these options.
std::string UrlOf(const SmtpOptions& options);

class Session {
 public:
  // Throws std::runtime_error when libcurl has no memory or lacks an option.
  Session(const SmtpOptions& options, const std::string& url);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  Outcome Send(const Envelope& envelope, runtime::Deadline deadline);

 private:
  struct Attempt;
  struct Callbacks;

  template <class Value>
  void Set(CURLoption option, Value value);
  void SetUp(const SmtpOptions& options, const std::string& url);
  Outcome Try(Attempt& attempt);
  void ShutDown(int how) const;

  std::array<char, CURL_ERROR_SIZE> error_{};
  std::vector<curl_socket_t> sockets_;  // open: the connection, and those that race to become it
  bool offers_utf8_ = false;            // said the last EHLO of the connection
  Attempt* attempt_ = nullptr;          // under way
  const std::unique_ptr<CURL, void (*)(CURL*)> curl_;  // last: it closes the connection through the above
};

}  // namespace market::mail
