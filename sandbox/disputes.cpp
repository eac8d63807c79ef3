// What buyers' banks dispute: taken at once, given back when it is won. As in Stripe's test mode the evidence decides:
// uncategorized_text with a line winning_evidence or losing_evidence.
#include <algorithm>
#include <boost/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "platform/core/id.hpp"
#include "sandbox/moves.hpp"
#include "sandbox/once.hpp"
#include "sandbox/provider.hpp"

namespace market::sandbox {
namespace {

namespace json = boost::json;
using postgres::Statement;
using postgres::Tx;

constexpr std::int64_t kDueInDefault_s = 7 * 86'400;
constexpr std::int64_t kDisputesMax = 100;
constexpr std::string_view kWinning = "winning_evidence";
constexpr std::string_view kLosing = "losing_evidence";

constexpr Statement kInsertDispute{
    "dispute.insert",
    "INSERT INTO dispute (id, authorization_id, amount_minor, currency, reason, due_by)"
    " VALUES ($1, $2, $3, $4, $5, market_now() + $6 * interval '1 second')"
    " RETURNING " MARKET_DISPUTE_COLUMNS};
constexpr Statement kGetDispute{"dispute.get",
                                "SELECT " MARKET_DISPUTE_COLUMNS " FROM dispute WHERE id = $1"};
constexpr Statement kLockDispute{"dispute.lock",
                                 "SELECT " MARKET_DISPUTE_COLUMNS " FROM dispute WHERE id = $1 FOR UPDATE"};
constexpr Statement kListDisputes{
    "dispute.list",
    "SELECT " MARKET_DISPUTE_COLUMNS
    " FROM dispute WHERE ($1::uuid IS NULL OR authorization_id = $1) AND created_at >= to_timestamp($2)"
    " AND ($3::uuid IS NULL OR id < $3) ORDER BY id DESC LIMIT $4"};
constexpr Statement kWriteDispute{"dispute.write",
                                  "UPDATE dispute SET status = $2, evidence = $3, submissions = $4 WHERE id "
                                  "= $1 RETURNING " MARKET_DISPUTE_COLUMNS};

Answer NotTaken(const std::string& name) {
  return Invalid("parameter_unknown", "Received unknown parameter: " + name, name);
}

std::string NamedIn(const Dispute& dispute) {
  return json::serialize(json::object{{"dispute", IdOf("du_", dispute.id)}});
}

struct Wanted {
  std::int64_t amount = 0;
  std::string reason;
  std::int64_t due_in_s = kDueInDefault_s;
};

// The bank takes the money at once.
Task<Dispute> Opened(Tx& tx, const Options& options, Authorization& authorization, Wanted wanted) {
  const auto rows = co_await tx.Execute(kInsertDispute, Uuid::NewV7(), authorization.id, wanted.amount,
                                        authorization.currency, wanted.reason, wanted.due_in_s);
  Dispute dispute(rows.One());
  authorization.disputed += wanted.amount;
  co_await Moved(tx, authorization, "dispute", wanted.amount, NamedIn(dispute));
  co_await Written(tx, authorization);
  co_await Happened(tx, options, "charge.dispute.created", DisputeOf(dispute));
  co_await Happened(tx, options, "charge.dispute.funds_withdrawn", DisputeOf(dispute));
  co_return dispute;
}

Task<Dispute> Rewritten(Tx& tx, const Dispute& dispute) {
  const auto rows =
      co_await tx.Execute(kWriteDispute, dispute.id, dispute.status, dispute.evidence, dispute.submissions);
  co_return Dispute(rows.One());
}

Task<Dispute> Decided(Tx& tx, const Options& options, Dispute dispute, std::string_view status) {
  dispute.status = status;
  dispute = co_await Rewritten(tx, dispute);
  if (status == "won") {
    auto authorization = co_await Locked(tx, dispute.authorization);
    authorization->disputed -= dispute.amount;
    co_await Moved(tx, *authorization, "dispute_reversal", dispute.amount, NamedIn(dispute));
    co_await Written(tx, *authorization);
  }
  co_await Happened(tx, options, "charge.dispute.closed", DisputeOf(dispute));
  if (status == "won") co_await Happened(tx, options, "charge.dispute.funds_reinstated", DisputeOf(dispute));
  co_return dispute;
}

bool HasLine(std::string_view text, std::string_view line) {
  for (std::size_t at = 0; at <= text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    if (text.substr(at, end - at) == line) return true;
    at = end + 1;
  }
  return false;
}

}  // namespace

Task<> DisputedByItsMethod(Tx& tx, const Options& options, Authorization& authorization,
                           const Behaviour& behaviour) {
  if (behaviour.dispute_reason.empty()) co_return;
  co_await Opened(tx, options, authorization,
                  {.amount = authorization.captured, .reason = std::string(behaviour.dispute_reason)});
}

Task<Answer> Provider::OpenDispute(Work work, Change change) {
  const auto& form = change.form;
  if (const auto beyond = form.Beyond({"payment_intent", "amount", "reason", "due_in_s"}))
    co_return NotTaken(*beyond);
  const auto id = form.Text("payment_intent");
  auto effect = [&](Tx& tx) -> Task<Answer> {
    auto authorization = co_await Locked(tx, UuidOf("pi_", id));
    if (!authorization) co_return Missing("payment_intent", id);
    const auto left = authorization->captured - authorization->refunded - authorization->disputed;
    Wanted wanted{.amount = form.Has("amount") ? form.Int("amount").value_or(0) : left,
                  .reason = form.Has("reason") ? form.Text("reason") : "general",
                  .due_in_s = form.Int("due_in_s").value_or(kDueInDefault_s)};
    // A bank may take back what the buyer has already got back otherwise, and never more than was charged.
    if (wanted.amount < 1 || wanted.amount > authorization->captured - authorization->disputed)
      co_return Invalid("amount_invalid", "There is nothing of that amount to dispute.", "amount");
    co_return Shown(DisputeOf(co_await Opened(tx, options_, *authorization, std::move(wanted))));
  };
  co_return co_await Pause(co_await Once(database_, work, change, effect));
}

Task<Answer> Provider::GetDispute(Work work, std::string id, Form form) {
  if (const auto beyond = form.Beyond({"expand"})) co_return NotTaken(*beyond);
  const auto uuid = UuidOf("du_", id);
  if (!uuid) co_return Missing("dispute", id);
  const auto rows = co_await database_.Read(Soon(work), kGetDispute, *uuid);
  if (rows.empty()) co_return Missing("dispute", id);
  co_return co_await Pause(Shown(DisputeOf(Dispute(rows.One()))));
}

Task<Answer> Provider::ListDisputes(Work work, Form form) {
  if (const auto beyond =
          form.Beyond({"payment_intent", "charge", "created", "limit", "starting_after", "expand"}))
    co_return NotTaken(*beyond);
  const auto limit = form.Has("limit") ? form.Int("limit").value_or(0) : 10;
  if (limit < 1 || limit > kDisputesMax)
    co_return Invalid("parameter_invalid_integer", "limit must be from 1 to 100.", "limit");
  std::optional<Uuid> of;
  if (form.Has("payment_intent")) of = UuidOf("pi_", form.Text("payment_intent")).value_or(Uuid());
  if (form.Has("charge")) of = UuidOf("ch_", form.Text("charge")).value_or(Uuid());
  std::optional<Uuid> after;
  if (form.Has("starting_after")) after = UuidOf("du_", form.Text("starting_after")).value_or(Uuid());
  const auto rows = co_await database_.Read(Soon(work), kListDisputes, of,
                                            form.Int("created[gte]").value_or(0), after, limit + 1);
  json::array data;
  for (const auto row : rows) {
    if (std::ssize(data) < limit) data.push_back(DisputeOf(Dispute(row)));
  }
  co_return co_await Pause(
      Shown(ListOf("/v1/disputes", std::move(data), static_cast<std::int64_t>(rows.size()) > limit)));
}

Task<Answer> Provider::UpdateDispute(Work work, Change change, std::string id) {
  const auto& form = change.form;
  if (const auto beyond = form.Beyond({"evidence", "submit", "metadata", "expand"}))
    co_return NotTaken(*beyond);
  auto effect = [&](Tx& tx) -> Task<Answer> {
    const auto uuid = UuidOf("du_", id);
    if (!uuid) co_return Missing("dispute", id);
    const auto rows = co_await tx.Execute(kLockDispute, *uuid);
    if (rows.empty()) co_return Missing("dispute", id);
    Dispute dispute(rows.One());
    if (dispute.status != "needs_response" || dispute.is_late)
      co_return Invalid("", "This dispute takes no more evidence.");
    auto evidence = json::parse(dispute.evidence).as_object();
    for (const auto& [name, value] : form.Group("evidence")) evidence[name] = value;
    dispute.evidence = json::serialize(evidence);
    const bool submits = form.Text("submit") != "false";
    if (submits) {
      dispute.status = "under_review";
      ++dispute.submissions;
    }
    dispute = co_await Rewritten(tx, dispute);
    co_await Happened(tx, options_, "charge.dispute.updated", DisputeOf(dispute));
    // What is answered is not decided yet.
    const auto shown = DisputeOf(dispute);
    const auto* said = evidence.if_contains("uncategorized_text");
    const std::string text = said != nullptr ? std::string(said->as_string()) : "";
    if (submits && HasLine(text, kWinning)) co_await Decided(tx, options_, dispute, "won");
    if (submits && HasLine(text, kLosing)) co_await Decided(tx, options_, dispute, "lost");
    co_return Shown(shown);
  };
  co_return co_await Pause(co_await Once(database_, work, change, effect));
}

Task<Answer> Provider::CloseDispute(Work work, Change change, std::string id) {
  if (const auto beyond = change.form.Beyond({"expand"})) co_return NotTaken(*beyond);
  auto effect = [&](Tx& tx) -> Task<Answer> {
    const auto uuid = UuidOf("du_", id);
    if (!uuid) co_return Missing("dispute", id);
    const auto rows = co_await tx.Execute(kLockDispute, *uuid);
    if (rows.empty()) co_return Missing("dispute", id);
    const Dispute dispute(rows.One());
    if (dispute.status != "needs_response")
      co_return Invalid("", "This dispute is closed, or being decided.");
    co_return Shown(DisputeOf(co_await Decided(tx, options_, dispute, "lost")));
  };
  co_return co_await Pause(co_await Once(database_, work, change, effect));
}

}  // namespace market::sandbox
