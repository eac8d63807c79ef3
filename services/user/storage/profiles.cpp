#include "services/user/storage/profiles.hpp"

#include "platform/postgres/columns.hpp"

namespace market::user::storage {
namespace {

using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::Statement;

constexpr Columns kProfile{Column{"id", &domain::Profile::id},
                           Column{"display_name", &domain::Profile::display_name},
                           Column{"given_name", &domain::Profile::given_name},
                           Column{"family_name", &domain::Profile::family_name},
                           Column{"phone", &domain::Profile::phone},
                           Column{"locale", &domain::Profile::locale},
                           Column{"version", &domain::Profile::version},
                           Column{"created_at", &domain::Profile::created_at},
                           Column{"updated_at", &domain::Profile::updated_at}};

constexpr Statement kCreateProfile{"user.create_profile", R"sql(
INSERT INTO profile (id, display_name) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING)sql"};

constexpr ComposedStatement kFindProfile{"user.find_profile",
                                         "SELECT " + kProfile + " FROM profile WHERE id = $1"};

constexpr ComposedStatement kFindProfiles{"user.find_profiles",
                                          "SELECT " + kProfile + " FROM profile WHERE id = ANY($1::uuid[])"};

constexpr ComposedStatement kUpdateProfile{"user.update_profile", R"sql(
UPDATE profile SET
  display_name = coalesce($3, display_name), given_name = coalesce($4, given_name),
  family_name = coalesce($5, family_name), phone = coalesce($6, phone), locale = coalesce($7, locale),
  version = version + 1, updated_at = market_now()
WHERE id = $1 AND version = coalesce($2::bigint, version)
  AND (display_name, given_name, family_name, phone, locale) IS DISTINCT FROM
      (coalesce($3, display_name), coalesce($4, given_name), coalesce($5, family_name), coalesce($6, phone),
       coalesce($7, locale))
RETURNING )sql" + kProfile};

}  // namespace

Task<> Profiles::Create(Work work, AccountId account, std::string_view display_name) {
  co_await database_.Write(work, kCreateProfile, account, display_name);
}

Task<std::optional<domain::Profile>> Profiles::Find(Work work, AccountId account) {
  co_return kProfile.ReadAtMostOne(co_await database_.Read(work, kFindProfile, account));
}

Task<std::vector<domain::Profile>> Profiles::FindMany(Work work, const std::vector<AccountId>& accounts) {
  co_return kProfile.ReadAll(co_await database_.Read(work, kFindProfiles, accounts));
}

Task<Profiles::Updated> Profiles::Update(Work work, AccountId account, domain::ProfileChange change,
                                         ExpectedVersion expected) {
  const auto rows =
      co_await database_.Write(work, kUpdateProfile, account, expected, change.display_name,
                               change.given_name, change.family_name, change.phone, change.locale);
  if (const auto updated = kProfile.ReadAtMostOne(rows)) co_return *updated;
  const auto current = co_await Find(work, account);
  if (!current) co_return Missing();
  if (expected && *expected != current->version) co_return VersionDiffers();
  co_return *current;  // it was so before
}

}  // namespace market::user::storage
