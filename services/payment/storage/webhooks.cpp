#include "services/payment/storage/webhooks.hpp"

#include "platform/postgres/columns.hpp"

namespace market::payment::storage {
namespace {

using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::Statement;
using std::chrono::milliseconds;

constexpr Statement kKeep{"webhook.keep", R"sql(
  WITH kept AS (
    INSERT INTO provider_event (id, provider, event_id, type, object_id, reference, made_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING id)
  INSERT INTO webhook (event_id) SELECT id FROM kept RETURNING event_id)sql"};

constexpr Columns kDueWebhook{
    Column{"w.event_id", &DueWebhook::id},
    Column{"e.type", &DueWebhook::type},
    Column{"e.object_id", &DueWebhook::charge},
    Column{"e.reference", &DueWebhook::reference},
    Column{"w.asks", &DueWebhook::asks},
    Column{"w.failures", &DueWebhook::failures},
    Column{"greatest(0, extract(epoch FROM market_now() - e.received_at) * 1000)::bigint",
           [](DueWebhook& due, std::int64_t ms) { due.age = milliseconds(ms); }}};
constexpr ComposedStatement kTakeDueWebhooks{"webhook.take_due", R"sql(
  UPDATE webhook w SET asks = w.asks + 1, next_run_at = market_now() + $2::interval
  FROM provider_event e
  WHERE e.id = w.event_id AND w.event_id IN (
    SELECT event_id FROM webhook WHERE next_run_at <= market_now() AND parked_at IS NULL
    ORDER BY next_run_at LIMIT $1 FOR UPDATE SKIP LOCKED)
  RETURNING )sql" + kDueWebhook};

constexpr Statement kDoneWebhook{"webhook.done",
                                 "UPDATE webhook SET next_run_at = NULL, failures = 0, last_error = '', "
                                 "parked_at = NULL WHERE event_id = $1"};
constexpr Statement kLaterWebhook{
    "webhook.later",
    "UPDATE webhook SET next_run_at = market_now() + $2::interval, failures = 0,"
    " last_error = $3 WHERE event_id = $1"};
constexpr Statement kParkWebhook{
    "webhook.park", "UPDATE webhook SET parked_at = market_now(), last_error = $2 WHERE event_id = $1"};
constexpr Statement kPutBackWebhook{"webhook.put_back", R"sql(
  UPDATE webhook SET next_run_at = market_now() + $2::interval, failures = $3, last_error = $4,
                     parked_at = CASE WHEN $5 THEN market_now() END
  WHERE event_id = $1)sql"};

constexpr Columns kWaiting{Column{"count(*)", &WaitingWebhooks::waiting},
                           Column{"count(parked_at)", &WaitingWebhooks::parked}};
constexpr ComposedStatement kCountWaiting{
    "webhook.count",
    "SELECT " + kWaiting +
        " FROM (SELECT parked_at FROM webhook WHERE next_run_at IS NOT NULL LIMIT 100000) AS w"};

}  // namespace

Task<bool> Webhooks::Keep(Work work, const ProviderEvent& event) {
  const auto id = Uuid::FromName(event.provider + ' ' + event.event);
  const auto kept = co_await database_.Write(work, kKeep, id, event.provider, event.event, event.type,
                                             event.charge, event.reference, event.made_at);
  co_return !kept.empty();
}

Task<std::vector<DueWebhook>> Webhooks::TakeDue(Work work, std::size_t limit, milliseconds lease) {
  co_return kDueWebhook.ReadAll(co_await database_.Write(work, kTakeDueWebhooks, limit, lease));
}

Task<> Webhooks::Done(Work work, Uuid id) { co_await database_.Write(work, kDoneWebhook, id); }

Task<> Webhooks::Later(Work work, Uuid id, milliseconds delay, std::string why) {
  co_await database_.Write(work, kLaterWebhook, id, delay, why);
}

Task<> Webhooks::Park(Work work, Uuid id, std::string why) {
  co_await database_.Write(work, kParkWebhook, id, why);
}

Task<> Webhooks::PutBack(Work work, Uuid id, runtime::Setback setback) {
  co_await database_.Write(work, kPutBackWebhook, id, setback.delay, setback.failures, setback.why,
                           setback.Parked());
}

Task<WaitingWebhooks> Webhooks::Count(Work work) {
  co_return kWaiting.ReadOne(co_await database_.List(work, kCountWaiting));
}

}  // namespace market::payment::storage
