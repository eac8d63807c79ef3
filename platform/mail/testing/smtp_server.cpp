#include "platform/mail/testing/smtp_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <csignal>
#include <list>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>

namespace market::mail::test {
namespace {

constexpr std::string_view kCrlf = "\r\n";

std::string DecodeBase64(const std::string& text) {
  std::string bytes(text.size(), '\0');
  const int size =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  bytes.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  while (text.ends_with('=') && !bytes.empty() && bytes.back() == '\0') bytes.pop_back();
  return bytes;
}

// "MAIL FROM:<a@b> SIZE=3": what stands between the brackets, and after them.
std::pair<std::string, std::string> PathAndParameters(const std::string& command) {
  const auto begin = command.find('<');
  const auto end = command.find('>', begin);
  if (begin == command.npos || end == command.npos) return {command, ""};
  return {command.substr(begin + 1, end - begin - 1), command.substr(std::min(end + 2, command.size()))};
}

}  // namespace

class SmtpServer::Core {
 public:
  Core(Script script, const Certificate& certificate);
  ~Core();

  void Accept();
  // What `of` the script says now.
  template <class Part>
  auto Now(Part part) {
    const std::lock_guard lock(mutex);
    return part(script);
  }
  // False when the conversation is over.
  bool WaitFor(Answer::When when, const bool& hung_up);

  std::uint16_t port = 0;
  SSL_CTX* tls = nullptr;

  mutable std::mutex mutex;  // of all that follows
  std::condition_variable changed;
  Script script;
  bool released = false;
  bool stopping = false;
  std::size_t waiting = 0;
  std::size_t connections = 0;
  std::vector<Mail> mails;
  std::vector<std::string> commands;
  std::set<Conversation*> conversations;
  std::list<std::thread> threads;

 private:
  int listener_ = -1;
  std::thread accepting_;
};

// With one client, on a thread of its own.
class SmtpServer::Conversation {
 public:
  Conversation(Core& core, int socket) : core_(core), socket_(socket) {}
  ~Conversation() {
    SSL_free(tls_);
    ::close(socket_);
  }
  Conversation(const Conversation&) = delete;

  void Run();
  // Under the lock: the socket must be open.
  void HangUp() {
    hung_up_ = true;
    ::shutdown(socket_, SHUT_RDWR);
  }

 private:
  bool Read();
  bool ReadLine(std::string& line);
  bool Write(std::string_view text);
  bool Say(const std::string& text) { return Write(text + "\r\n"); }
  bool Give(const Answer& answer);
  bool StartTls();
  bool OnCommand(const std::string& line);
  bool OnHello();
  bool OnMail(const std::string& line);
  bool OnRecipient(const std::string& line);
  bool OnData();
  bool OnAuth(const std::string& line);
  bool SignIn(const std::string& user, const std::string& password);

  Core& core_;
  const int socket_;
  SSL* tls_ = nullptr;
  bool hung_up_ = false;  // under the core's lock
  std::string unread_;
  Mail mail_;
  std::string user_;
};

SmtpServer::Core::Core(Script first, const Certificate& certificate) : script(std::move(first)) {
  if (!certificate.chain.empty()) {
    tls = SSL_CTX_new(TLS_server_method());
    if (SSL_CTX_use_certificate_chain_file(tls, certificate.chain.c_str()) != 1 ||
        SSL_CTX_use_PrivateKey_file(tls, certificate.key.c_str(), SSL_FILETYPE_PEM) != 1)
      throw std::runtime_error("a certificate that can't be used: " + certificate.chain);
  }
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("a mail server that can't listen");
  port = ntohs(address.sin_port);
  accepting_ = std::thread([this] { Accept(); });
}

SmtpServer::Core::~Core() {
  {
    const std::lock_guard lock(mutex);
    stopping = true;
    for (auto* conversation : conversations) conversation->HangUp();
  }
  changed.notify_all();
  ::shutdown(listener_, SHUT_RDWR);
  accepting_.join();
  for (auto& thread : threads) thread.join();
  ::close(listener_);
  SSL_CTX_free(tls);
}

void SmtpServer::Core::Accept() {
  while (true) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    const std::lock_guard lock(mutex);
    if (stopping) {
      ::close(socket);
      return;
    }
    ++connections;
    auto conversation = std::make_unique<Conversation>(*this, socket);
    conversations.insert(conversation.get());
    threads.emplace_back([this, conversation = std::move(conversation)]() mutable {
      // OpenSSL writes to a client that has left without MSG_NOSIGNAL.
      sigset_t broken_pipe;
      sigemptyset(&broken_pipe);
      sigaddset(&broken_pipe, SIGPIPE);
      pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
      conversation->Run();
      const std::lock_guard lock(mutex);
      conversations.erase(conversation.get());
      conversation.reset();
    });
  }
}

