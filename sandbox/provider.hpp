// A payment provider for development: real behaviour over its own database, the nasty parts included.
//
// Every POST carries an idempotency key. State and answer commit in one transaction before anything is sent,
// and the first answer to a key, errors of the provider included, is what every later use of it gets. Amounts
// never exceed what was authorised or captured. Of a `work` only the span counts. Io thread only.
#pragma once
#include <boost/json/object.hpp>
#include <chrono>
#include <set>
#include <string>

#include "platform/postgres/database.hpp"
#include "platform/telemetry/work.hpp"
#include "sandbox/payouts.hpp"

namespace market::sandbox {

struct Answer {
  int status = 200;
  std::string body;  // JSON
};

struct Options {
  std::chrono::milliseconds latency{0};            // before every answer
  std::chrono::milliseconds timeout_hold{30'000};  // of the methods that answer when the caller has given up
};

class Provider {
 public:
  Provider(postgres::Database& database, Options options)
      : database_(database), options_(options), payouts_(database, options.timeout_hold) {}

  Task<Answer> Authorize(Work work, std::string key, boost::json::object body);
  Task<Answer> Capture(Work work, std::string key, std::string id, boost::json::object body);
  Task<Answer> Void(Work work, std::string key, std::string id);
  Task<Answer> Refund(Work work, std::string key, std::string id, boost::json::object body);

  Task<Answer> Get(Work work, std::string id);
  Task<Answer> FindByReference(Work work, std::string reference);
  // What was made or changed since then (seconds since 1970), by id, after that of a page before; with the
  // refunds of each. At most 100.
  Task<Answer> List(Work work, std::int64_t changed_since_s, std::string after, std::int64_t limit);
  // Captures and refunds in the order they happened, after a sequence number, at most 1000.
  Task<Answer> Movements(Work work, std::int64_t after);

  Payouts& BankPayouts() { return payouts_; }

 private:
  Task<Answer> Pause(Answer answer);

  postgres::Database& database_;
  const Options options_;
  Payouts payouts_;
  std::set<std::string> held_;  // keys whose answer is being held back
};

}  // namespace market::sandbox
