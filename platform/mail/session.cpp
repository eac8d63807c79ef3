#include "platform/mail/session.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace market::mail {
namespace {

using SteadyClock = std::chrono::steady_clock;

struct UrlEnd {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
struct TextEnd {
  void operator()(char* text) const { curl_free(text); }
};
struct ListEnd {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

long MillisecondsUntil(runtime::Deadline deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - SteadyClock::now());
  return static_cast<long>(left.count());
}

}  // namespace

// What is known of a mail while it is on its way.
struct Session::Attempt {
  const Envelope& envelope;
  const runtime::Deadline deadline;
  Step step = Step::kSession;
  Reply reply;                 // to the last command
  bool reply_complete = true;  // the next line begins another one
  bool needs_utf8 = false;     // what the server does not offer
  std::size_t given = 0;       // bytes of the mail
  bool connected = false;      // anew, or tried to
  bool leaving = false;        // QUIT was said
};

// libcurl's, in C: none may throw.
struct Session::Callbacks {
  // Commands as they were written. Those with credentials pass here too, and are not kept.
  static int OnTrace(CURL*, curl_infotype type, char* data, std::size_t size, void* self) noexcept {
    auto& session = *static_cast<Session*>(self);
    if (type != CURLINFO_HEADER_OUT || session.attempt_ == nullptr) return 0;
    const std::string_view command(data, size);
    auto& attempt = *session.attempt_;
    if (command == "QUIT\r\n") {
      // What the server says to it is not worth a wait.
      session.ShutDown(SHUT_RD);
      attempt.leaving = true;
    }
    if (attempt.leaving) return 0;
    if (command.starts_with("EHLO ")) session.offers_utf8_ = false;
    if (command.starts_with("MAIL FROM:")) attempt.step = Step::kMail;
    if (command.starts_with("RCPT TO:")) attempt.step = Step::kRecipient;
    if (command == "DATA\r\n" && attempt.step == Step::kRecipient) attempt.step = Step::kData;
    attempt.reply = {};
    attempt.reply_complete = true;
    return 0;
  }

  // One line of a reply. Less than its size ends the transfer.
  static std::size_t OnReply(char* data, std::size_t one, std::size_t size, void* self) noexcept {
    auto& session = *static_cast<Session*>(self);
    if (session.attempt_ == nullptr || session.attempt_->leaving) return size;
    auto& attempt = *session.attempt_;
    if (attempt.reply_complete) attempt.reply = {};
    const std::string_view line(data, one * size);
    attempt.reply_complete = AddLine(attempt.reply, line);
    if (attempt.step == Step::kSession && line.size() > 4 && line.substr(4).starts_with("SMTPUTF8"))
      session.offers_utf8_ = true;
    // Told only now: before the answer to MAIL there may be a second EHLO, within TLS.
    if (attempt.step == Step::kMail && attempt.envelope.beyond_ascii && !session.offers_utf8_) {
      attempt.needs_utf8 = true;
      return 0;
    }
    return size;
  }

  static std::size_t OnRead(char* to, std::size_t one, std::size_t count, void* self) noexcept {
    auto& attempt = *static_cast<Session*>(self)->attempt_;
    const std::string& bytes = attempt.envelope.bytes;
    const std::size_t size = std::min(one * count, bytes.size() - attempt.given);
    std::memcpy(to, bytes.data() + attempt.given, size);
    attempt.given += size;
    if (size == 0) {
      // From here on libcurl may have sent the dot.
      attempt.step = Step::kEnd;
      attempt.reply = {};
    }
    return size;
  }

  static std::size_t OnBody(char*, std::size_t one, std::size_t count, void*) noexcept { return one * count; }

