#include "services/payment/storage/commission_rules.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <utility>

#include "platform/core/error.hpp"
#include "platform/postgres/columns.hpp"

namespace market::payment::storage {
namespace {

using domain::CommissionRule;
using domain::CommissionRuleId;
using domain::RuleState;
using domain::RuleVersion;
using postgres::Batch;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::Inside;
using postgres::Statement;
using postgres::Tx;

constexpr Columns kRuleColumns{
    Column{"id", [](CommissionRule& rule, CommissionRuleId id) { rule.terms.rule = id; }},
    Column{"version", [](CommissionRule& rule, int version) { rule.terms.version = version; }},
    Column{"seller_id", &CommissionRule::seller},
    Column{"category_id", &CommissionRule::category},
    Column{"currency", &CommissionRule::currency},
    Column{"price_from_minor", &CommissionRule::price_from_minor},
    Column{"price_below_minor", &CommissionRule::price_below_minor},
    Column{"percentage_ppm", [](CommissionRule& rule, std::int64_t ppm) { rule.terms.percentage_ppm = ppm; }},
    Column{"fixed_minor", [](CommissionRule& rule, std::int64_t minor) { rule.terms.fixed_minor = minor; }},
    Column{"floor_minor", [](CommissionRule& rule, std::int64_t minor) { rule.terms.floor_minor = minor; }},
    Column{"cap_minor",
           [](CommissionRule& rule, std::optional<std::int64_t> minor) { rule.terms.cap_minor = minor; }},
    Column{"on_delivery", [](CommissionRule& rule, bool on) { rule.terms.on_delivery = on; }},
    Column{"tax_ppm", [](CommissionRule& rule, std::int64_t ppm) { rule.terms.tax_ppm = ppm; }},
    Column{"valid_until", &CommissionRule::valid_until}};
constexpr Columns kInForce{kRuleColumns, Column{"valid_from", &CommissionRule::valid_from}};
constexpr ComposedStatement kPublished{"commission.published",
                                       "SELECT " + kInForce + R"sql( FROM commission_rule
  WHERE state = 'PUBLISHED' AND (valid_until IS NULL OR valid_until > $1))sql"};

constexpr Columns kVersionColumns{Inside{&RuleVersion::rule, kRuleColumns},
                                  Column{"name", &RuleVersion::name},
                                  Column{"state", &RuleVersion::state},
                                  Column{"revision", &RuleVersion::revision},
                                  Column{"valid_from",
                                         [](RuleVersion& version, std::optional<Time> from) {
                                           version.valid_from = from;
                                           version.rule.valid_from = from.value_or(Time());
                                         }},
                                  Column{"proposed_by", &RuleVersion::proposed_by},
                                  Column{"approved_by", &RuleVersion::approved_by},
                                  Column{"created_at", &RuleVersion::created_at},
                                  Column{"updated_at", &RuleVersion::updated_at}};
constexpr ComposedStatement kFindRule{"commission.find",
                                      "SELECT " + kVersionColumns + R"sql( FROM commission_rule
  WHERE id = $1 AND ($2::integer IS NULL OR version = $2) ORDER BY version DESC LIMIT 1)sql"};
constexpr ComposedStatement kListRules{"commission.list",
                                       "SELECT " + kVersionColumns + R"sql( FROM commission_rule
  WHERE ($1::commission_rule_state IS NULL OR state = $1) AND ($2::uuid IS NULL OR seller_id = $2)
    AND ($3::uuid IS NULL OR (id, version) < ($3, $4::integer))
  ORDER BY id DESC, version DESC LIMIT $5)sql"};

// A statement of its own: what the next one reads is then no older than the lock. The first version is there as long as the rule.
constexpr Statement kLockRule{"commission.lock",
                              "SELECT id FROM commission_rule WHERE id = $1 AND version = 1 FOR UPDATE"};
constexpr Statement kLockAll{"commission.lock_all",
                             "SELECT pg_advisory_xact_lock(hashtext('payment.commission_rules'))"};
struct Live {
  std::int64_t versions = 0;
};
constexpr Columns kLiveRules{Column{"count(*)", &Live::versions}};
constexpr ComposedStatement kCountLive{"commission.count_live",
                                       "SELECT " + kLiveRules + R"sql( FROM commission_rule
  WHERE state <> 'WITHDRAWN' AND (valid_until IS NULL OR valid_until > market_now()))sql"};

// The newest version that is published: of one that is not over rather than of another, and, where a time is named, one that has
// begun by then.
constexpr ComposedStatement kFindPublished{"commission.find_published",
                                           "SELECT " + kVersionColumns + R"sql( FROM commission_rule
  WHERE id = $1 AND state = 'PUBLISHED'
  ORDER BY (valid_until IS NULL OR valid_until > market_now()) DESC, coalesce(valid_from < $2::timestamptz, true) DESC,
           version DESC LIMIT 1)sql"};
// When what is said to begin or end then does: not before now, and not before what is in force has begun.
struct Moment {
  Time now;
  Time at;
};
constexpr Columns kRuleMoment{Column{"market_now()", &Moment::now},
                              Column{R"sql(greatest($2::timestamptz, market_now(), max(valid_from) FILTER (
    WHERE state = 'PUBLISHED' AND valid_from <= market_now()) + interval '1 microsecond'))sql",
                                     &Moment::at}};
