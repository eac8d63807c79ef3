#include "services/user/storage/sellers.hpp"

#include "platform/events/event.hpp"
#include "platform/postgres/columns.hpp"
#include "services/user/messages.hpp"

namespace market::user::storage {
namespace {

using postgres::Batch;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::SqlError;
using postgres::Statement;

constexpr Columns kSeller{Column{"id", &domain::Seller::id},
                          Column{"owner_id", &domain::Seller::owner},
                          Column{"display_name", &domain::Seller::display_name},
                          Column{"slug", &domain::Seller::slug},
                          Column{"country_code", &domain::Seller::country_code},
                          Column{"state", &domain::Seller::state},
                          Column{"version", &domain::Seller::version},
                          Column{"created_at", &domain::Seller::created_at},
                          Column{"updated_at", &domain::Seller::updated_at}};

// The table's CHECK refuses what is over the limit.
constexpr Statement kCountSeller{"user.count_seller", R"sql(
INSERT INTO seller_owner (account_id, sellers) VALUES ($1, 1)
ON CONFLICT (account_id) DO UPDATE SET sellers = seller_owner.sellers + 1)sql"};

constexpr ComposedStatement kInsertSeller{"user.insert_seller", R"sql(
INSERT INTO seller (id, owner_id, display_name, slug, country_code, state) VALUES ($1, $2, $3, $4, $5, $6)
RETURNING )sql" + kSeller};

constexpr ComposedStatement kFindOwn{"user.find_own_seller",
                                     "SELECT " + kSeller + " FROM seller WHERE id = $1 AND owner_id = $2"};

constexpr ComposedStatement kFindActive{
    "user.find_active_seller", "SELECT " + kSeller + " FROM seller WHERE id = $1 AND state = 'ACTIVE'"};

constexpr ComposedStatement kListActive{"user.list_active_sellers", "SELECT " + kSeller + R"sql(
FROM seller WHERE state = 'ACTIVE'
ORDER BY created_at DESC, id DESC LIMIT $1)sql"};

constexpr ComposedStatement kListActiveAfter{"user.list_active_sellers_after", "SELECT " + kSeller + R"sql(
FROM seller WHERE state = 'ACTIVE' AND (created_at, id) < ($2, $3)
ORDER BY created_at DESC, id DESC LIMIT $1)sql"};

constexpr ComposedStatement kListAll{"user.list_all_sellers",
                                     "SELECT " + kSeller + " FROM seller WHERE id > $1 ORDER BY id LIMIT $2"};

constexpr ComposedStatement kLockSeller{"user.lock_seller",
                                        "SELECT " + kSeller + " FROM seller WHERE id = $1 FOR UPDATE"};

constexpr ComposedStatement kSetState{"user.set_seller_state", R"sql(
UPDATE seller SET state = $2, version = version + 1, updated_at = market_now() WHERE id = $1
RETURNING )sql" + kSeller};

}  // namespace

Task<Sellers::Opened> Sellers::Open(Work work, domain::Seller seller, outbox::NewMessage binding) {
  Batch batch("user.open_seller");
  batch.Add(kCountSeller, seller.owner);
  batch.Add(kInsertSeller, seller.id, seller.owner, seller.display_name, seller.slug, seller.country_code,
            seller.state);
  if (seller.state == domain::SellerState::kActive) outbox::Append(batch, binding);
  events::Append(batch, work, SellerOpenedEvent(seller));
  std::string violated;
  try {
    const auto results = co_await database_.Write(work, std::move(batch));
    co_return kSeller.ReadOne(results[1]);
  } catch (const SqlError& error) {
    violated = error.constraint;
    if (violated != "seller_slug" && violated != "seller_pkey" && violated != "seller_owner_limit") throw;
  }
  // A second run collides with what the first one made: on the id, on the slug or on the limit.
  const auto earlier =
      kSeller.ReadAtMostOne(co_await database_.Read(work, kFindOwn, seller.id, seller.owner));
  if (earlier) co_return *earlier;
  if (violated == "seller_owner_limit") co_return LimitReached();
  co_return SlugTaken();
}

Task<std::optional<domain::Seller>> Sellers::FindActive(Work work, SellerId id) {
  co_return kSeller.ReadAtMostOne(co_await database_.Read(work, kFindActive, id));
}

Task<std::vector<domain::Seller>> Sellers::ListActive(Work work, std::optional<Position> after, int limit) {
  const auto rows = after
                        ? co_await database_.List(work, kListActiveAfter, limit, after->created_at, after->id)
                        : co_await database_.List(work, kListActive, limit);
  co_return kSeller.ReadAll(rows);
}

Task<std::vector<domain::Seller>> Sellers::ListAll(Work work, std::optional<SellerId> after, int limit) {
  co_return kSeller.ReadAll(co_await database_.List(work, kListAll, after.value_or(SellerId()), limit));
}

Task<Sellers::Approved> Sellers::Approve(Work work, SellerId id, BindingOf binding_of, std::string trace,
                                         audit::Act act) {
  const auto approve = [&](postgres::Tx& tx) -> Task<Approved> {
    const auto seller = kSeller.ReadAtMostOne(co_await tx.Execute(kLockSeller, id));
    if (!seller) co_return Missing();
    const auto next = domain::AfterApproval(seller->state);
    if (!next) co_return NotAllowed{seller->state};
    if (*next == seller->state) co_return *seller;

    const auto approved = kSeller.ReadOne(co_await tx.Execute(kSetState, id, *next));
    Batch batch("user.approve_seller");
    outbox::Append(batch, binding_of(approved.id, approved.owner, trace));
    act.target_type = "seller";
    act.target_id = id.ToString();
    act.before["state"] = Name(seller->state);
    act.after["state"] = Name(approved.state);
    audit::Append(batch, act);
    events::Append(batch, work, SellerApprovedEvent(approved));
    co_await tx.ExecuteAndCommit(std::move(batch));
    co_return approved;
  };
  co_return co_await database_.Transaction(work, approve);
}

}  // namespace market::user::storage
