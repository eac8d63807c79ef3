#include "services/order/storage/delivery_methods.hpp"

#include <boost/json.hpp>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "platform/core/error.hpp"
#include "platform/postgres/columns.hpp"

namespace market::order::storage {
namespace {

using domain::DeliveryMethod;
using domain::DeliveryMethodId;
using postgres::Batch;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::Statement;

std::string PricesToJson(const std::vector<domain::DeliveryPrice>& prices) {
  boost::json::array array;
  for (const auto& price : prices) {
    boost::json::array bands;
    for (const auto& band : price.bands) bands.push_back(boost::json::array{band.from, band.amount_minor});
    boost::json::object one{{"currency", price.currency.Code()}, {"bands", std::move(bands)}};
    if (price.free_from_minor) one["freeFromMinor"] = *price.free_from_minor;
    array.push_back(std::move(one));
  }
  return boost::json::serialize(array);
}

std::vector<domain::DeliveryPrice> PricesFromJson(std::string_view json) {
  std::vector<domain::DeliveryPrice> prices;
  for (const auto& one : boost::json::parse(json).as_array()) {
    auto& price = prices.emplace_back();
    price.currency = Currency::Parse(one.at("currency").as_string());
    for (const auto& band : one.at("bands").as_array())
      price.bands.push_back({band.at(0).to_number<std::int64_t>(), band.at(1).to_number<std::int64_t>()});
    if (const auto* free = one.as_object().if_contains("freeFromMinor"))
      price.free_from_minor = free->to_number<std::int64_t>();
  }
  return prices;
}

constexpr Columns kMethod{
    Column{"m.id", &DeliveryMethod::id},
    Column{"m.seller_id", &DeliveryMethod::seller},
    Column{"m.name", &DeliveryMethod::name},
    Column{"m.countries", &DeliveryMethod::countries},
    Column{"m.basis", &DeliveryMethod::basis},
    Column{"m.prices",
           [](DeliveryMethod& method, std::string_view json) { method.prices = PricesFromJson(json); }},
    Column{"m.max_weight_grams", &DeliveryMethod::max_weight_grams},
    Column{"m.days_from", &DeliveryMethod::days_from},
    Column{"m.days_to", &DeliveryMethod::days_to},
    Column{"m.pickup_place", &DeliveryMethod::pickup_place},
    Column{"m.version", &DeliveryMethod::version},
    Column{"m.created_at", &DeliveryMethod::created_at},
    Column{"m.updated_at", &DeliveryMethod::updated_at}};

constexpr ComposedStatement kListMethods{
    "delivery_method.list",
    "SELECT " + kMethod +
        " FROM delivery_method m WHERE m.seller_id = $1 AND NOT m.archived ORDER BY m.name, m.id"};
constexpr ComposedStatement kMethodsOfSellers{
    "delivery_method.of_sellers",
    "SELECT " + kMethod + " FROM delivery_method m WHERE m.seller_id = ANY ($1::uuid[]) AND NOT m.archived"};
// One shop's methods are made one after the other, or more than allowed would pass.
constexpr Statement kLockShop{"delivery_method.lock_shop",
                              "SELECT pg_advisory_xact_lock(hashtextextended($1::uuid::text, 1))"};
struct MethodCount {
  std::int64_t methods = 0;
};
constexpr Columns kMethodCount{Column{"count(*)", &MethodCount::methods}};
constexpr ComposedStatement kCountMethods{
    "delivery_method.count",
    "SELECT " + kMethodCount + " FROM delivery_method WHERE seller_id = $1 AND NOT archived"};
constexpr ComposedStatement kFindMethod{
    "delivery_method.find",
    "SELECT " + kMethod + " FROM delivery_method m WHERE m.id = $1 AND m.seller_id = $2"};
constexpr ComposedStatement kLockMethod{
    "delivery_method.lock",
    "SELECT " + kMethod +
        " FROM delivery_method m WHERE m.id = $1 AND m.seller_id = $2 AND NOT m.archived FOR UPDATE"};
constexpr ComposedStatement kInsertMethod{"delivery_method.insert", R"sql(
  INSERT INTO delivery_method AS m (id, seller_id, name, countries, basis, prices, max_weight_grams, days_from, days_to,
                                    pickup_place)
  VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7, $8, $9, $10) RETURNING )sql" +
                                                                        kMethod};
constexpr ComposedStatement kUpdateMethod{"delivery_method.update", R"sql(
  UPDATE delivery_method m SET name = $2, countries = $3, basis = $4, prices = $5::jsonb, max_weight_grams = $6, days_from = $7,
                               days_to = $8, pickup_place = $9, version = version + 1, updated_at = market_now()
  WHERE m.id = $1 RETURNING )sql" + kMethod};
constexpr Statement kArchiveMethod{"delivery_method.archive", R"sql(
  UPDATE delivery_method SET archived = true, version = version + 1, updated_at = market_now() WHERE id = $1)sql"};

