#include "services/user/storage/sellers.hpp"

#include <stdexcept>

#include "platform/events/event.hpp"
#include "services/user/messages.hpp"

namespace market::user::storage {
namespace {

using postgres::Batch;
using postgres::SqlError;
using postgres::Statement;

// The table's CHECK refuses what is over the limit.
constexpr Statement kCountSeller{"user.count_seller", R"sql(
INSERT INTO seller_owner (account_id, sellers) VALUES ($1, 1)
ON CONFLICT (account_id) DO UPDATE SET sellers = seller_owner.sellers + 1)sql"};

constexpr Statement kInsertSeller{"user.insert_seller", R"sql(
INSERT INTO seller (id, owner_id, display_name, slug, country_code, state) VALUES ($1, $2, $3, $4, $5, $6)
RETURNING id, owner_id, display_name, slug, country_code, state, version, created_at, updated_at)sql"};

constexpr Statement kFindOwn{"user.find_own_seller", R"sql(
SELECT id, owner_id, display_name, slug, country_code, state, version, created_at, updated_at
FROM seller WHERE id = $1 AND owner_id = $2)sql"};

constexpr Statement kFindActive{"user.find_active_seller", R"sql(
SELECT id, owner_id, display_name, slug, country_code, state, version, created_at, updated_at
FROM seller WHERE id = $1 AND state = 'ACTIVE')sql"};

constexpr Statement kListActive{"user.list_active_sellers", R"sql(
SELECT id, owner_id, display_name, slug, country_code, state, version, created_at, updated_at
FROM seller WHERE state = 'ACTIVE'
ORDER BY created_at DESC, id DESC LIMIT $1)sql"};

constexpr Statement kListActiveAfter{"user.list_active_sellers_after", R"sql(
SELECT id, owner_id, display_name, slug, country_code, state, version, created_at, updated_at
FROM seller WHERE state = 'ACTIVE' AND (created_at, id) < ($2, $3)
ORDER BY created_at DESC, id DESC LIMIT $1)sql"};

constexpr Statement kListAll{"user.list_all_sellers", R"sql(
SELECT id, owner_id, display_name, slug, country_code, state, version, created_at, updated_at
FROM seller WHERE id > $1 ORDER BY id LIMIT $2)sql"};

constexpr Statement kLockSeller{"user.lock_seller", R"sql(
SELECT id, owner_id, display_name, slug, country_code, state, version, created_at, updated_at
FROM seller WHERE id = $1 FOR UPDATE)sql"};

constexpr Statement kSetState{"user.set_seller_state", R"sql(
UPDATE seller SET state = $2, version = version + 1, updated_at = market_now() WHERE id = $1
RETURNING id, owner_id, display_name, slug, country_code, state, version, created_at, updated_at)sql"};

domain::Seller ReadSeller(const postgres::Row& row) {
  const auto state = domain::SellerStateFrom(row.Text(5));
  if (!state) throw std::logic_error("unknown seller state in the database");
  return {.id = row.GetId<SellerId>(0),
          .owner = row.GetId<AccountId>(1),
          .display_name = std::string(row.Text(2)),
          .slug = std::string(row.Text(3)),
          .country_code = std::string(row.Text(4)),
          .state = *state,
          .version = row.Int(6),
          .created_at = row.GetTime(7),
          .updated_at = row.GetTime(8)};
}

}  // namespace

Task<Sellers::Opened> Sellers::Open(Work work, domain::Seller seller, outbox::NewMessage binding) {
  Batch batch("user.open_seller");
  batch.Add(kCountSeller, seller.owner);
  batch.Add(kInsertSeller, seller.id, seller.owner, seller.display_name, seller.slug, seller.country_code,
            domain::Name(seller.state));
  if (seller.state == domain::SellerState::kActive) outbox::Append(batch, binding);
  events::Append(batch, work, SellerOpenedEvent(seller));
  std::string violated;
  try {
    const auto results = co_await database_.Write(work, std::move(batch));
    co_return ReadSeller(results[1].One());
  } catch (const SqlError& error) {
    violated = error.constraint;
    if (violated != "seller_slug" && violated != "seller_pkey" && violated != "seller_owner_limit") throw;
  }
  // A second run collides with what the first one made: on the id, on the slug or on the limit.
  const auto rows = co_await database_.Read(work, kFindOwn, seller.id, seller.owner);
  if (!rows.empty()) co_return ReadSeller(rows.One());
  if (violated == "seller_owner_limit") co_return LimitReached();
  co_return SlugTaken();
}

Task<std::optional<domain::Seller>> Sellers::FindActive(Work work, SellerId id) {
  const auto rows = co_await database_.Read(work, kFindActive, id);
  if (rows.empty()) co_return std::nullopt;
  co_return ReadSeller(rows.One());
}

Task<std::vector<domain::Seller>> Sellers::ListActive(Work work, std::optional<Position> after, int limit) {
  const auto rows = after
                        ? co_await database_.Read(work, kListActiveAfter, limit, after->created_at, after->id)
                        : co_await database_.Read(work, kListActive, limit);
  std::vector<domain::Seller> sellers;
  sellers.reserve(rows.size());
  for (const auto row : rows) sellers.push_back(ReadSeller(row));
  co_return sellers;
}

Task<std::vector<domain::Seller>> Sellers::ListAll(Work work, std::optional<SellerId> after, int limit) {
  const auto rows = co_await database_.Read(work, kListAll, after.value_or(SellerId()), limit);
  std::vector<domain::Seller> sellers;
  sellers.reserve(rows.size());
  for (const auto row : rows) sellers.push_back(ReadSeller(row));
  co_return sellers;
}

Task<Sellers::Approved> Sellers::Approve(Work work, SellerId id, BindingOf binding_of, std::string trace,
                                         audit::Act act) {
  const auto approve = [&](postgres::Tx& tx) -> Task<Approved> {
    const auto rows = co_await tx.Execute(kLockSeller, id);
    if (rows.empty()) co_return Missing();
    auto seller = ReadSeller(rows.One());
    const auto next = domain::AfterApproval(seller.state);
    if (!next) co_return NotAllowed{seller.state};
    if (*next == seller.state) co_return seller;

    Batch batch("user.approve_seller");
    batch.Add(kSetState, id, domain::Name(*next));
    outbox::Append(batch, binding_of(seller.id, seller.owner, trace));
    act.target_type = "seller";
    act.target_id = id.ToString();
    act.before["state"] = domain::Name(seller.state);
    act.after["state"] = domain::Name(*next);
    audit::Append(batch, act);
    seller.state = *next;
    ++seller.version;
    events::Append(batch, work, SellerApprovedEvent(seller));
    const auto results = co_await tx.ExecuteAndCommit(std::move(batch));
    co_return ReadSeller(results.front().One());
  };
  co_return co_await database_.Transaction(work, approve);
}

}  // namespace market::user::storage
