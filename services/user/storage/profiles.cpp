#include "services/user/storage/profiles.hpp"

namespace market::user::storage {
namespace {

using postgres::Statement;

constexpr Statement kCreateProfile{"user.create_profile", R"sql(
INSERT INTO profile (id, display_name) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING)sql"};

constexpr Statement kFindProfile{"user.find_profile", R"sql(
SELECT id, display_name, given_name, family_name, phone, locale, version, created_at, updated_at
FROM profile WHERE id = $1)sql"};

constexpr Statement kUpdateProfile{"user.update_profile", R"sql(
UPDATE profile SET
  display_name = coalesce($3, display_name), given_name = coalesce($4, given_name),
  family_name = coalesce($5, family_name), phone = coalesce($6, phone), locale = coalesce($7, locale),
  version = version + 1, updated_at = market_now()
WHERE id = $1 AND version = coalesce($2::bigint, version)
RETURNING id, display_name, given_name, family_name, phone, locale, version, created_at, updated_at)sql"};

domain::Profile ReadProfile(const postgres::Row& row) {
  return {.id = row.GetId<AccountId>(0),
          .display_name = std::string(row.Text(1)),
          .given_name = std::string(row.Text(2)),
          .family_name = std::string(row.Text(3)),
          .phone = std::string(row.Text(4)),
          .locale = std::string(row.Text(5)),
          .version = row.Int(6),
          .created_at = row.GetTime(7),
          .updated_at = row.GetTime(8)};
}

}  // namespace

Task<> Profiles::Create(Work work, AccountId account, std::string_view display_name) {
  co_await database_.Write(work, kCreateProfile, account, display_name);
}

Task<std::optional<domain::Profile>> Profiles::Find(Work work, AccountId account) {
  const auto rows = co_await database_.Read(work, kFindProfile, account);
  if (rows.empty()) co_return std::nullopt;
  co_return ReadProfile(rows.One());
}

Task<Profiles::Updated> Profiles::Update(Work work, AccountId account, domain::ProfileChange change,
                                         ExpectedVersion expected) {
  const auto rows =
      co_await database_.Write(work, kUpdateProfile, account, expected, change.display_name,
                               change.given_name, change.family_name, change.phone, change.locale);
  if (!rows.empty()) co_return ReadProfile(rows.One());
  if (co_await Find(work, account)) co_return VersionDiffers();
  co_return Missing();
}

}  // namespace market::user::storage