bool SmtpServer::Core::WaitFor(Answer::When when, const bool& hung_up) {
  if (when == Answer::When::kAtOnce) return true;
  if (when == Answer::When::kClosed) return false;
  std::unique_lock lock(mutex);
  ++waiting;
  changed.wait(lock, [&] { return stopping || hung_up || (when == Answer::When::kReleased && released); });
  --waiting;
  return !stopping && !hung_up;
}

bool SmtpServer::Conversation::Read() {
  std::array<char, 64 * 1024> chunk;
  const auto size = tls_ != nullptr ? SSL_read(tls_, chunk.data(), static_cast<int>(chunk.size()))
                                    : static_cast<int>(::recv(socket_, chunk.data(), chunk.size(), 0));
  if (size <= 0) return false;
  unread_.append(chunk.data(), static_cast<std::size_t>(size));
  return true;
}

// Up to CRLF and without it; a line end of another kind is part of the line.
bool SmtpServer::Conversation::ReadLine(std::string& line) {
  std::size_t searched = 0;
  while (true) {
    const auto end = unread_.find(kCrlf, searched);
    if (end != unread_.npos) {
      line = unread_.substr(0, end);
      unread_.erase(0, end + kCrlf.size());
      return true;
    }
    searched = unread_.empty() ? 0 : unread_.size() - 1;
    if (!Read()) return false;
  }
}

bool SmtpServer::Conversation::Write(std::string_view text) {
  if (tls_ != nullptr) return SSL_write(tls_, text.data(), static_cast<int>(text.size())) > 0;
  while (!text.empty()) {
    const auto size = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
    if (size <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(size));
  }
  return true;
}

bool SmtpServer::Conversation::Give(const Answer& answer) {
  return core_.WaitFor(answer.when, hung_up_) && Say(answer.text);
}

bool SmtpServer::Conversation::StartTls() {
  if (core_.tls == nullptr) throw std::logic_error("a script with TLS needs a certificate");
  unread_.clear();
  tls_ = SSL_new(core_.tls);
  SSL_set_fd(tls_, socket_);
  return SSL_accept(tls_) == 1;
}

void SmtpServer::Conversation::Run() {
  if (core_.Now([](const Script& script) { return script.tls; }) == Script::Tls::kFromTheStart && !StartTls())
    return;
  if (!Give(core_.Now([](const Script& script) { return script.greeting; }))) return;
  for (std::string line; ReadLine(line);) {
    {
      const std::lock_guard lock(core_.mutex);
      core_.commands.push_back(line);
    }
    if (!OnCommand(line)) return;
  }
}

bool SmtpServer::Conversation::OnCommand(const std::string& line) {
  if (line.starts_with("EHLO ")) return OnHello();
  if (line.starts_with("MAIL FROM:")) return OnMail(line);
  if (line.starts_with("RCPT TO:")) return OnRecipient(line);
  if (line == "DATA") return OnData();
  if (line.starts_with("AUTH ")) return OnAuth(line.substr(5));
  if (line == "STARTTLS" &&
      core_.Now([](const Script& script) { return script.tls; }) == Script::Tls::kStartTls)
    return Say("220 2.0.0 go on in TLS") && StartTls();
  if (line == "QUIT") {
    Give(core_.Now([](const Script& script) { return script.quit; }));
    return false;
  }
  return Say("502 5.5.1 not known here");
}

bool SmtpServer::Conversation::OnHello() {
  const auto script = core_.Now([](const Script& now) { return now; });
  std::string answer = "250-mail.test\r\n250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n";
  if (script.tls == Script::Tls::kStartTls && tls_ == nullptr) answer += "250-STARTTLS\r\n";
  if (!script.user.empty()) answer += "250-AUTH PLAIN LOGIN\r\n";
  if (script.smtp_utf8) answer += "250-SMTPUTF8\r\n";
  return Say(answer + "250 SIZE 50000000");
}