constexpr ComposedStatement kReadMoment{"commission.moment",
                                        "SELECT " + kRuleMoment + " FROM commission_rule WHERE id = $1"};

constexpr ComposedStatement kInsertRule{"commission.insert", R"sql(
  INSERT INTO commission_rule (id, version, revision, name, seller_id, category_id, currency, price_from_minor,
                               price_below_minor, percentage_ppm, fixed_minor, floor_minor, cap_minor, on_delivery, tax_ppm)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) RETURNING )sql" +
                                                                 kVersionColumns};
constexpr ComposedStatement kUpdateRule{"commission.update", R"sql(
  UPDATE commission_rule SET revision = $3, name = $4, seller_id = $5, category_id = $6, currency = $7, price_from_minor = $8,
    price_below_minor = $9, percentage_ppm = $10, fixed_minor = $11, floor_minor = $12, cap_minor = $13, on_delivery = $14,
    tax_ppm = $15, updated_at = market_now()
  WHERE id = $1 AND version = $2 RETURNING )sql" + kVersionColumns};
constexpr ComposedStatement kMoveRule{"commission.move", R"sql(
  UPDATE commission_rule SET revision = $3, state = $4, valid_from = $5, proposed_by = $6, approved_by = $7,
    updated_at = market_now()
  WHERE id = $1 AND version = $2 RETURNING )sql" + kVersionColumns};
// Those that were to begin then or later never do.
constexpr Statement kForestall{"commission.forestall", R"sql(
  UPDATE commission_rule SET state = 'WITHDRAWN', revision = revision + 1, updated_at = market_now()
  WHERE id = $1 AND state = 'PUBLISHED' AND valid_from >= $2 AND valid_from > market_now())sql"};
constexpr Statement kSetEnd{"commission.set_end", R"sql(
  UPDATE commission_rule SET end_at = $2, revision = $3, updated_at = market_now()
  WHERE id = $1 AND state = 'PUBLISHED' AND valid_from < $2 AND (valid_until IS NULL OR valid_until > market_now())
    AND NOT EXISTS (SELECT FROM commission_rule later WHERE later.id = $1 AND later.state = 'PUBLISHED'
                    AND later.valid_from < $2 AND later.valid_from > commission_rule.valid_from))sql"};
// A version lasts until it is ended or the next one begins, whichever comes first.
constexpr Statement kFit{"commission.fit", R"sql(
  UPDATE commission_rule SET valid_until = fit.until, updated_at = market_now()
  FROM (SELECT version, least(end_at, lead(valid_from) OVER (ORDER BY valid_from)) AS until
        FROM commission_rule WHERE id = $1 AND state = 'PUBLISHED') AS fit
  WHERE commission_rule.id = $1 AND commission_rule.version = fit.version
    AND commission_rule.valid_until IS DISTINCT FROM fit.until
    AND (commission_rule.valid_until IS NULL OR commission_rule.valid_until > market_now()))sql"};

