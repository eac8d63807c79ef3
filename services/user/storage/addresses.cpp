#include "services/user/storage/addresses.hpp"

#include "platform/postgres/columns.hpp"

namespace market::user::storage {
namespace {

using postgres::Batch;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::SqlError;
using postgres::Statement;

constexpr Columns kAddress{Column{"id", &domain::Address::id},
                           Column{"recipient", &domain::Address::recipient},
                           Column{"lines", &domain::Address::lines},
                           Column{"city", &domain::Address::city},
                           Column{"region", &domain::Address::region},
                           Column{"postal_code", &domain::Address::postal_code},
                           Column{"country_code", &domain::Address::country_code},
                           Column{"phone", &domain::Address::phone},
                           Column{"is_default", &domain::Address::is_default},
                           Column{"version", &domain::Address::version},
                           Column{"created_at", &domain::Address::created_at},
                           Column{"updated_at", &domain::Address::updated_at}};

constexpr ComposedStatement kListAddress{"user.list_addresses", "SELECT " + kAddress + R"sql(
FROM address WHERE account_id = $1
ORDER BY is_default DESC, created_at, id LIMIT $2)sql"};

constexpr ComposedStatement kFindAddress{
    "user.find_address", "SELECT " + kAddress + " FROM address WHERE account_id = $1 AND id = $2"};

// Takes the book's row lock; the table's CHECK refuses what is over the limit.
constexpr Statement kGrowBook{"user.grow_address_book", R"sql(
INSERT INTO address_book (account_id, size) VALUES ($1, 1)
ON CONFLICT (account_id) DO UPDATE SET size = address_book.size + 1)sql"};

constexpr Statement kLockBook{"user.lock_address_book",
                              "SELECT FROM address_book WHERE account_id = $1 FOR UPDATE"};

constexpr Statement kClearDefault{"user.clear_default_address", R"sql(
UPDATE address SET is_default = false, version = version + 1, updated_at = market_now()
WHERE account_id = $1 AND is_default)sql"};

constexpr ComposedStatement kInsertAddress{"user.insert_address", R"sql(
INSERT INTO address (id, account_id, recipient, lines, city, region, postal_code, country_code, phone, is_default)
VALUES ($2, $1, $3, $4, $5, $6, $7, $8, $9,
        NOT EXISTS (SELECT FROM address WHERE account_id = $1 AND is_default))
RETURNING )sql" + kAddress};

// Only where the update after it will find its row.
constexpr Statement kMoveDefaultAway{"user.move_default_address", R"sql(
UPDATE address SET is_default = false, version = version + 1, updated_at = market_now()
WHERE account_id = $1 AND is_default AND id <> $2
  AND EXISTS (SELECT FROM address t WHERE t.account_id = $1 AND t.id = $2
                AND t.version = coalesce($3::bigint, t.version)))sql"};

constexpr ComposedStatement kUpdateAddress{"user.update_address", R"sql(
UPDATE address SET
  recipient = coalesce($4, recipient), lines = coalesce($5, lines), city = coalesce($6, city),
  region = coalesce($7, region), postal_code = coalesce($8, postal_code),
  country_code = coalesce($9, country_code), phone = coalesce($10, phone),
  is_default = coalesce($11::boolean, is_default), version = version + 1, updated_at = market_now()
WHERE account_id = $1 AND id = $2 AND version = coalesce($3::bigint, version)
  AND NOT (is_default AND NOT coalesce($11::boolean, true))
  AND (recipient, lines, city, region, postal_code, country_code, phone, is_default) IS DISTINCT FROM
      (coalesce($4, recipient), coalesce($5, lines), coalesce($6, city), coalesce($7, region),
       coalesce($8, postal_code), coalesce($9, country_code), coalesce($10, phone),
       coalesce($11::boolean, is_default))
RETURNING )sql" + kAddress};

constexpr Statement kDeleteAddress{"user.delete_address", R"sql(
DELETE FROM address WHERE account_id = $1 AND id = $2 AND version = coalesce($3::bigint, version))sql"};

constexpr Statement kCountBook{"user.count_address_book", R"sql(
UPDATE address_book SET size = (SELECT count(*) FROM address WHERE account_id = $1) WHERE account_id = $1)sql"};

constexpr Statement kPromote{"user.promote_address", R"sql(
UPDATE address SET is_default = true, version = version + 1, updated_at = market_now()
WHERE id = (SELECT id FROM address WHERE account_id = $1 ORDER BY created_at, id LIMIT 1)
  AND NOT EXISTS (SELECT FROM address WHERE account_id = $1 AND is_default))sql"};

}  // namespace

Task<std::vector<domain::Address>> Addresses::List(Work work, AccountId account) {
  co_return kAddress.ReadAll(co_await database_.Read(work, kListAddress, account, domain::kAddressesMax));
}

Task<std::optional<domain::Address>> Addresses::Find(Work work, AccountId account, domain::AddressId id) {
  co_return kAddress.ReadAtMostOne(co_await database_.Read(work, kFindAddress, account, id));
}

Task<Addresses::Created> Addresses::Create(Work work, AccountId account, domain::Address address) {
  Batch batch("user.create_address");
  batch.Add(kGrowBook, account);
  if (address.is_default) batch.Add(kClearDefault, account);
  batch.Add(kInsertAddress, account, address.id, address.recipient, address.lines, address.city,
            address.region, address.postal_code, address.country_code, address.phone);
  try {
    const auto results = co_await database_.Write(work, std::move(batch));
    co_return kAddress.ReadOne(results.back());
  } catch (const SqlError& error) {
    if (error.constraint != "address_book_size" && error.constraint != "address_pkey") throw;
  }
  // A second run collides with what the first one made: on the id or on the limit.
  if (const auto earlier = co_await Find(work, account, address.id)) co_return *earlier;
  co_return LimitReached{domain::kAddressesMax};
}

Task<Addresses::Updated> Addresses::Update(Work work, AccountId account, domain::AddressId id,
                                           domain::AddressChange change, ExpectedVersion expected) {
  Batch batch("user.update_address");
  batch.Add(kLockBook, account);
  if (change.is_default.value_or(false)) batch.Add(kMoveDefaultAway, account, id, expected);
  batch.Add(kUpdateAddress, account, id, expected, change.recipient, change.lines, change.city, change.region,
            change.postal_code, change.country_code, change.phone, change.is_default);
  const auto results = co_await database_.Write(work, std::move(batch));
  if (const auto updated = kAddress.ReadAtMostOne(results.back())) co_return *updated;

  const auto current = co_await Find(work, account, id);
  if (!current) co_return Missing();
  if (expected && *expected != current->version) co_return VersionDiffers();
  if (current->is_default && !change.is_default.value_or(true)) co_return DefaultNeeded();
  co_return *current;  // it was so before
}

Task<Addresses::Deletion> Addresses::Delete(Work work, AccountId account, domain::AddressId id,
                                            ExpectedVersion expected) {
  Batch batch("user.delete_address");
  batch.Add(kLockBook, account)
      .Add(kDeleteAddress, account, id, expected)
      .Add(kCountBook, account)
      .Add(kPromote, account);
  const auto results = co_await database_.Write(work, std::move(batch));
  if (results[1].AffectedRows() == 1) co_return Deleted();
  if (co_await Find(work, account, id)) co_return VersionDiffers();
  co_return Missing();
}

}  // namespace market::user::storage
