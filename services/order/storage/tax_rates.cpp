#include "services/order/storage/tax_rates.hpp"

#include <map>
#include <string>
#include <utility>

#include "platform/core/error.hpp"
#include "platform/postgres/columns.hpp"

namespace market::order::storage {
namespace {

using domain::TaxRate;
using domain::TaxRateId;
using postgres::Batch;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::SqlError;

constexpr Columns kRate{Column{"r.id", &TaxRate::id},
                        Column{"r.country_code", &TaxRate::country},
                        Column{"r.region", &TaxRate::region},
                        Column{"r.tax_class", &TaxRate::tax_class},
                        Column{"r.rate_ppm", &TaxRate::rate_ppm},
                        Column{"r.valid_from", &TaxRate::valid_from},
                        Column{"r.valid_until", &TaxRate::valid_until},
                        Column{"r.source", &TaxRate::source},
                        Column{"r.version", &TaxRate::version},
                        Column{"r.created_at", &TaxRate::created_at}};

constexpr ComposedStatement kAllRates{"tax_rate.all", "SELECT " + kRate + " FROM tax_rate r"};
constexpr ComposedStatement kListRates{"tax_rate.list", "SELECT " + kRate + R"sql(
FROM tax_rate r WHERE ($1 = '' OR r.country_code = $1)
  AND ($5::uuid IS NULL OR (r.country_code, r.region, r.tax_class, r.id) > ($2, $3, $4, $5))
ORDER BY r.country_code, r.region, r.tax_class, r.id LIMIT $6)sql"};
constexpr ComposedStatement kFindRate{"tax_rate.find",
                                      "SELECT " + kRate + " FROM tax_rate r WHERE r.id = $1"};
constexpr ComposedStatement kInsertRate{"tax_rate.insert", R"sql(
  INSERT INTO tax_rate AS r (id, country_code, region, tax_class, rate_ppm, valid_from, valid_until, source)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING )sql" + kRate};
constexpr ComposedStatement kLockRate{"tax_rate.lock",
                                      "SELECT " + kRate + " FROM tax_rate r WHERE r.id = $1 FOR UPDATE"};
constexpr ComposedStatement kEndRate{
    "tax_rate.end",
    "UPDATE tax_rate r SET valid_until = $2, version = version + 1 WHERE r.id = $1 RETURNING " + kRate};

std::string TextOf(const std::optional<Time>& time) {
  return time ? std::to_string(std::chrono::floor<std::chrono::seconds>(*time).time_since_epoch().count())
              : "";
}

std::map<std::string, std::string> FieldsOf(const TaxRate& rate) {
  return {{"countryCode", rate.country},
          {"region", rate.region},
          {"taxClass", rate.tax_class},
          {"ratePpm", std::to_string(rate.rate_ppm)},
          {"validFrom", TextOf(rate.valid_from)},
          {"validUntil", TextOf(rate.valid_until)},
          {"source", rate.source}};
}

audit::Act ActOn(audit::Act act, const TaxRateId& id) {
  act.target_type = "taxRate";
  act.target_id = id.ToString();
  return act;
}

}  // namespace

Task<std::vector<TaxRate>> TaxRates::All(Work work) {
  co_return kRate.ReadAll(co_await database_.List(work, kAllRates));
}

Task<std::vector<TaxRate>> TaxRates::List(Work work, std::string country, std::optional<Position> after,
                                          int limit) {
  const auto at = after.value_or(Position());
  const auto id = after ? std::optional(after->id) : std::nullopt;
  co_return kRate.ReadAll(
      co_await database_.List(work, kListRates, country, at.country, at.region, at.tax_class, id, limit));
}

Task<TaxRate> TaxRates::Create(Work work, TaxRate rate, audit::Act act) {
  act = ActOn(std::move(act), rate.id);
  act.after = FieldsOf(rate);
  const auto create = [&](postgres::Tx& tx) -> Task<TaxRate> {
    if (auto earlier = kRate.ReadAtMostOne(co_await tx.Execute(kFindRate, rate.id)))
      co_return std::move(*earlier);
    Batch batch("tax_rate.create");
    batch.Add(kInsertRate, rate.id, rate.country, rate.region, rate.tax_class, rate.rate_ppm, rate.valid_from,
              rate.valid_until, rate.source);
    audit::Append(batch, work, act);
    co_return kRate.ReadOne((co_await tx.ExecuteAndCommit(std::move(batch))).front());
  };
  try {
    co_return co_await database_.Transaction(work, create);
  } catch (const SqlError& error) {
    if (!error.IsUniqueViolation("tax_rate_once")) throw;
  }
  throw InvalidArgument("taxRate.validFrom", "DUPLICATE", "another rate of the same begins then");
}

Task<TaxRate> TaxRates::End(Work work, TaxRateId id, Time until, audit::Act act) {
  act = ActOn(std::move(act), id);
  const auto end = [&](postgres::Tx& tx) -> Task<TaxRate> {
    const auto before = kRate.ReadAtMostOne(co_await tx.Execute(kLockRate, id));
    if (!before) throw NotFound("the tax rate");
    if (before->valid_from && until <= *before->valid_from)
      throw InvalidArgument("validUntil", "OUT_OF_RANGE", "is not after the rate begins");
    if (before->valid_until == until) co_return *before;
    auto after = *before;
    after.valid_until = until;
    act.before = FieldsOf(*before);
    act.after = FieldsOf(after);
    Batch batch("tax_rate.end");
    batch.Add(kEndRate, id, until);
    audit::Append(batch, work, act);
    co_return kRate.ReadOne((co_await tx.ExecuteAndCommit(std::move(batch))).front());
  };
  co_return co_await database_.Transaction(work, end);
}

}  // namespace market::order::storage
