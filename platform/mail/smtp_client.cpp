#include "platform/mail/smtp_client.hpp"

#include <algorithm>
#include <mutex>
#include <stdexcept>
#include <utility>
#include <vector>

#include "platform/mail/address.hpp"
#include "platform/mail/session.hpp"
#include "platform/resilience/fair_queue.hpp"
#include "platform/runtime/blocking_pool.hpp"

namespace market::mail {
namespace {

// So that it is loaded before the first thread needs it; libcurl counts, and is never unloaded.
void LoadLibrary() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (code != CURLE_OK) throw std::runtime_error(std::string("libcurl: ") + curl_easy_strerror(code));
}

bool IsThisMachine(std::string_view host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

void CheckOptions(const SmtpOptions& options) {
  constexpr std::string_view kAlso = ".-_:[]";
  const auto allowed = [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || kAlso.contains(c);
  };
  if (!std::ranges::all_of(options.host, allowed) || !std::ranges::all_of(options.local_name, allowed))
    throw std::invalid_argument("not a name of a machine: '" + options.host + "', '" + options.local_name +
                                "'");
  if (options.threads == 0) throw std::invalid_argument("mails are sent by at least one thread");
  if (!options.user.empty() && options.security == Security::kNone && !IsThisMachine(options.host))
    throw std::invalid_argument("credentials for " + options.host + " would pass in the clear: use TLS");
}

bool HasOnlyCrlf(std::string_view bytes) {
  for (auto at = bytes.find_first_of("\r\n"); at != bytes.npos; at = bytes.find_first_of("\r\n", at + 2))
    if (!bytes.substr(at).starts_with("\r\n")) return false;
  return true;
}

}  // namespace

class SmtpClient::Core {
 public:
  explicit Core(SmtpOptions options)
      : options_(std::move(options)),
        url_(UrlOf(options_)),
        queue_({.places = options_.threads,
                .waiting_max = options_.waiting_max,
                .waiting_of_caller_max = options_.waiting_max,
                .max_wait = options_.timeout}),
        pool_(options_.threads, options_.threads) {}

  const SmtpOptions& Options() const { return options_; }
  resilience::FairQueue& Queue() { return queue_; }
  runtime::BlockingPool& Pool() { return pool_; }

  // On a thread of the pool.
  Outcome SendNow(const Envelope& envelope, runtime::Deadline deadline) {
    auto session = Take();
    auto outcome = session->Send(envelope, deadline);
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(session));
    return outcome;
  }

 private:
  // The one used last: its connection is the likeliest to live.
  std::unique_ptr<Session> Take() {
    const std::unique_lock lock(mutex_);
    if (idle_.empty()) return std::make_unique<Session>(options_, url_);
    auto session = std::move(idle_.back());
    idle_.pop_back();
    return session;
  }

  const SmtpOptions options_;
  const std::string url_;
  resilience::FairQueue queue_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Session>> idle_;
  runtime::BlockingPool pool_;  // last: its threads end first
};

SmtpClient::SmtpClient(SmtpOptions options)
    : core_((LoadLibrary(), CheckOptions(options), std::make_unique<Core>(std::move(options)))) {}

SmtpClient::~SmtpClient() = default;

Task<Outcome> SmtpClient::Send(std::string envelope_from, std::string to, std::string bytes,
                               runtime::Deadline deadline) {
  if (!envelope_from.empty()) CheckAddress("envelope_from", envelope_from, Letters::kAscii);
  CheckAddress("to", to, Letters::kUnicode);
  if (!HasOnlyCrlf(bytes)) throw std::invalid_argument("a mail with a line end other than CRLF");
  const auto headers = std::string_view(bytes).substr(0, bytes.find("\r\n\r\n"));
  const bool beyond_ascii = !IsAscii(to) || !IsAscii(headers);

  deadline = std::min(deadline, runtime::After(core_->Options().timeout));
  resilience::FairQueue::Place place;
  try {
    place = co_await core_->Queue().Enter("", resilience::Standing::kKnown, deadline);
  } catch (const Error& error) {
    co_return Outcome{.text = error.message};
  }
  co_return co_await core_->Pool().Run(
      [core = core_.get(), deadline,
       envelope = Envelope{std::move(envelope_from), std::move(to), std::move(bytes), beyond_ascii}] {
        return core->SendNow(envelope, deadline);
      },
      std::move(place));
}

}  // namespace market::mail
