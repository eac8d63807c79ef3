// Tells an address of the marketplace what happened, signed as Stripe signs: at least once, again and again
// for three days while it is not taken, in no order that could be relied upon. What goes wrong with webhooks
// can be asked for. Io thread only.
#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "platform/http/client.hpp"
#include "platform/postgres/database.hpp"
#include "platform/runtime/every.hpp"

namespace market::sandbox {

// How webhooks go wrong.
struct Chaos {
  bool shuffled = false;  // later ones first
  bool repeated = false;  // every second one twice
  bool late = false;      // every third one seconds later, then again so
  bool lost = false;      // every third one never
};
// Throws std::invalid_argument for another word.
Chaos ChaosIn(const std::vector<std::string>& words);

// Stripe-Signature of a payload that is sent at that time.
std::string WebhookSignature(std::string_view payload, std::string_view secret, std::int64_t now_s);

class Webhooks {
 public:
  struct Options {
    std::string path;
    std::string secret;
    Chaos chaos = {};
    std::chrono::milliseconds poll{100};
  };

  // What it refers to must outlive it.
  Webhooks(postgres::Database& database, http::Client& endpoint, Options options);

  runtime::Every& Sending() { return sending_; }
  // What is due now, once; how many there were.
  Task<std::size_t> SendDue();

 private:
  struct Due {
    Uuid id;
    std::string payload;
    std::int64_t deliveries = 0;
  };

  Task<> Send(Due due);
  Task<bool> Taken(const std::string& payload);

  postgres::Database& database_;
  http::Client& endpoint_;
  const Options options_;
  runtime::Every sending_;
};

}  // namespace market::sandbox
