#include "services/order/storage/coupons.hpp"

#include <chrono>
#include <map>
#include <string>

#include "platform/core/error.hpp"
#include "platform/postgres/columns.hpp"

namespace market::order::storage {
namespace {

using domain::Coupon;
using domain::CouponId;
using domain::CouponScope;
using domain::CouponState;
using postgres::Batch;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::Inside;
using postgres::Statement;

constexpr Columns kScope{Column{"c.only_seller_id", &CouponScope::seller},
                         Column{"c.category_ids", &CouponScope::categories},
                         Column{"c.product_ids", &CouponScope::products}};
constexpr Columns kCoupon{Column{"c.id", &Coupon::id},
                          Column{"c.code", &Coupon::code},
                          Column{"c.seller_id", &Coupon::seller},
                          Column{"c.kind", &Coupon::kind},
                          Column{"c.percentage_ppm", &Coupon::percentage_ppm},
                          Column{"c.amount_minor", &Coupon::amount_minor},
                          Column{"c.minimum_minor", &Coupon::minimum_minor},
                          Column{"c.currency", &Coupon::currency},
                          Inside{&Coupon::scope, kScope},
                          Column{"c.valid_from", &Coupon::valid_from},
                          Column{"c.valid_until", &Coupon::valid_until},
                          Column{"c.total_limit", &Coupon::total_limit},
                          Column{"c.limit_per_buyer", &Coupon::limit_per_buyer},
                          Column{"c.redeemed", &Coupon::redeemed},
                          Column{"c.funder", &Coupon::funder},
                          Column{"c.seller_share_ppm", &Coupon::seller_share_ppm},
                          Column{"c.state", &Coupon::state},
                          Column{"c.version", &Coupon::version},
                          Column{"c.created_at", &Coupon::created_at},
                          Column{"c.updated_at", &Coupon::updated_at}};

constexpr ComposedStatement kInsertCoupon{"coupon.insert", R"sql(
INSERT INTO coupon AS c (id, code, seller_id, kind, percentage_ppm, amount_minor, minimum_minor, currency, only_seller_id,
                         category_ids, product_ids, valid_from, valid_until, total_limit, limit_per_buyer, funder,
                         seller_share_ppm)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) RETURNING )sql" +
                                                               kCoupon};
constexpr ComposedStatement kFindCoupon{
    "coupon.find", "SELECT " + kCoupon +
                       " FROM coupon c WHERE c.id = $1 AND ($2::uuid[] IS NULL OR c.seller_id = ANY ($2))"};
constexpr ComposedStatement kLockCoupon{
    "coupon.lock",
    "SELECT " + kCoupon +
        " FROM coupon c WHERE c.id = $1 AND ($2::uuid[] IS NULL OR c.seller_id = ANY ($2)) FOR UPDATE"};
constexpr ComposedStatement kListCoupons{"coupon.list", "SELECT " + kCoupon + R"sql(
FROM coupon c
WHERE ($1::uuid IS NULL OR c.seller_id = $1) AND ($2::text IS NULL OR c.state = $2) AND ($3::text IS NULL OR c.code = $3)
  AND ($4::uuid IS NULL OR c.id < $4)
ORDER BY c.id DESC LIMIT $5)sql"};
constexpr ComposedStatement kUpdateCoupon{"coupon.update", R"sql(
UPDATE coupon c SET valid_from = $2, valid_until = $3, total_limit = $4, limit_per_buyer = $5, version = version + 1,
                    updated_at = market_now()
WHERE c.id = $1 RETURNING )sql" + kCoupon};
// Of the buyer who uses it most.
struct UsesOfBuyer {
  std::int64_t uses = 0;
};
constexpr Columns kUsesOfBuyer{Column{"count(*)", &UsesOfBuyer::uses}};
constexpr ComposedStatement kMostOfBuyer{"coupon.most_of_buyer", "SELECT " + kUsesOfBuyer + R"sql(
FROM coupon_redemption WHERE coupon_id = $1 AND state = 'LIVE' GROUP BY buyer_id ORDER BY 1 DESC LIMIT 1)sql"};
constexpr Statement kEndCoupon{
    "coupon.end",
    "UPDATE coupon SET state = 'ENDED', version = version + 1, updated_at = market_now() WHERE id = $1"};