std::map<std::string, std::string> FieldsOf(const DeliveryMethod& method) {
  std::string countries;
  for (const auto& country : method.countries)
    countries.append(countries.empty() ? "" : ", ").append(country);
  return {{"name", method.name},
          {"countries", countries},
          {"basis", std::string(Name(method.basis))},
          {"prices", PricesToJson(method.prices)},
          {"maxWeightGrams", method.max_weight_grams ? std::to_string(*method.max_weight_grams) : ""},
          {"days", std::to_string(method.days_from) + "-" + std::to_string(method.days_to)},
          {"pickupPlace", method.pickup_place}};
}

audit::Act ActOn(audit::Act act, const SellerId& seller, const DeliveryMethodId& id) {
  act.target_type = "deliveryMethod";
  act.target_id = id.ToString();
  act.seller = seller;
  return act;
}

DeliveryMethod Held(std::optional<DeliveryMethod> found, const std::optional<std::int64_t>& if_version) {
  if (!found) throw NotFound("the delivery method");
  if (if_version && *if_version != found->version) {
    throw Error(Code::kAborted, "ETAG_MISMATCH", "the delivery method was changed meanwhile");
  }
  return std::move(*found);
}

}  // namespace

Task<std::vector<DeliveryMethod>> DeliveryMethods::List(Work work, SellerId seller) {
  co_return kMethod.ReadAll(co_await database_.Read(work, kListMethods, seller));
}

Task<std::vector<DeliveryMethod>> DeliveryMethods::OfSellers(Work work, std::vector<SellerId> sellers) {
  co_return kMethod.ReadAll(co_await database_.Read(work, kMethodsOfSellers, sellers));
}

Task<DeliveryMethod> DeliveryMethods::Create(Work work, DeliveryMethod method, audit::Act act) {
  act = ActOn(std::move(act), method.seller, method.id);
  act.after = FieldsOf(method);
  const auto create = [&](postgres::Tx& tx) -> Task<DeliveryMethod> {
    Batch look("delivery_method.look");
    look.Add(kLockShop, method.seller)
        .Add(kCountMethods, method.seller)
        .Add(kFindMethod, method.id, method.seller);
    const auto found = co_await tx.Execute(std::move(look));
    if (auto earlier = kMethod.ReadAtMostOne(found[2])) co_return std::move(*earlier);  // of an earlier run
    if (kMethodCount.ReadOne(found[1]).methods >= domain::kDeliveryMethodsMax) {
      throw Error(Code::kFailedPrecondition, "LIMIT_REACHED", "a shop can have at most 20 delivery methods")
          .WithMetadata("limit", std::to_string(domain::kDeliveryMethodsMax));
    }
    Batch batch("delivery_method.create");
    batch.Add(kInsertMethod, method.id, method.seller, method.name, method.countries, method.basis,
              PricesToJson(method.prices), method.max_weight_grams, method.days_from, method.days_to,
              method.pickup_place);
    audit::Append(batch, work, act);
    co_return kMethod.ReadOne((co_await tx.ExecuteAndCommit(std::move(batch))).front());
  };
  co_return co_await database_.Transaction(work, create);
}

Task<DeliveryMethod> DeliveryMethods::Update(Work work, SellerId seller, DeliveryMethodId id,
                                             std::optional<std::int64_t> if_version, Change change,
                                             audit::Act act) {
  act = ActOn(std::move(act), seller, id);
  const auto update = [&](postgres::Tx& tx) -> Task<DeliveryMethod> {
    const auto before = Held(kMethod.ReadAtMostOne(co_await tx.Execute(kLockMethod, id, seller)), if_version);
    auto after = before;
    change(after);
    act.before = FieldsOf(before);
    act.after = FieldsOf(after);
    if (act.before == act.after) co_return before;
    Batch batch("delivery_method.update");
    batch.Add(kUpdateMethod, id, after.name, after.countries, after.basis, PricesToJson(after.prices),
              after.max_weight_grams, after.days_from, after.days_to, after.pickup_place);
    audit::Append(batch, work, act);
    co_return kMethod.ReadOne((co_await tx.ExecuteAndCommit(std::move(batch))).front());
  };
  co_return co_await database_.Transaction(work, update);
}

Task<> DeliveryMethods::Archive(Work work, SellerId seller, DeliveryMethodId id,
                                std::optional<std::int64_t> if_version, audit::Act act) {
  act = ActOn(std::move(act), seller, id);
  const auto archive = [&](postgres::Tx& tx) -> Task<> {
    const auto before = Held(kMethod.ReadAtMostOne(co_await tx.Execute(kLockMethod, id, seller)), if_version);
    act.before = FieldsOf(before);
    Batch batch("delivery_method.archive");
    batch.Add(kArchiveMethod, id);
    audit::Append(batch, work, act);
    co_await tx.ExecuteAndCommit(std::move(batch));
  };
  co_await database_.Transaction(work, archive);
}

}  // namespace market::order::storage