bool SmtpServer::Conversation::OnMail(const std::string& line) {
  const auto [answer, needs_user] =
      core_.Now([](const Script& script) { return std::pair(script.mail, !script.user.empty()); });
  if (needs_user && user_.empty()) return Say("530 5.7.0 authentication required");
  mail_ = {.user = user_, .tls = tls_ != nullptr};
  std::tie(mail_.from, mail_.parameters) = PathAndParameters(line);
  return Give(answer);
}

bool SmtpServer::Conversation::OnRecipient(const std::string& line) {
  mail_.to = PathAndParameters(line).first;
  return Give(core_.Now([this](const Script& script) {
    const auto other = script.recipients.find(mail_.to);
    return other == script.recipients.end() ? script.recipient : other->second;
  }));
}

bool SmtpServer::Conversation::OnData() {
  const auto [answer, stop] =
      core_.Now([](const Script& script) { return std::pair(script.data, script.stop); });
  if (!Give(answer)) return false;
  if (!answer.text.starts_with("354")) return true;
  if (stop) {
    while (unread_.size() < stop->bytes && Read()) {
    }
    if (!core_.WaitFor(stop->then, hung_up_)) return false;
  }
  for (std::string line; ReadLine(line);) {
    if (line == ".") {
      const auto last = core_.Now([](const Script& script) { return script.message; });
      {
        const std::lock_guard lock(core_.mutex);
        core_.mails.push_back(std::exchange(mail_, {}));
      }
      return Give(last);
    }
    mail_.bytes.append(line.starts_with('.') ? line.substr(1) : line).append(kCrlf);
  }
  return false;
}

bool SmtpServer::Conversation::OnAuth(const std::string& line) {
  std::string first;
  if (line.starts_with("PLAIN")) {
    if (line.size() > 6) {
      first = line.substr(6);
    } else if (!Say("334 ") || !ReadLine(first)) {
      return false;
    }
    const std::string decoded = DecodeBase64(first);  // NUL user NUL password
    const auto middle = decoded.find('\0', 1);
    if (middle == decoded.npos) return Say("501 5.5.2 not PLAIN");
    return SignIn(decoded.substr(1, middle - 1), decoded.substr(middle + 1));
  }
  if (!line.starts_with("LOGIN")) return Say("504 5.5.4 not known here");
  std::string second;
  if (!Say("334 VXNlcm5hbWU6") || !ReadLine(first) || !Say("334 UGFzc3dvcmQ6") || !ReadLine(second))
    return false;
  return SignIn(DecodeBase64(first), DecodeBase64(second));
}

bool SmtpServer::Conversation::SignIn(const std::string& user, const std::string& password) {
  const bool known =
      core_.Now([&](const Script& script) { return script.user == user && script.password == password; });
  if (!known) return Say("535 5.7.8 credentials invalid");
  user_ = user;
  return Say("235 2.7.0 signed in");
}

SmtpServer::SmtpServer(Script script, Certificate certificate)
    : core_(std::make_unique<Core>(std::move(script), certificate)) {}
SmtpServer::~SmtpServer() = default;

std::uint16_t SmtpServer::Port() const { return core_->port; }

void SmtpServer::Play(Script script) {
  const std::lock_guard lock(core_->mutex);
  core_->script = std::move(script);
}

void SmtpServer::Release() {
  {
    const std::lock_guard lock(core_->mutex);
    core_->released = true;
  }
  core_->changed.notify_all();
}

void SmtpServer::HangUp() {
  {
    const std::lock_guard lock(core_->mutex);
    for (auto* conversation : core_->conversations) conversation->HangUp();
  }
  core_->changed.notify_all();
}

std::vector<Mail> SmtpServer::Mails() const {
  const std::lock_guard lock(core_->mutex);
  return core_->mails;
}

std::vector<std::string> SmtpServer::Commands() const {
  const std::lock_guard lock(core_->mutex);
  return core_->commands;
}

std::size_t SmtpServer::Connections() const {
  const std::lock_guard lock(core_->mutex);
  return core_->connections;
}

std::size_t SmtpServer::Waiting() const {
  const std::lock_guard lock(core_->mutex);
  return core_->waiting;
}

}  // namespace market::mail::test