std::string Number(const std::optional<std::int64_t>& value) { return value ? std::to_string(*value) : ""; }
std::string Seconds(const std::optional<Time>& time) {
  if (!time) return "";
  return std::to_string(std::chrono::floor<std::chrono::seconds>(time->time_since_epoch()).count());
}

// What may change, and what it is.
std::map<std::string, std::string> FieldsOf(const RuleVersion& version) {
  const auto& rule = version.rule;
  return {{"version", std::to_string(rule.terms.version)},
          {"state", std::string(Name(version.state))},
          {"name", version.name},
          {"sellerId", rule.seller ? rule.seller->ToString() : ""},
          {"categoryId", rule.category ? rule.category->ToString() : ""},
          {"currency", rule.currency ? std::string(rule.currency->Code()) : ""},
          {"priceFrom", Number(rule.price_from_minor)},
          {"priceBelow", Number(rule.price_below_minor)},
          {"percentagePpm", std::to_string(rule.terms.percentage_ppm)},
          {"fixed", std::to_string(rule.terms.fixed_minor)},
          {"floor", std::to_string(rule.terms.floor_minor)},
          {"cap", Number(rule.terms.cap_minor)},
          {"onDelivery", rule.terms.on_delivery ? "true" : "false"},
          {"taxPpm", std::to_string(rule.terms.tax_ppm)},
          {"validFrom", Seconds(version.valid_from)},
          {"validUntil", Seconds(rule.valid_until)}};
}

void Append(Batch& batch, const Work& work, audit::Act act, const RuleVersion& version) {
  act.target_type = "commission_rule";
  act.target_id = version.rule.terms.rule.ToString();
  act.seller = version.rule.seller;
  audit::Append(batch, work, act);
}

void AddTerms(Batch& batch, const Statement& statement, const RuleVersion& version) {
  const auto& rule = version.rule;
  const auto& terms = rule.terms;
  batch.Add(statement, terms.rule, terms.version, version.revision, version.name, rule.seller, rule.category,
            rule.currency, rule.price_from_minor, rule.price_below_minor, terms.percentage_ppm,
            terms.fixed_minor, terms.floor_minor, terms.cap_minor, terms.on_delivery, terms.tax_ppm);
}

void AddMove(Batch& batch, const RuleVersion& version) {
  batch.Add(kMoveRule, version.rule.terms.rule, version.rule.terms.version, version.revision, version.state,
            version.valid_from, version.proposed_by, version.approved_by);
}

// The rule's newest version, whose rule is the caller's until the transaction ends.
Task<RuleVersion> Held(Tx& tx, CommissionRuleId id) {
  co_await tx.Execute(kLockRule, id);
  auto newest = kVersionColumns.ReadAtMostOne(co_await tx.Execute(kFindRule, id, std::optional<int>()));
  if (!newest) throw NotFound("the commission rule");
  co_return *std::move(newest);
}

Task<> RequireRoom(Tx& tx, std::int64_t limit) {
  co_await tx.Execute(kLockAll);
  if (kLiveRules.ReadOne(co_await tx.Execute(kCountLive)).versions < limit) co_return;
  throw Error(Code::kFailedPrecondition, "LIMIT_REACHED",
              "there are as many live commission rules as there may be")
      .WithMetadata("limit", std::to_string(limit));
}

Task<Moment> MomentOf(Tx& tx, CommissionRuleId id, std::optional<Time> said, std::string field) {
  const auto moment = kRuleMoment.ReadOne(co_await tx.Execute(kReadMoment, id, said));
  if (said && *said < moment.now) throw InvalidArgument(std::move(field), "OUT_OF_RANGE", "must not be over");
  co_return moment;
}

// Into force, in the place of what was or would be; with its act.
Task<RuleVersion> PutIntoForce(Tx& tx, const Work& work, const RuleVersion& before, RuleVersion after,
                               audit::Act act) {
  after.state = RuleState::kPublished;
  act.before = FieldsOf(before);
  act.after = FieldsOf(after);
  Batch batch("commission.publish");
  batch.Add(kForestall, after.rule.terms.rule, after.valid_from);
  AddMove(batch, after);
  batch.Add(kFit, after.rule.terms.rule);
  Append(batch, work, std::move(act), after);
  co_return kVersionColumns.ReadOne((co_await tx.ExecuteAndCommit(std::move(batch))).at(1));
}

}  // namespace