constexpr Columns kFound{Inside{&domain::FoundCoupon::coupon, kCoupon},
                         Column{"coalesce(c.valid_from > market_now(), false)", &domain::FoundCoupon::early},
                         Column{"coalesce(c.valid_until <= market_now(), false)", &domain::FoundCoupon::over},
                         Column{R"sql(CASE WHEN c.limit_per_buyer IS NULL THEN 0 ELSE (
  SELECT count(*) FROM coupon_redemption r WHERE r.coupon_id = c.id AND r.buyer_id = $2 AND r.state = 'LIVE') END)sql",
                                &domain::FoundCoupon::used_by_buyer}};
constexpr ComposedStatement kFindByCodes{"coupon.find_by_codes", "SELECT " + kFound + R"sql(
FROM unnest($1::text[]) AS wanted (code) CROSS JOIN LATERAL (
  SELECT * FROM coupon WHERE code = wanted.code ORDER BY state = 'ACTIVE' DESC, id DESC LIMIT 1) c)sql"};

std::string TimeText(const std::optional<Time>& time) {
  return time ? std::to_string(
                    std::chrono::duration_cast<std::chrono::seconds>(time->time_since_epoch()).count())
              : "";
}

// What of it may change, and what it is.
std::map<std::string, std::string> FieldsOf(const Coupon& coupon) {
  const auto number = [](const std::optional<std::int64_t>& value) {
    return value ? std::to_string(*value) : "";
  };
  return {{"code", coupon.code},
          {"kind", std::string(Name(coupon.kind))},
          {"state", std::string(Name(coupon.state))},
          {"validFrom", TimeText(coupon.valid_from)},
          {"validUntil", TimeText(coupon.valid_until)},
          {"totalLimit", number(coupon.total_limit)},
          {"limitPerBuyer", number(coupon.limit_per_buyer)}};
}

void Append(Batch& batch, const Work& work, audit::Act act, const Coupon& coupon) {
  act.target_type = "coupon";
  act.target_id = coupon.id.ToString();
  act.seller = coupon.seller;
  audit::Append(batch, work, act);
}

// The coupon as it is, to be changed.
Coupon Held(const postgres::Result& row, std::optional<std::int64_t> if_version) {
  auto coupon = kCoupon.ReadAtMostOne(row);
  if (!coupon) throw NotFound("the coupon");
  if (if_version && *if_version != coupon->version)
    throw Error(Code::kAborted, "ETAG_MISMATCH", "the coupon has changed since it was read");
  return *std::move(coupon);
}

Error UsedAlready(const std::string& field, std::int64_t orders) {
  return InvalidArgument("coupon." + field, "OUT_OF_RANGE",
                         "it is used with " + std::to_string(orders) + " orders already");
}

Coupon Edited(Coupon coupon, const CouponEdit& edit) {
  if (edit.valid_from) coupon.valid_from = *edit.valid_from;
  if (edit.valid_until) coupon.valid_until = *edit.valid_until;
  if (edit.total_limit) coupon.total_limit = *edit.total_limit;
  if (edit.limit_per_buyer) coupon.limit_per_buyer = *edit.limit_per_buyer;
  if (coupon.valid_from && coupon.valid_until && *coupon.valid_from >= *coupon.valid_until)
    throw InvalidArgument("coupon.validUntil", "OUT_OF_RANGE", "must be later than validFrom");
  if (coupon.total_limit && *coupon.total_limit < coupon.redeemed)
    throw UsedAlready("totalLimit", coupon.redeemed);
  return coupon;
}

}  // namespace

