#include "services/auth/storage/audit_events.hpp"

#include <ranges>

#include "services/auth/storage/rows.hpp"

namespace market::auth::storage {
namespace {

using audit::Act;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::Sql;
using postgres::Statement;

// Later than any act.
constexpr Time kEndOfTime = std::chrono::sys_days(std::chrono::year(9999) / 12 / 31);

// Names and values in turn.
std::map<std::string, std::string> Changes(const std::vector<std::string>& pairs) {
  std::map<std::string, std::string> changes;
  for (std::size_t i = 0; i + 1 < pairs.size(); i += 2) changes[pairs[i]] = pairs[i + 1];
  return changes;
}

constexpr Columns kRecorded{Column{"e.id", &AuditEvent::id},
                            Column{"e.at", &AuditEvent::at},
                            Column{"e.service", &AuditEvent::act, &Act::service},
                            Column{"e.account_id", &AuditEvent::act, &Act::account},
                            Column{"e.actor", &AuditEvent::act, &Act::actor},
                            Column{"e.api_key_id", &AuditEvent::act, &Act::api_key},
                            Column{"e.permission", &AuditEvent::act, &Act::permission},
                            Column{"e.method", &AuditEvent::act, &Act::method},
                            Column{"e.target_type", &AuditEvent::act, &Act::target_type},
                            Column{"e.target_id", &AuditEvent::act, &Act::target_id},
                            Column{"e.seller_id", &AuditEvent::act, &Act::seller},
                            Column{"e.reason", &AuditEvent::act, &Act::reason},
                            Column{"e.address", &AuditEvent::act, &Act::address},
                            Column{"e.request_id", &AuditEvent::act, &Act::request_id},
                            Column{"e.trace_id", &AuditEvent::act, &Act::trace_id},
                            Column{"ARRAY(SELECT unnest(ARRAY[key, value]) FROM jsonb_each_text(e.before))",
                                   [](AuditEvent& event, const std::vector<std::string>& pairs) {
                                     event.act.before = Changes(pairs);
                                   }},
                            Column{"ARRAY(SELECT unnest(ARRAY[key, value]) FROM jsonb_each_text(e.after))",
                                   [](AuditEvent& event, const std::vector<std::string>& pairs) {
                                     event.act.after = Changes(pairs);
                                   }},
                            Column{"a.email", &AuditEvent::email}};

constexpr Statement kKeep{"auth.keep_act", R"sql(
INSERT INTO recorded_act (id, at, service, account_id, actor, api_key_id, permission, method, target_type, target_id,
                          seller_id, reason, address, request_id, trace_id, before, after)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, jsonb_object($16::text[], $17::text[]),
        jsonb_object($18::text[], $19::text[]))
ON CONFLICT (id) DO NOTHING)sql"};

// One statement for each filter that has an index, the rest of what is wanted behind it: a plan that is made
// once for all that may be asked would read all acts for those of one account.
constexpr auto kListed =
    "SELECT " + kRecorded + " FROM recorded_act e LEFT JOIN account a ON a.id = e.account_id WHERE ";
constexpr Sql kAndAsWanted{R"sql(
  AND (e.at, e.id) < ($2, $3) AND e.at >= $4
  AND ($5::uuid IS NULL OR e.account_id = $5)
  AND ($6::uuid IS NULL OR e.api_key_id = $6)
  AND ($7::text IS NULL OR e.target_id = $7)
  AND ($8::text IS NULL OR e.target_type = $8)
  AND ($9::text IS NULL OR e.method = $9)
  AND ($10::text IS NULL OR e.service = $10)
  AND ($11::uuid IS NULL OR e.seller_id = $11)
ORDER BY e.at DESC, e.id DESC LIMIT $1)sql"};
constexpr ComposedStatement kByApiKey{"auth.acts_by_api_key", kListed + "e.api_key_id = $6" + kAndAsWanted};
constexpr ComposedStatement kOnTarget{"auth.acts_on_target", kListed + "e.target_id = $7" + kAndAsWanted};
constexpr ComposedStatement kByAccount{"auth.acts_by_account", kListed + "e.account_id = $5" + kAndAsWanted};
constexpr ComposedStatement kOfSeller{"auth.acts_of_seller", kListed + "e.seller_id = $11" + kAndAsWanted};
constexpr ComposedStatement kByMethod{"auth.acts_by_method", kListed + "e.method = $9" + kAndAsWanted};
constexpr ComposedStatement kOnType{"auth.acts_on_type", kListed + "e.target_type = $8" + kAndAsWanted};
constexpr ComposedStatement kInService{"auth.acts_in_service", kListed + "e.service = $10" + kAndAsWanted};
constexpr ComposedStatement kOfAll{"auth.acts", kListed + "true" + kAndAsWanted};

}  // namespace

// By what leaves the fewest.
Statement ActsStatement(const WantedActs& wanted) {
  if (wanted.api_key) return kByApiKey;
  if (wanted.target_id) return kOnTarget;
  if (wanted.account) return kByAccount;
  if (wanted.seller) return kOfSeller;
  if (wanted.method) return kByMethod;
  if (wanted.target_type) return kOnType;
  if (wanted.service) return kInService;
  return kOfAll;
}

Task<> AuditEvents::Keep(Work work, AuditEvent event) {
  const auto& act = event.act;
  co_await database_.Write(work, kKeep, event.id, event.at, act.service, act.account, act.actor, act.api_key,
                           act.permission, act.method, act.target_type, act.target_id, act.seller, act.reason,
                           act.address, act.request_id, act.trace_id, std::views::keys(act.before),
                           std::views::values(act.before), std::views::keys(act.after),
                           std::views::values(act.after));
}

Task<std::vector<AuditEvent>> AuditEvents::List(Work work, WantedActs wanted,
                                                std::optional<ActPosition> before, int limit) {
  const auto end = before.value_or(ActPosition{wanted.to.value_or(kEndOfTime), Uuid()});
  co_return kRecorded.ReadAll(co_await database_.List(
      work, ActsStatement(wanted), limit, end.at, end.id, wanted.from.value_or(Time()), wanted.account,
      wanted.api_key, wanted.target_id, wanted.target_type, wanted.method, wanted.service, wanted.seller));
}

}  // namespace market::auth::storage