Task<std::vector<CommissionRule>> CommissionRules::Published(Work work, Time at) {
  co_return kInForce.ReadAll(co_await database_.Read(work, kPublished, at));
}

Task<std::vector<RuleVersion>> CommissionRules::List(Work work, WantedRules wanted,
                                                     std::optional<RulePosition> after, std::int64_t limit) {
  const auto rule = after ? std::optional(after->rule) : std::nullopt;
  const auto version = after ? std::optional(after->version) : std::nullopt;
  co_return kVersionColumns.ReadAll(
      co_await database_.List(work, kListRules, wanted.state, wanted.seller, rule, version, limit));
}

Task<std::optional<RuleVersion>> CommissionRules::Find(Work work, CommissionRuleId id,
                                                       std::optional<int> version) {
  co_return kVersionColumns.ReadAtMostOne(co_await database_.Read(work, kFindRule, id, version));
}

Task<RuleVersion> CommissionRules::Create(Work work, RuleVersion draft, audit::Act act) {
  draft.revision = 1;
  const auto create = [&](Tx& tx) -> Task<RuleVersion> {
    const auto id = draft.rule.terms.rule;
    if (auto earlier = kVersionColumns.ReadAtMostOne(co_await tx.Execute(kFindRule, id, std::optional(1)))) {
      co_return *std::move(earlier);
    }
    co_await RequireRoom(tx, limits_.live);
    act.after = FieldsOf(draft);
    Batch batch("commission.create");
    AddTerms(batch, kInsertRule, draft);
    Append(batch, work, act, draft);
    co_return kVersionColumns.ReadOne((co_await tx.ExecuteAndCommit(std::move(batch))).front());
  };
  co_return co_await database_.Transaction(work, create);
}

Task<RuleVersion> CommissionRules::Change(Work work, CommissionRuleId id,
                                          std::optional<std::int64_t> if_revision, Edit edit,
                                          audit::Act act) {
  const auto change = [&](Tx& tx) -> Task<RuleVersion> {
    const auto newest = co_await Held(tx, id);
    if (if_revision && *if_revision != newest.revision) {
      throw Error(Code::kAborted, "ETAG_MISMATCH", "the commission rule has changed since it was read");
    }
    auto before = newest;
    if (newest.state == RuleState::kWithdrawn) {
      // What goes on is what is published, if anything is.
      if (auto published =
              kVersionColumns.ReadAtMostOne(co_await tx.Execute(kFindPublished, id, std::optional<Time>()))) {
        before = *std::move(published);
      }
    }
    if (before.state == RuleState::kProposed || before.state == RuleState::kWithdrawn) {
      throw domain::NotFrom(before.state, RuleState::kDraft,
                            before.state == RuleState::kProposed
                                ? "this version waits for an approval; withdraw it before you change it"
                                : "this rule was withdrawn; make another one");
    }
    auto after = before;
    edit(after);
    act.before = FieldsOf(before);
    after.revision = newest.revision + 1;
    const bool next = before.state == RuleState::kPublished;
    if (next) {
      co_await RequireRoom(tx, limits_.live);
      after.rule.terms.version = newest.rule.terms.version + 1;
      after.state = RuleState::kDraft;
      after.valid_from = after.rule.valid_until = std::nullopt;
    } else if (FieldsOf(after) == act.before) {
      co_return newest;
    }
    act.after = FieldsOf(after);
    Batch batch("commission.change");
    if (next) {
      AddTerms(batch, kInsertRule, after);
    } else {
      AddTerms(batch, kUpdateRule, after);
    }
    Append(batch, work, act, after);
    co_return kVersionColumns.ReadOne((co_await tx.ExecuteAndCommit(std::move(batch))).front());
  };
  co_return co_await database_.Transaction(work, change);
}

