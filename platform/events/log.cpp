#include "platform/events/log.hpp"

#include <algorithm>
#include <charconv>

#include "platform/core/error.hpp"

namespace market::events {

using marketplace::type::v1::FeedRequest;
using marketplace::type::v1::FeedResponse;

const postgres::Statement kReadAfter{"events.read", R"sql(
  SELECT xid, seq, id, type, version, aggregate, aggregate_version, seller_id, buyer_id, at, trace, payload
  FROM event WHERE (xid, seq) > ($1::xid8, $2::bigint) AND xid < pg_snapshot_xmin(pg_current_snapshot())
  ORDER BY xid, seq LIMIT $3)sql"};

namespace {

using namespace std::chrono_literals;

constexpr int kForgetAtOnce = 1000;
constexpr std::chrono::seconds kForgetLimit{10};

constexpr postgres::Statement kState{"events.state", R"sql(
  SELECT incarnation, forgotten_xid, forgotten_seq, pg_snapshot_xmin(pg_current_snapshot()),
         pg_snapshot_xmax(pg_current_snapshot())
  FROM event_log)sql"};
constexpr postgres::Statement kForget{"events.forget", "SELECT forget_events($1::interval, $2)"};
constexpr postgres::Statement kSettle{"events.settle", "SELECT settle_events()"};

// "<incarnation>.<xid>.<seq>"
struct Cursor {
  Uuid incarnation;
  Position after;
};

std::string ToText(const Cursor& cursor) {
  return cursor.incarnation.ToString() + '.' + std::to_string(cursor.after.xid) + '.' +
         std::to_string(cursor.after.seq);
}

std::optional<std::int64_t> NumberFrom(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

// Nothing for an empty text.
std::optional<Cursor> CursorFrom(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const auto first = text.find('.');
  const auto second = text.find('.', first == std::string_view::npos ? text.size() : first + 1);
  if (second != std::string_view::npos) {
    const auto incarnation = Uuid::Parse(text.substr(0, first));
    const auto xid = NumberFrom(text.substr(first + 1, second - first - 1));
    const auto seq = NumberFrom(text.substr(second + 1));
    if (incarnation && xid && seq) return Cursor{*incarnation, {*xid, *seq}};
  }
  throw InvalidArgument("after", "INVALID_CURSOR", "the cursor does not belong to this log");
}

Event ReadEvent(const postgres::Row& row) {
  using namespace std::chrono;
  Event event;
  event.mutable_id()->assign(row.Text(2));
  event.mutable_type()->assign(row.Text(3));
  event.set_version(static_cast<int>(row.Int(4)));
  event.mutable_aggregate()->assign(row.Text(5));
  event.set_aggregate_version(row.Int(6));
  event.mutable_seller_id()->assign(row.OptionalText(7).value_or(""));
  event.mutable_buyer_id()->assign(row.OptionalText(8).value_or(""));
  const auto at = row.GetTime(9).time_since_epoch();
  const auto whole = floor<seconds>(at);
  event.mutable_time()->set_seconds(whole.count());
  event.mutable_time()->set_nanos(static_cast<int>(nanoseconds(at - whole).count()));
  event.mutable_trace()->assign(row.Text(10));
  *event.mutable_payload() = row.GetBytes(11);
  return event;
}

}  // namespace

std::vector<Entry> ReadEntries(const postgres::Result& rows) {
  std::vector<Entry> entries;
  entries.reserve(rows.size());
  for (const auto row : rows) entries.push_back({{row.Int(0), row.Int(1)}, ReadEvent(row)});
  return entries;
}

Log::Log(postgres::Database& database, Options options)
    : database_(database),
      options_(std::move(options)),
      forgetting_({.name = options_.name + ".events", .period = 1h}, [this] { return ForgetRound(); }) {}

// The state is read after the events: what it does not call forgotten was there when they were read.
Task<FeedResponse> Log::Feed(Work work, FeedRequest request) {
  const auto cursor = CursorFrom(request.after());
  const auto after = cursor ? cursor->after : Position{};
  postgres::Batch batch("events.feed");
  batch.Add(kReadAfter, after.xid, after.seq, cursor ? options_.page_events + 1 : 0).Add(kState);
  const auto results = co_await database_.Read(work, std::move(batch));
  const auto state = results[1].One();
  const auto incarnation = state.GetUuid(0);
  const Position forgotten{state.Int(1), state.Int(2)};
  const auto oldest_open = state.Int(3);
  const auto newest = state.Int(4);

  FeedResponse response;
  // A place beyond the newest transaction is of a log that a restore has undone.
  response.set_expired(!cursor || cursor->incarnation != incarnation || after < forgotten ||
                       after.xid > newest);
  if (response.expired()) {
    response.set_next(ToText({incarnation, {oldest_open, 0}}));
    co_return response;
  }
  auto next = after;
  std::size_t bytes = 0;
  for (auto& [at, event] : ReadEntries(results[0])) {
    bytes += event.ByteSizeLong();
    const auto taken = static_cast<std::size_t>(response.events_size());
    if (taken == options_.page_events || (taken > 0 && bytes > options_.page_bytes)) {
      response.set_more(true);
      break;
    }
    next = at;
    *response.add_events() = std::move(event);
  }
  response.set_next(ToText({incarnation, next}));
  co_return response;
}

Task<std::int64_t> Log::Forget(Work work) {
  const auto rows = co_await database_.Write(work, kForget, options_.kept, kForgetAtOnce);
  co_return rows.One().Int(0);
}

Task<runtime::Every::Next> Log::ForgetRound() {
  const auto gone = co_await Forget(runtime::After(kForgetLimit));
  co_return gone > 0 ? runtime::Every::Next::kAtOnce : runtime::Every::Next::kLater;
}

Task<bool> Log::Settle(Work work) {
  const auto rows = co_await database_.Write(work, kSettle);
  co_return rows.One().GetBool(0);
}

}  // namespace market::events
