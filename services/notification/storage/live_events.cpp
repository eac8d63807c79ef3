#include "services/notification/storage/live_events.hpp"

#include <charconv>

#include "platform/postgres/columns.hpp"
#include "services/notification/storage/live_rows.hpp"

namespace market::notification::storage {
namespace {

using domain::LiveEvent;
using domain::LiveNews;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::Statement;

constexpr Statement kInsertLive{"live.insert", R"sql(
INSERT INTO live_news (listener_id, kind, order_id, seller_order_id, seller_id, state, notification_id, notification_kind,
  conversation_id, message_id, side)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11))sql"};

// One for each event; one without an event when there is none.
struct LiveRow {
  Uuid incarnation;
  std::int64_t forgotten_xid = 0;
  std::int64_t forgotten_seq = 0;
  std::int64_t oldest_open = 0;
  std::int64_t newest = 0;
  std::optional<std::int64_t> xid;
  std::optional<std::int64_t> seq;
  std::optional<domain::LiveKind> kind;
  LiveEvent event;
};
constexpr Columns kLiveRow{Column{"l.incarnation", &LiveRow::incarnation},
                           Column{"l.forgotten_xid", &LiveRow::forgotten_xid},
                           Column{"l.forgotten_seq", &LiveRow::forgotten_seq},
                           Column{"pg_snapshot_xmin(s.now)", &LiveRow::oldest_open},
                           Column{"pg_snapshot_xmax(s.now)", &LiveRow::newest},
                           Column{"e.xid", &LiveRow::xid},
                           Column{"e.seq", &LiveRow::seq},
                           Column{"e.kind", &LiveRow::kind},
                           Column{"e.order_id", &LiveRow::event, &LiveEvent::order},
                           Column{"e.seller_order_id", &LiveRow::event, &LiveEvent::seller_order},
                           Column{"e.seller_id", &LiveRow::event, &LiveEvent::seller},
                           Column{"e.state", &LiveRow::event, &LiveEvent::state},
                           Column{"e.notification_id", &LiveRow::event, &LiveEvent::notification},
                           Column{"e.notification_kind", &LiveRow::event, &LiveEvent::notification_kind},
                           Column{"e.conversation_id", &LiveRow::event, &LiveEvent::conversation},
                           Column{"e.message_id", &LiveRow::event, &LiveEvent::message},
                           Column{"e.side", &LiveRow::event, &LiveEvent::side}};
// All of one snapshot: what it does not see has a higher xid than its oldest open transaction.
constexpr ComposedStatement kListLive{"live.list", "SELECT " + kLiveRow + R"sql(
FROM live_log l CROSS JOIN (SELECT pg_current_snapshot() AS now) s
LEFT JOIN LATERAL (
  SELECT o.* FROM (
    SELECT $1::uuid AS id, NULL::text AS kind WHERE $1::uuid IS NOT NULL
    UNION ALL SELECT unnest($2::uuid[]), 'ORDER' UNION ALL SELECT unnest($3::uuid[]), 'MESSAGE') a
  CROSS JOIN LATERAL (
    SELECT * FROM live_news e
    WHERE e.listener_id = a.id AND (a.kind IS NULL OR e.kind = a.kind)
      AND (e.xid, e.seq) > ($4::xid8, $5::bigint) AND e.xid < pg_snapshot_xmin(s.now)
    ORDER BY e.xid, e.seq LIMIT $6) o
  ORDER BY o.xid, o.seq LIMIT $6) e ON true
ORDER BY e.xid, e.seq)sql"};

struct NewRow {
  std::int64_t oldest_open = 0;
  std::optional<Uuid> listener;
};
constexpr Columns kNewRow{Column{"pg_snapshot_xmin(s.now)", &NewRow::oldest_open},
                          Column{"e.listener_id", &NewRow::listener}};
constexpr ComposedStatement kNewSince{"live.new_since", "SELECT " + kNewRow + R"sql(
FROM (SELECT pg_current_snapshot() AS now) s
LEFT JOIN LATERAL (
  SELECT listener_id FROM live_news WHERE xid >= $1::xid8 AND xid < pg_snapshot_xmin(s.now) LIMIT $2) e ON true)sql"};

constexpr Statement kForget{"live.forget", R"sql(
WITH until AS (
  SELECT first.xid, first.seq
  FROM (SELECT xid, seq, at FROM live_news WHERE xid < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY xid, seq LIMIT $2) first
  WHERE first.at < market_now() - $1::interval ORDER BY first.xid DESC, first.seq DESC LIMIT 1),
told AS (
  UPDATE live_log l SET forgotten_xid = u.xid, forgotten_seq = u.seq FROM until u
  WHERE (l.forgotten_xid, l.forgotten_seq) < (u.xid, u.seq))
DELETE FROM live_news e USING until u WHERE (e.xid, e.seq) <= (u.xid, u.seq))sql"};
constexpr Statement kSettleLive{"live.settle", R"sql(
WITH other AS (
  INSERT INTO live_log AS l (incarnation) VALUES ($1)
  ON CONFLICT (one) DO UPDATE SET incarnation = excluded.incarnation, forgotten_xid = '0', forgotten_seq = 0
  WHERE l.forgotten_xid > pg_snapshot_xmax(pg_current_snapshot())
    OR EXISTS (SELECT FROM live_news WHERE xid >= pg_snapshot_xmax(pg_current_snapshot()))
  RETURNING 1)
DELETE FROM live_news WHERE EXISTS (SELECT FROM other))sql"};

bool NumberFrom(std::string_view text, std::int64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number >= 0;
}

}  // namespace

