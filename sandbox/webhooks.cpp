#include "sandbox/webhooks.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <stdexcept>

#include "platform/core/clock.hpp"
#include "platform/core/random.hpp"
#include "platform/crypto/digest.hpp"
#include "platform/crypto/hex.hpp"
#include "sandbox/objects.hpp"

namespace market::sandbox {
namespace {

using namespace std::chrono_literals;
using postgres::Statement;

constexpr std::int64_t kBatch = 32;
constexpr auto kDeliveryLimit = 10s;
constexpr std::int64_t kDeliveriesMax = 80;  // with an hour between them three days

// A process that dies with one in hand sends it again when this is over.
constexpr Statement kTakeDue{"happening.take_due", R"sql(
  UPDATE happening SET deliver_at = market_now() + interval '30 seconds'
  WHERE sequence IN (SELECT sequence FROM happening WHERE deliver_at <= market_now() ORDER BY sequence LIMIT $1
                     FOR UPDATE SKIP LOCKED)
  RETURNING id, type, object, extract(epoch FROM created_at)::bigint, deliveries, sequence)sql"};
constexpr Statement kDelivered{
    "happening.delivered",
    "UPDATE happening SET deliver_at = NULL, deliveries = deliveries + 1 WHERE id = $1"};
constexpr Statement kAgain{"happening.again",
                           "UPDATE happening SET deliver_at = market_now() + $2 * interval '1 second',"
                           " deliveries = deliveries + $3 WHERE id = $1"};

Work Patiently() { return Work(runtime::After(kDeliveryLimit)); }

bool OneIn(std::uint64_t times) { return Random64() % times == 0; }

std::int64_t PauseAfter(std::int64_t deliveries) {
  return std::min<std::int64_t>(std::int64_t{1} << std::min<std::int64_t>(deliveries, 12), 3600);
}

}  // namespace

Chaos ChaosIn(const std::vector<std::string>& words) {
  Chaos chaos;
  for (const auto& word : words) {
    if (word == "shuffled") {
      chaos.shuffled = true;
    } else if (word == "repeated") {
      chaos.repeated = true;
    } else if (word == "late") {
      chaos.late = true;
    } else if (word == "lost") {
      chaos.lost = true;
    } else {
      throw std::invalid_argument("'" + word + "' is none of shuffled, repeated, late, lost");
    }
  }
  return chaos;
}

std::string WebhookSignature(std::string_view payload, std::string_view secret, std::int64_t now_s) {
  const auto time = std::to_string(now_s);
  std::string header = "t=" + time + ",v1=";
  crypto::AppendHex(header, crypto::HmacSha256(secret, time + '.' + std::string(payload)));
  return header;
}

Webhooks::Webhooks(postgres::Database& database, http::Client& endpoint, Options options)
    : database_(database),
      endpoint_(endpoint),
      options_(std::move(options)),
      sending_({.name = "sandbox.webhooks", .period = options_.poll}, [this]() -> Task<runtime::Every::Next> {
        co_return co_await SendDue() == kBatch ? runtime::Every::Next::kAtOnce : runtime::Every::Next::kLater;
      }) {}

Task<std::size_t> Webhooks::SendDue() {
  const auto rows = co_await database_.Write(Patiently(), kTakeDue, kBatch);
  std::vector<std::pair<std::int64_t, Due>> batch;
  for (const auto row : rows) {
    auto payload = boost::json::serialize(EventOf(row.GetUuid(0), row.Text(1), row.Text(2), row.Int(3)));
    batch.emplace_back(options_.chaos.shuffled ? static_cast<std::int64_t>(Random64() >> 1) : row.Int(5),
                       Due{row.GetUuid(0), std::move(payload), row.Int(4)});
  }
  std::ranges::sort(batch, {}, [](const auto& each) { return each.first; });
  for (auto& [order, due] : batch) co_await Send(std::move(due));
  co_return batch.size();
}

Task<> Webhooks::Send(Due due) {
  const auto& chaos = options_.chaos;
  if (chaos.late && OneIn(3)) {
    const auto seconds = static_cast<std::int64_t>(1 + Random64() % 5);
    co_await database_.Write(Patiently(), kAgain, due.id, seconds, std::int64_t{0});
    co_return;
  }
  bool taken = chaos.lost && OneIn(3);
  if (!taken) taken = co_await Taken(due.payload);
  if (taken && chaos.repeated && OneIn(2)) co_await Taken(due.payload);
  if (taken || due.deliveries >= kDeliveriesMax) {
    co_await database_.Write(Patiently(), kDelivered, due.id);
  } else {
    co_await database_.Write(Patiently(), kAgain, due.id, PauseAfter(due.deliveries), std::int64_t{1});
  }
}

Task<bool> Webhooks::Taken(const std::string& payload) {
  const auto now = std::chrono::floor<std::chrono::seconds>(WallTime()).time_since_epoch().count();
  http::Request request{.method = "POST",
                        .target = options_.path,
                        .headers = {{"Content-Type", "application/json; charset=utf-8"},
                                    {"User-Agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)"},
                                    {"Stripe-Signature", WebhookSignature(payload, options_.secret, now)}},
                        .body = payload,
                        .peer = {}};
  try {
    const auto response = co_await endpoint_.Send(std::move(request), Patiently());
    co_return response.status / 100 == 2;
  } catch (const http::SendError&) {
    co_return false;
  }
}

}  // namespace market::sandbox