Task<Coupon> Coupons::Create(Work work, Coupon coupon, audit::Act act) {
  act.after = FieldsOf(coupon);
  const auto create = [&](postgres::Tx& tx) -> Task<Coupon> {
    if (auto earlier = kCoupon.ReadAtMostOne(
            co_await tx.Execute(kFindCoupon, coupon.id, Scope::Everything().SellerIds())))
      co_return std::move(*earlier);
    Batch batch("coupon.create");
    batch.Add(kInsertCoupon, coupon.id, coupon.code, coupon.seller, coupon.kind, coupon.percentage_ppm,
              coupon.amount_minor, coupon.minimum_minor, coupon.currency, coupon.scope.seller,
              coupon.scope.categories, coupon.scope.products, coupon.valid_from, coupon.valid_until,
              coupon.total_limit, coupon.limit_per_buyer, coupon.funder, coupon.seller_share_ppm);
    Append(batch, work, act, coupon);
    co_return kCoupon.ReadOne((co_await tx.ExecuteAndCommit(std::move(batch))).front());
  };
  try {
    co_return co_await database_.Transaction(work, create);
  } catch (const postgres::SqlError& error) {
    if (!error.IsUniqueViolation("coupon_live_code")) throw;
    throw Error(Code::kAlreadyExists, "COUPON_CODE_TAKEN", "a coupon that has not ended has this code")
        .WithField("coupon.code", "COUPON_CODE_TAKEN", "is taken");
  }
}

Task<std::vector<Coupon>> Coupons::List(Work work, CouponsWanted wanted, std::optional<CouponId> before,
                                        std::int64_t limit) {
  co_return kCoupon.ReadAll(
      co_await database_.List(work, kListCoupons, wanted.seller, wanted.state, wanted.code, before, limit));
}

Task<std::optional<Coupon>> Coupons::Find(Work work, CouponId id, Scope scope) {
  co_return kCoupon.ReadAtMostOne(co_await database_.Read(work, kFindCoupon, id, scope.SellerIds()));
}

Task<Coupon> Coupons::Update(Work work, CouponId id, Scope scope, CouponEdit edit, audit::Act act) {
  const auto update = [&](postgres::Tx& tx) -> Task<Coupon> {
    const auto before = Held(co_await tx.Execute(kLockCoupon, id, scope.SellerIds()), edit.if_version);
    if (before.state == CouponState::kEnded)
      throw Error(Code::kFailedPrecondition, "COUPON_ENDED", "the coupon has ended; make another one");
    auto after = Edited(before, edit);
    act.before = FieldsOf(before);
    act.after = FieldsOf(after);
    if (act.before == act.after) co_return before;
    if (after.limit_per_buyer && edit.limit_per_buyer) {
      const auto most = kUsesOfBuyer.ReadAtMostOne(co_await tx.Execute(kMostOfBuyer, id));
      if (most && most->uses > *after.limit_per_buyer) throw UsedAlready("limitPerBuyer", most->uses);
    }
    Batch batch("coupon.update");
    batch.Add(kUpdateCoupon, id, after.valid_from, after.valid_until, after.total_limit,
              after.limit_per_buyer);
    Append(batch, work, act, after);
    co_return kCoupon.ReadOne((co_await tx.ExecuteAndCommit(std::move(batch))).front());
  };
  co_return co_await database_.Transaction(work, update);
}

Task<> Coupons::End(Work work, CouponId id, Scope scope, std::optional<std::int64_t> if_version,
                    audit::Act act) {
  const auto end = [&](postgres::Tx& tx) -> Task<> {
    const auto before = Held(co_await tx.Execute(kLockCoupon, id, scope.SellerIds()), if_version);
    if (before.state == CouponState::kEnded) co_return;
    auto after = before;
    after.state = CouponState::kEnded;
    act.before = FieldsOf(before);
    act.after = FieldsOf(after);
    Batch batch("coupon.end");
    batch.Add(kEndCoupon, id);
    Append(batch, work, act, after);
    co_await tx.ExecuteAndCommit(std::move(batch));
  };
  co_await database_.Transaction(work, end);
}

Task<std::vector<domain::FoundCoupon>> Coupons::FindByCodes(Work work, std::vector<std::string> codes,
                                                            AccountId buyer) {
  co_return kFound.ReadAll(co_await database_.Read(work, kFindByCodes, codes, buyer));
}

}  // namespace market::order::storage