std::string LivePosition::ToText() const {
  return incarnation.ToString() + '.' + std::to_string(xid) + '.' + std::to_string(seq);
}

std::optional<LivePosition> LivePosition::Parse(std::string_view text) {
  const auto first = text.find('.');
  const auto second = first == std::string_view::npos ? first : text.find('.', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const auto incarnation = Uuid::Parse(text.substr(0, first));
  LivePosition position;
  if (!incarnation || !NumberFrom(text.substr(first + 1, second - first - 1), position.xid) ||
      !NumberFrom(text.substr(second + 1), position.seq))
    return std::nullopt;
  position.incarnation = *incarnation;
  return position;
}

void AppendLive(postgres::Batch& batch, const LiveNews& news) {
  const auto& event = news.event;
  batch.Add(kInsertLive, news.listener, event.kind, event.order, event.seller_order, event.seller,
            event.state, event.notification, event.notification_kind, event.conversation, event.message,
            event.side);
}

Task<LivePage> LiveEvents::List(Work work, const domain::Listener& listener,
                                std::optional<LivePosition> after, int limit) {
  const auto rows = kLiveRow.ReadAll(
      co_await database_.Read(work, kListLive, listener.account, listener.order_shops, listener.message_shops,
                              after ? after->xid : 0, after ? after->seq : 0, after ? limit : 0));
  const auto& state = rows.at(0);
  LivePage page;
  page.next = {.incarnation = state.incarnation, .xid = state.oldest_open, .seq = 0};
  if (!after) co_return page;
  // A place beyond the newest transaction is of a log that a restore has undone.
  page.expired = after->incarnation != state.incarnation || after->xid > state.newest ||
                 std::pair(after->xid, after->seq) < std::pair(state.forgotten_xid, state.forgotten_seq);
  if (page.expired) co_return page;
  for (auto row : rows) {
    if (!row.xid) continue;
    row.event.kind = row.kind.value();
    page.entries.push_back({.at = {.incarnation = state.incarnation, .xid = *row.xid, .seq = row.seq.value()},
                            .event = std::move(row.event)});
  }
  if (page.entries.size() >= static_cast<std::size_t>(limit)) page.next = page.entries.back().at;
  co_return page;
}

Task<LiveEvents::News> LiveEvents::NewSince(Work work, std::optional<std::int64_t> xid, int limit) {
  const auto rows =
      kNewRow.ReadAll(co_await database_.Read(work, kNewSince, xid.value_or(0), xid ? limit : 0));
  News news{.listeners = {}, .everybody = !xid, .next = rows.at(0).oldest_open};
  for (const auto& row : rows) {
    if (row.listener) news.listeners.push_back(*row.listener);
  }
  if (news.listeners.size() >= static_cast<std::size_t>(limit)) news.everybody = true;
  co_return news;
}

Task<std::int64_t> LiveEvents::Forget(Work work, std::chrono::milliseconds kept, std::int64_t limit) {
  co_return (co_await database_.Write(work, kForget, kept, limit)).AffectedRows();
}

Task<> LiveEvents::Settle(Work work) { co_await database_.Write(work, kSettleLive, Uuid::NewV7()); }

}  // namespace market::notification::storage
