#include "tools/marketctl/audit.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>

#include "platform/postgres/columns.hpp"
#include "platform/postgres/database.hpp"

namespace market::marketctl {
namespace {

using namespace std::chrono_literals;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;

constexpr auto kChainLimit = 10min;  // every act is digested again

struct Fault {
  std::string words;
};
constexpr Columns kFault{Column{"words", &Fault::words}};

// Where the chain is not that of its acts; acts that no program has left behind.
constexpr ComposedStatement kFaults{"audit.faults", "SELECT " + kFault + R"sql( FROM (
  SELECT position, CASE
    WHEN position <> coalesce(before, 0) + 1 THEN format('position %s follows %s: what was between is gone', position, coalesce(before, 0))
    WHEN id IS NULL THEN format('position %s: its act is gone', position)
    ELSE format('position %s: the act %s is not what it was', position, id) END AS words
  FROM (
    SELECT s.position, s.digest, e.id, lag(s.position) OVER chain AS before,
           audit_digest(coalesce(lag(s.digest) OVER chain, ''), e) AS wanted
    FROM audit_seal s LEFT JOIN audit_event e ON e.id = s.event_id
    WINDOW chain AS (ORDER BY s.position)) AS links
  WHERE digest IS DISTINCT FROM wanted OR position <> coalesce(before, 0) + 1
  UNION ALL
  SELECT NULL, format('the act %s of %s is in no chain, and waits for none', e.id, e.at) FROM audit_event e
  WHERE NOT EXISTS (SELECT FROM audit_seal s WHERE s.event_id = e.id)
    AND NOT EXISTS (SELECT FROM audit_unsealed u WHERE u.event_id = e.id)) AS faults
ORDER BY position NULLS LAST LIMIT 1000)sql"};

constexpr Columns kHead{Column{"position", &ChainHead::position},
                        Column{"encode(digest, 'hex')", &ChainHead::digest}};
constexpr ComposedStatement kHeadNow{"audit.head",
                                     "SELECT " + kHead + " FROM audit_seal ORDER BY position DESC LIMIT 1"};
constexpr ComposedStatement kHeadAt{"audit.head_at",
                                    "SELECT " + kHead + " FROM audit_seal WHERE position = $1"};

// The known head against what is there.
std::optional<std::string> FaultOf(const ChainHead& known, const std::optional<ChainHead>& there,
                                   std::int64_t end) {
  if (!there) {
    return "position " + std::to_string(known.position) + " was there and is not: the chain was cut to " +
           std::to_string(end);
  }
  if (there->digest == known.digest) return std::nullopt;
  return "position " + std::to_string(known.position) +
         " has another digest: another chain was put in its place";
}

}  // namespace

std::optional<ChainHead> ReadHead(const std::string& text) {
  const auto colon = text.find(':');
  if (colon == std::string::npos) return std::nullopt;
  ChainHead head{.position = 0, .digest = text.substr(colon + 1)};
  const auto* end = text.data() + colon;
  const auto read = std::from_chars(text.data(), end, head.position);
  const bool hex = std::ranges::all_of(
      head.digest, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
  if (read.ec != std::errc() || read.ptr != end || head.position < 1 || head.digest.size() != 64 || !hex)
    return std::nullopt;
  return head;
}

Task<ChainReport> VerifyChain(boost::asio::io_context& io, std::string database_name, std::string conninfo,
                              std::optional<ChainHead> known) {
  postgres::Database database(io, {.conninfo = std::move(conninfo),
                                   .name = std::move(database_name),
                                   .read_connections = 1,
                                   .write_connections = 1,
                                   .statement_timeout = kChainLimit});
  co_await database.Open(runtime::After(10s));
  ChainReport report;
  const auto head = kHead.ReadAtMostOne(co_await database.Read(runtime::After(10s), kHeadNow));
  if (head) report.head = *head;
  for (auto& fault : kFault.ReadAll(co_await database.List(runtime::After(kChainLimit), kFaults))) {
    report.faults.push_back(std::move(fault.words));
  }
  if (known) {
    const auto there =
        kHead.ReadAtMostOne(co_await database.Read(runtime::After(10s), kHeadAt, known->position));
    if (auto fault = FaultOf(*known, there, report.head.position)) report.faults.push_back(std::move(*fault));
  }
  co_await database.Close(runtime::After(2s));
  co_return report;
}

}  // namespace market::marketctl
