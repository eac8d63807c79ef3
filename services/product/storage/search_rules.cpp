#include "services/product/storage/search_rules.hpp"

#include "platform/events/event.hpp"
#include "platform/postgres/columns.hpp"
#include "services/product/messages.hpp"

namespace market::product::storage {
namespace {

using domain::SearchRule;
using domain::SearchRuleId;
using postgres::Batch;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::Statement;

constexpr Columns kRule{Column{"id", &SearchRule::id}, Column{"synonyms", &SearchRule::synonyms},
                        Column{"query", &SearchRule::query}, Column{"product_ids", &SearchRule::products},
                        Column{"created_at", &SearchRule::created_at}};

constexpr ComposedStatement kListRules{"search_rule.list", "SELECT " + kRule + R"sql(
FROM search_rule WHERE $2::uuid IS NULL OR (created_at, id) < ($1::timestamptz, $2)
ORDER BY created_at DESC, id DESC LIMIT $3)sql"};

constexpr Statement kLockRules{"search_rule.lock_all",
                               "SELECT pg_advisory_xact_lock(hashtext('search_rules'))"};
struct RuleCount {
  std::int64_t rules = 0;
};
constexpr Columns kRuleCount{Column{"count(*)", &RuleCount::rules}};
constexpr ComposedStatement kCountRules{"search_rule.count", "SELECT " + kRuleCount + " FROM search_rule"};
constexpr ComposedStatement kFindRule{"search_rule.find",
                                      "SELECT " + kRule + " FROM search_rule WHERE id = $1"};
constexpr ComposedStatement kInsertRule{
    "search_rule.insert",
    "INSERT INTO search_rule (id, synonyms, query, product_ids) VALUES ($1, $2, $3, $4) RETURNING " + kRule};
constexpr ComposedStatement kDeleteRule{"search_rule.delete",
                                        "DELETE FROM search_rule WHERE id = $1 RETURNING " + kRule};

std::string Joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text.append(text.empty() ? "" : ", ").append(word);
  return text;
}

std::map<std::string, std::string> FieldsOf(const SearchRule& rule) {
  std::vector<std::string> products;
  for (const auto& product : rule.products) products.push_back(product.ToString());
  return {{"synonyms", Joined(rule.synonyms)}, {"query", rule.query}, {"productIds", Joined(products)}};
}

}  // namespace

Task<SearchRule> SearchRules::Create(Work work, SearchRule rule, audit::Act act) {
  act.target_type = "searchRule";
  act.target_id = rule.id.ToString();
  act.after = FieldsOf(rule);
  const auto create = [&](postgres::Tx& tx) -> Task<SearchRule> {
    Batch look("search_rule.look");
    look.Add(kLockRules).Add(kCountRules).Add(kFindRule, rule.id);
    const auto found = co_await tx.Execute(std::move(look));
    if (auto earlier = kRule.ReadAtMostOne(found[2])) co_return std::move(*earlier);  // of an earlier run
    if (kRuleCount.ReadOne(found[1]).rules >= max_) {
      throw Error(Code::kFailedPrecondition, "LIMIT_REACHED",
                  "there can be at most " + std::to_string(max_) + " rules of the search")
          .WithMetadata("limit", std::to_string(max_));
    }
    Batch batch("search_rule.create");
    batch.Add(kInsertRule, rule.id, rule.synonyms, rule.query, rule.products);
    events::Append(batch, work, SearchRuleCreatedEvent(rule.id));
    audit::Append(batch, work, act);
    co_return kRule.ReadOne((co_await tx.ExecuteAndCommit(std::move(batch))).front());
  };
  co_return co_await database_.Transaction(work, create);
}

Task<> SearchRules::Delete(Work work, SearchRuleId id, audit::Act act) {
  const auto remove = [&](postgres::Tx& tx) -> Task<> {
    const auto gone = kRule.ReadAtMostOne(co_await tx.Execute(kDeleteRule, id));
    if (!gone) throw NotFound("the rule of the search");
    act.target_type = "searchRule";
    act.target_id = id.ToString();
    act.before = FieldsOf(*gone);
    Batch told("search_rule.deleted");
    events::Append(told, work, SearchRuleDeletedEvent(id));
    audit::Append(told, work, act);
    co_await tx.ExecuteAndCommit(std::move(told));
  };
  co_await database_.Transaction(work, remove);
}

Task<std::vector<SearchRule>> SearchRules::List(Work work, std::optional<Position> after, int limit) {
  const auto at = after ? std::optional(after->first) : std::nullopt;
  const auto id = after ? std::optional(after->second) : std::nullopt;
  co_return kRule.ReadAll(co_await database_.List(work, kListRules, at, id, limit));
}

}  // namespace market::product::storage