  static curl_socket_t OnOpen(void* self, curlsocktype, curl_sockaddr* address) noexcept {
    auto& session = *static_cast<Session*>(self);
    if (session.attempt_ != nullptr) session.attempt_->connected = true;
    const int socket = ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    if (socket < 0) return CURL_SOCKET_BAD;
    session.sockets_.push_back(socket);
    return socket;
  }
  static int OnClose(void* self, curl_socket_t socket) noexcept {
    std::erase(static_cast<Session*>(self)->sockets_, socket);
    return ::close(socket);
  }
};

std::string UrlOf(const SmtpOptions& options) {
  const std::unique_ptr<CURLU, UrlEnd> url(curl_url());
  const bool bare_ipv6 = options.host.contains(':');
  const std::string host = bare_ipv6 ? "[" + options.host + "]" : options.host;
  const auto set = [&](CURLUPart part, const std::string& value, unsigned flags) {
    return curl_url_set(url.get(), part, value.c_str(), flags) == CURLUE_OK;
  };
  char* text = nullptr;
  if (options.host.empty() || options.port == 0 ||
      !set(CURLUPART_SCHEME, options.security == Security::kTls ? "smtps" : "smtp", 0) ||
      !set(CURLUPART_HOST, host, 0) || !set(CURLUPART_PORT, std::to_string(options.port), 0) ||
      !set(CURLUPART_PATH, "/" + options.local_name, CURLU_URLENCODE) ||
      curl_url_get(url.get(), CURLUPART_URL, &text, 0) != CURLUE_OK) {
    throw std::invalid_argument("not a mail server: host '" + options.host + "'");
  }
  return std::unique_ptr<char, TextEnd>(text).get();
}

template <class Value>
void Session::Set(CURLoption option, Value value) {
  if (const auto code = curl_easy_setopt(curl_.get(), option, value); code != CURLE_OK)
    throw std::runtime_error(std::string("libcurl: ") + curl_easy_strerror(code));
}

Session::Session(const SmtpOptions& options, const std::string& url)
    : curl_(curl_easy_init(), [](CURL* curl) { curl_easy_cleanup(curl); }) {
  if (curl_ == nullptr) throw std::runtime_error("libcurl: no handle");
  SetUp(options, url);
}

// libcurl would say QUIT and wait two minutes for the answer.
Session::~Session() { ShutDown(SHUT_RDWR); }

void Session::ShutDown(int how) const {
  for (const auto socket : sockets_) ::shutdown(socket, how);
}

void Session::SetUp(const SmtpOptions& options, const std::string& url) {
  Set(CURLOPT_URL, url.c_str());
  Set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  Set(CURLOPT_PROXY, "");  // whatever the environment names
  Set(CURLOPT_NOSIGNAL, 1L);
  Set(CURLOPT_QUICK_EXIT, 1L);  // a name that is being looked up does not outlast the deadline
  Set(CURLOPT_MAXCONNECTS, 1L);
  Set(CURLOPT_MAXAGE_CONN, static_cast<long>(options.idle_timeout.count()));
  Set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout.count()));
  if (options.security != Security::kNone) {
    Set(CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
    Set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    Set(CURLOPT_SSL_VERIFYPEER, 1L);
    Set(CURLOPT_SSL_VERIFYHOST, 2L);
    if (!options.ca_file.empty()) {
      Set(CURLOPT_CAINFO, options.ca_file.c_str());
      // No folder, so none of the system's roots count; for nullptr newer versions would put their own.
      Set(CURLOPT_CAPATH, options.ca_file.c_str());
    }
  }
  if (!options.user.empty()) {
    // Not what a server may offer besides: Kerberos would look for tickets, NTLM and digests are of the past.
    Set(CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN");
    Set(CURLOPT_USERNAME, options.user.c_str());
    Set(CURLOPT_PASSWORD, options.password.c_str());
  }
  Set(CURLOPT_UPLOAD, 1L);  // without its size: libcurl 7.88 ends at that many bytes, those of dots counted
  Set(CURLOPT_ERRORBUFFER, error_.data());
  Set(CURLOPT_VERBOSE, 1L);  // or there is no trace
  Set(CURLOPT_DEBUGFUNCTION, &Callbacks::OnTrace);
  Set(CURLOPT_DEBUGDATA, this);
  Set(CURLOPT_HEADERFUNCTION, &Callbacks::OnReply);
  Set(CURLOPT_HEADERDATA, this);
  Set(CURLOPT_READFUNCTION, &Callbacks::OnRead);
  Set(CURLOPT_READDATA, this);
  Set(CURLOPT_WRITEFUNCTION, &Callbacks::OnBody);
  Set(CURLOPT_OPENSOCKETFUNCTION, &Callbacks::OnOpen);
  Set(CURLOPT_OPENSOCKETDATA, this);
  Set(CURLOPT_CLOSESOCKETFUNCTION, &Callbacks::OnClose);
  Set(CURLOPT_CLOSESOCKETDATA, this);
}

Outcome Session::Send(const Envelope& envelope, runtime::Deadline deadline) {
  const bool has_connection = !sockets_.empty();
  Attempt first{.envelope = envelope, .deadline = deadline};
  auto outcome = Try(first);
  // The server had given up the kept connection (421, or not a word): that says nothing about this mail.
  const bool given_up = outcome.code == 0 || outcome.code == 421;
  const bool untried = has_connection && !first.connected && first.given == 0;
  if (outcome.kind != Outcome::Kind::kLater || !given_up || !untried || MillisecondsUntil(deadline) <= 0)
    return outcome;
  // libcurl has closed that connection, so this is a new one.
  Attempt second{.envelope = envelope, .deadline = deadline};
  return Try(second);
}

Outcome Session::Try(Attempt& attempt) {
  const long left = MillisecondsUntil(attempt.deadline);
  if (left <= 0) return {.text = "no time was left to send it"};
  const std::unique_ptr<curl_slist, ListEnd> to(curl_slist_append(nullptr, attempt.envelope.to.c_str()));
  if (to == nullptr) throw std::runtime_error("libcurl: no memory");
  Set(CURLOPT_MAIL_FROM, attempt.envelope.from.c_str());
  Set(CURLOPT_MAIL_RCPT, to.get());
  Set(CURLOPT_TIMEOUT_MS, left);
  Set(CURLOPT_SERVER_RESPONSE_TIMEOUT, left / 1000 + 1);  // or its own two minutes
  error_[0] = '\0';
  attempt_ = &attempt;
  const auto code = curl_easy_perform(curl_.get());
  attempt_ = nullptr;
  Set(CURLOPT_MAIL_RCPT, static_cast<curl_slist*>(nullptr));

  if (attempt.needs_utf8) {
    return {Outcome::Kind::kRecipientRefused, 0, "5.6.7",
            "the server takes no address beyond ASCII (SMTPUTF8)"};
  }
  if (!attempt.reply_complete) attempt.reply = {};
  auto outcome = Judge(attempt.step, std::move(attempt.reply));
  // A reply that was good is not what went wrong.
  if (outcome.kind != Outcome::Kind::kAccepted && outcome.code < 400) {
    outcome.code = 0;
    outcome.enhanced.clear();
    outcome.text = error_[0] != '\0' ? error_.data() : curl_easy_strerror(code);
  }
  return outcome;
}

}  // namespace market::mail
