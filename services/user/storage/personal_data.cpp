#include "services/user/storage/personal_data.hpp"

#include "platform/idempotency/forget.hpp"

namespace market::user::storage {
namespace {

using postgres::Batch;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::Statement;

struct Shop {
  SellerId id;
};
constexpr Columns kShop{Column{"m.seller_id", &Shop::id}};
constexpr ComposedStatement kOwnedAlone{"user.list_owned_alone", "SELECT " + kShop + R"sql(
FROM seller_member m JOIN seller s ON s.id = m.seller_id
WHERE m.account_id = $1 AND m.role = 'owner' AND s.state <> 'CLOSED' AND NOT EXISTS (
  SELECT FROM seller_member o WHERE o.seller_id = m.seller_id AND o.role = 'owner' AND o.account_id <> $1)
ORDER BY m.seller_id)sql"};
constexpr ComposedStatement kMemberships{"user.list_memberships", "SELECT " + kShop + R"sql(
FROM seller_member m WHERE m.account_id = $1 AND m.role IS NOT NULL ORDER BY m.seller_id)sql"};

constexpr ComposedStatement kExport{"user.export_personal_data",
                                    "SELECT " + market::personal_data::kRecord + R"sql( FROM (
  SELECT 'profile' AS kind, p.id::text AS id, jsonb_build_object('displayName', p.display_name,
    'givenName', p.given_name, 'familyName', p.family_name, 'phone', p.phone, 'locale', p.locale,
    'createTime', p.created_at, 'updateTime', p.updated_at) AS fields
  FROM profile p WHERE p.id = $1
  UNION ALL
  SELECT 'address', a.id::text, jsonb_build_object('recipient', a.recipient, 'lines', array_to_string(a.lines, E'\n'),
    'city', a.city, 'region', a.region, 'postalCode', a.postal_code, 'countryCode', a.country_code, 'phone', a.phone,
    'isDefault', a.is_default, 'createTime', a.created_at, 'updateTime', a.updated_at)
  FROM address a WHERE a.account_id = $1
  UNION ALL
  SELECT 'picture', i.id::text, jsonb_build_object('content', i.content, 'altText', i.alt_text, 'createTime', i.created_at)
  FROM picture i WHERE i.account_id = $1
  UNION ALL
  SELECT 'membership', m.seller_id::text, jsonb_build_object('role', coalesce(m.role, 'ended'), 'joinTime', m.joined_at,
    'shop', s.display_name)
  FROM seller_member m JOIN seller s ON s.id = m.seller_id WHERE m.account_id = $1
  UNION ALL
  SELECT 'shop opened', s.id::text, jsonb_build_object('displayName', s.display_name, 'slug', s.slug, 'state', s.state,
    'createTime', s.created_at)
  FROM seller s WHERE s.opened_by = $1
  UNION ALL
  SELECT 'invitation', i.id::text, jsonb_build_object('email', i.email, 'shop', s.display_name, 'role', i.role,
    'createTime', i.created_at, 'expireTime', i.expires_at)
  FROM invitation i JOIN seller s ON s.id = i.seller_id WHERE lower(i.email COLLATE "C") = $2
  UNION ALL
  SELECT 'invitation made', i.id::text, jsonb_build_object('shop', s.display_name, 'role', i.role,
    'createTime', i.created_at, 'expireTime', i.expires_at)
  FROM invitation i JOIN seller s ON s.id = i.seller_id WHERE i.invited_by = $1)sql" +
                                        market::personal_data::kActs + market::personal_data::kPage};

constexpr Statement kEraseProfile{"user.erase_profile", R"sql(
INSERT INTO profile AS p (id, display_name) VALUES ($1, $2)
ON CONFLICT (id) DO UPDATE SET display_name = $2, given_name = '', family_name = '', phone = '', locale = '',
  version = p.version + 1, updated_at = market_now()
WHERE (p.display_name, p.given_name, p.family_name, p.phone, p.locale) <> ($2, '', '', '', ''))sql"};
// A statement of its own: an address that somebody adds meanwhile is seen by the next.
constexpr Statement kLockBookToErase{"user.lock_address_book",
                                     "SELECT FROM address_book WHERE account_id = $1 FOR UPDATE"};
constexpr Statement kEraseAddresses{"user.erase_addresses", "DELETE FROM address WHERE account_id = $1"};
constexpr Statement kEmptyBook{"user.empty_address_book",
                               "UPDATE address_book SET size = 0 WHERE account_id = $1 AND size > 0"};
constexpr Statement kEraseInvitations{"user.erase_invitations",
                                      "DELETE FROM invitation WHERE lower(email COLLATE \"C\") = $1"};

}  // namespace

Task<std::vector<SellerId>> PersonalData::ListOwnedAlone(Work work, AccountId account) {
  std::vector<SellerId> ids;
  for (const auto& [id] : kShop.ReadAll(co_await database_.List(work, kOwnedAlone, account)))
    ids.push_back(id);
  co_return ids;
}

Task<std::vector<SellerId>> PersonalData::ListMemberships(Work work, AccountId account) {
  std::vector<SellerId> ids;
  for (const auto& [id] : kShop.ReadAll(co_await database_.List(work, kMemberships, account)))
    ids.push_back(id);
  co_return ids;
}

Task<std::vector<market::personal_data::Record>> PersonalData::Export(
    Work work, market::personal_data::Request request) {
  return market::personal_data::List(database_, work, kExport, std::move(request));
}

Task<> PersonalData::Erase(Work work, AccountId account, std::string email) {
  const auto pictures = co_await pictures_.Forget(work, account);
  const auto erase = [&](postgres::Tx& tx) -> Task<> {
    co_await tx.Execute(kLockBookToErase, account);
    Batch batch("user.erase_personal_data");
    batch.Add(kEraseProfile, account, market::personal_data::kErased);
    batch.Add(kEraseAddresses, account).Add(kEmptyBook, account);
    std::vector<std::string> names = {account.ToString()};
    if (!email.empty()) {
      batch.Add(kEraseInvitations, email);
      names.push_back(email);
    }
    idempotency::AppendForget(batch, account);
    idempotency::AppendReopenNaming(batch, names);
    const auto done = co_await tx.Execute(std::move(batch));
    if (!market::personal_data::HasChanged(done) && pictures == 0) co_return;
    Batch told("user.personal_data_erased");
    audit::Append(told, work,
                  market::personal_data::ErasureOf(account, "user",
                                                   "marketplace.user.v1.UserService/ErasePersonalData"));
    co_await tx.ExecuteAndCommit(std::move(told));
  };
  co_await database_.Transaction(work, erase);
}

}  // namespace market::user::storage
