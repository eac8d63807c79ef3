#include "services/user/storage/sellers.hpp"

#include "platform/events/event.hpp"
#include "platform/outbox/outbox.hpp"
#include "services/user/domain/member.hpp"
#include "services/user/messages.hpp"
#include "services/user/storage/seller_rows.hpp"

namespace market::user::storage {
namespace {

using postgres::Batch;
using postgres::ComposedStatement;
using postgres::SqlError;
using postgres::Statement;

constexpr ComposedStatement kInsertSeller{"user.insert_seller", R"sql(
INSERT INTO seller (id, opened_by, display_name, slug, country_code, state) VALUES ($1, $2, $3, $4, $5, $6)
RETURNING )sql" + kSeller};

constexpr Statement kInsertOwner{
    "user.insert_owner", "INSERT INTO seller_member (seller_id, account_id, role) VALUES ($1, $2, 'owner')"};

constexpr ComposedStatement kFindOpened{
    "user.find_opened_seller", "SELECT " + kSeller + " FROM seller WHERE id = $1 AND opened_by = $2"};

constexpr ComposedStatement kFind{"user.find_seller", "SELECT " + kSeller + R"sql(
FROM seller WHERE id = $1 AND (state = 'ACTIVE' OR $2 OR id = ANY ($3)))sql"};

constexpr ComposedStatement kFindBySlug{"user.find_seller_by_slug", "SELECT " + kSeller + R"sql(
FROM seller WHERE slug = $1 AND (state = 'ACTIVE' OR $2 OR id = ANY ($3)))sql"};

constexpr ComposedStatement kFindMany{"user.find_sellers", "SELECT " + kSeller + R"sql(
FROM seller WHERE id = ANY ($1) AND (state = 'ACTIVE' OR $2 OR id = ANY ($3))
  AND ($4::timestamptz IS NULL OR (created_at, id) < ($4, $5::uuid))
ORDER BY created_at DESC, id DESC)sql"};

constexpr ComposedStatement kListActive{"user.list_active_sellers", "SELECT " + kSeller + R"sql(
FROM seller WHERE state = 'ACTIVE'
ORDER BY created_at DESC, id DESC LIMIT $1)sql"};

constexpr ComposedStatement kListActiveAfter{"user.list_active_sellers_after", "SELECT " + kSeller + R"sql(
FROM seller WHERE state = 'ACTIVE' AND (created_at, id) < ($2, $3)
ORDER BY created_at DESC, id DESC LIMIT $1)sql"};

// Few ask, so one plan for all that they may ask is good enough.
constexpr ComposedStatement kListMatching{"user.list_matching_sellers", "SELECT " + kSeller + R"sql(
FROM seller
WHERE ($2::text IS NULL OR state = $2)
  AND ($3::text IS NULL OR starts_with(lower(display_name), lower($3)))
  AND ($4::text IS NULL OR slug = $4)
  AND ($5::uuid IS NULL
       OR id IN (SELECT m.seller_id FROM seller_member m WHERE m.account_id = $5 AND m.role = 'owner'))
  AND ($6::timestamptz IS NULL OR (created_at, id) < ($6, $7::uuid))
ORDER BY created_at DESC, id DESC LIMIT $1)sql"};

constexpr ComposedStatement kListAll{"user.list_all_sellers",
                                     "SELECT " + kSeller + " FROM seller WHERE id > $1 ORDER BY id LIMIT $2"};

constexpr ComposedStatement kUpdate{"user.update_seller", R"sql(
UPDATE seller SET display_name = $2, description = $3, logo = $4, contact_email = $5, contact_phone = $6,
  return_policy = $7, shipping_policy = $8, holiday_until = $9, holiday_note = $10, trader_name = $11,
  trader_register = $12, trader_vat = $13, trader_lines = $14, trader_city = $15, trader_region = $16,
  trader_postal_code = $17, trader_country_code = $18, version = version + 1, updated_at = market_now()
WHERE id = $1
RETURNING )sql" + kSeller};

constexpr ComposedStatement kSetState{"user.set_seller_state", R"sql(
UPDATE seller SET state = $2, version = version + 1, updated_at = market_now() WHERE id = $1
RETURNING )sql" + kSeller};

std::pair<std::optional<Time>, std::optional<SellerId>> PartsOf(
    const std::optional<Sellers::Position>& position) {
  if (!position) return {};
  return {position->created_at, position->id};
}

}  // namespace

Task<Sellers::Opened> Sellers::Open(Work work, domain::Seller seller, std::string trace) {
  Batch batch("user.open_seller");
  batch.Add(kCountMembership, seller.opened_by);
  batch.Add(kInsertSeller, seller.id, seller.opened_by, seller.presentation.display_name, seller.slug,
            seller.country_code, seller.state);
  batch.Add(kInsertOwner, seller.id, seller.opened_by);
  outbox::Append(batch, BindingMessage(domain::FirstOwner(seller.id, seller.opened_by), std::move(trace)));
  events::Append(batch, work, SellerOpenedEvent(seller));
  std::string violated;
  try {
    const auto results = co_await database_.Write(work, std::move(batch));
    co_return kSeller.ReadOne(results[1]);
  } catch (const SqlError& error) {
    violated = error.constraint;
    if (violated != "seller_slug" && violated != "seller_pkey" && violated != "membership_limit") throw;
  }
  // A second run collides with what the first one made: on the id, on the slug or on the limit.
  const auto earlier =
      kSeller.ReadAtMostOne(co_await database_.Read(work, kFindOpened, seller.id, seller.opened_by));
  if (earlier) co_return *earlier;
  if (violated == "membership_limit") co_return LimitReached{domain::kMembershipsMax};
  co_return SlugTaken();
}

Task<std::optional<domain::Seller>> Sellers::Find(Work work, SellerId id, Viewer viewer) {
  co_return kSeller.ReadAtMostOne(
      co_await database_.Read(work, kFind, id, viewer.everything, viewer.sellers));
}

Task<std::optional<domain::Seller>> Sellers::FindBySlug(Work work, std::string slug, Viewer viewer) {
  co_return kSeller.ReadAtMostOne(
      co_await database_.Read(work, kFindBySlug, slug, viewer.everything, viewer.sellers));
}

Task<std::vector<domain::Seller>> Sellers::FindMany(Work work, std::vector<SellerId> ids, Viewer viewer,
                                                    std::optional<Position> after) {
  const auto [created_at, id] = PartsOf(after);
  co_return kSeller.ReadAll(
      co_await database_.Read(work, kFindMany, ids, viewer.everything, viewer.sellers, created_at, id));
}

Task<std::vector<domain::Seller>> Sellers::ListActive(Work work, std::optional<Position> after, int limit) {
  const auto rows = after
                        ? co_await database_.List(work, kListActiveAfter, limit, after->created_at, after->id)
                        : co_await database_.List(work, kListActive, limit);
  co_return kSeller.ReadAll(rows);
}

Task<std::vector<domain::Seller>> Sellers::ListMatching(Work work, Filter filter,
                                                        std::optional<Position> after, int limit) {
  const auto [created_at, id] = PartsOf(after);
  co_return kSeller.ReadAll(co_await database_.List(work, kListMatching, limit, filter.state,
                                                    filter.name_prefix, filter.slug, filter.owner, created_at,
                                                    id));
}

Task<std::vector<domain::Seller>> Sellers::ListAll(Work work, std::optional<SellerId> after, int limit) {
  co_return kSeller.ReadAll(co_await database_.List(work, kListAll, after.value_or(SellerId()), limit));
}

Task<Sellers::Updated> Sellers::Update(Work work, SellerId id, domain::SellerChange change,
                                       ExpectedVersion expected) {
  const auto update = [&](postgres::Tx& tx) -> Task<Updated> {
    const auto seller = kSeller.ReadAtMostOne(co_await tx.Execute(kLockSeller, id));
    if (!seller) co_return Missing();
    if (expected && *expected != seller->version) co_return VersionDiffers();
    if (seller->state == domain::SellerState::kClosed) co_return NotAllowed{seller->state};
    const auto next = domain::Changed(seller->presentation, change);
    if (next == seller->presentation) co_return *seller;
    const auto& [until, note] = next.holiday;
    const auto& trader = next.trader;
    const auto updated = kSeller.ReadOne(
        co_await tx.Execute(kUpdate, id, next.display_name, next.description, next.logo, next.contact_email,
                            next.contact_phone, next.return_policy, next.shipping_policy, until, note,
                            trader.legal_name, trader.register_number, trader.vat_number, trader.lines,
                            trader.city, trader.region, trader.postal_code, trader.country_code));
    Batch batch("user.seller_updated");
    events::Append(batch, work, SellerUpdatedEvent(updated));
    co_await tx.ExecuteAndCommit(std::move(batch));
    co_return updated;
  };
  co_return co_await database_.Transaction(work, update);
}

Task<Sellers::Moved> Sellers::Do(Work work, domain::SellerAct act, SellerId id, audit::Act record) {
  const auto move = [&](postgres::Tx& tx) -> Task<Moved> {
    const auto seller = kSeller.ReadAtMostOne(co_await tx.Execute(kLockSeller, id));
    if (!seller) co_return Missing();
    if (!domain::MayDo(act, seller->state)) co_return NotAllowed{seller->state};
    const auto next = domain::Target(act);
    if (next == seller->state) co_return *seller;

    const auto moved = kSeller.ReadOne(co_await tx.Execute(kSetState, id, next));
    Batch batch("user.seller_moved");
    record.target_type = "seller";
    record.target_id = id.ToString();
    record.seller = id;
    record.before["state"] = Name(seller->state);
    record.after["state"] = Name(moved.state);
    audit::Append(batch, work, record);
    events::Append(batch, work, EventOf(act, moved));
    co_await tx.ExecuteAndCommit(std::move(batch));
    co_return moved;
  };
  co_return co_await database_.Transaction(work, move);
}

}  // namespace market::user::storage