Task<RuleVersion> CommissionRules::Publish(Work work, CommissionRuleId id, std::optional<Time> from,
                                           AccountId by, SecondPerson second, audit::Act act) {
  const auto publish = [&](Tx& tx) -> Task<RuleVersion> {
    const auto before = co_await Held(tx, id);
    if (!before.IsOpen()) {
      throw domain::NotFrom(before.state, RuleState::kPublished,
                            "nothing of this rule waits to be published");
    }
    auto after = before;
    after.valid_from = (co_await MomentOf(tx, id, from, "validFrom")).at;
    after.revision += 1;
    after.proposed_by = by;
    if (second == SecondPerson::kNotNeeded) co_return co_await PutIntoForce(tx, work, before, after, act);
    after.state = RuleState::kProposed;
    act.before = FieldsOf(before);
    act.after = FieldsOf(after);
    Batch batch("commission.propose");
    AddMove(batch, after);
    Append(batch, work, act, after);
    co_return kVersionColumns.ReadOne((co_await tx.ExecuteAndCommit(std::move(batch))).front());
  };
  co_return co_await database_.Transaction(work, publish);
}

Task<RuleVersion> CommissionRules::Approve(Work work, CommissionRuleId id, int version, AccountId by,
                                           audit::Act act) {
  const auto approve = [&](Tx& tx) -> Task<RuleVersion> {
    const auto before = co_await Held(tx, id);
    if (before.rule.terms.version != version) {
      throw Error(Code::kAborted, "ETAG_MISMATCH", "there is another version by now; look at that one");
    }
    domain::RequireApprovable(before, by);
    auto after = before;
    const auto moment = co_await MomentOf(tx, id, std::nullopt, "");
    after.valid_from = std::max(*before.valid_from, moment.at);
    after.revision += 1;
    after.approved_by = by;
    co_return co_await PutIntoForce(tx, work, before, std::move(after), act);
  };
  co_return co_await database_.Transaction(work, approve);
}

Task<RuleVersion> CommissionRules::Withdraw(Work work, CommissionRuleId id, audit::Act act) {
  const auto withdraw = [&](Tx& tx) -> Task<RuleVersion> {
    const auto before = co_await Held(tx, id);
    if (before.state == RuleState::kWithdrawn) co_return before;
    if (!before.IsOpen() && *before.valid_from <= (co_await MomentOf(tx, id, std::nullopt, "")).now) {
      throw domain::NotFrom(before.state, RuleState::kWithdrawn,
                            "this version has been in force; end it instead");
    }
    auto after = before;
    after.state = RuleState::kWithdrawn;
    after.revision += 1;
    act.before = FieldsOf(before);
    act.after = FieldsOf(after);
    Batch batch("commission.withdraw");
    AddMove(batch, after);
    batch.Add(kFit, id);
    Append(batch, work, act, after);
    co_return kVersionColumns.ReadOne((co_await tx.ExecuteAndCommit(std::move(batch))).front());
  };
  co_return co_await database_.Transaction(work, withdraw);
}

Task<RuleVersion> CommissionRules::End(Work work, CommissionRuleId id, std::optional<Time> until,
                                       audit::Act act) {
  const auto end = [&](Tx& tx) -> Task<RuleVersion> {
    const auto newest = co_await Held(tx, id);
    const auto moment = co_await MomentOf(tx, id, until, "validUntil");
    const auto before =
        kVersionColumns.ReadAtMostOne(co_await tx.Execute(kFindPublished, id, std::optional(moment.at)));
    if (!before) {
      throw domain::NotFrom(newest.state, RuleState::kWithdrawn, "nothing of this rule is published");
    }
    if (before->rule.valid_until && *before->rule.valid_until <= moment.now) co_return *before;
    auto after = *before;
    if (*before->valid_from >= moment.at) {
      after.state = RuleState::kWithdrawn;
    } else {
      after.rule.valid_until = moment.at;
    }
    act.before = FieldsOf(*before);
    act.after = FieldsOf(after);
    Batch batch("commission.end");
    batch.Add(kForestall, id, moment.at).Add(kSetEnd, id, moment.at, newest.revision + 1).Add(kFit, id);
    batch.Add(kFindRule, id, std::optional(before->rule.terms.version));
    Append(batch, work, act, after);
    co_return kVersionColumns.ReadOne((co_await tx.ExecuteAndCommit(std::move(batch))).at(3));
  };
  co_return co_await database_.Transaction(work, end);
}

}  // namespace market::payment::storage
