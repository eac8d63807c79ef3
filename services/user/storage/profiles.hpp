// Profiles. Every function takes the account whose profile it is.
//
// Fails as platform/postgres/errors.hpp says.
#pragma once
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "platform/postgres/database.hpp"
#include "services/user/domain/people.hpp"
#include "services/user/storage/outcomes.hpp"

namespace market::user::storage {

class Profiles {
 public:
  explicit Profiles(postgres::Database& database) : database_(database) {}

  // Keeps the profile that is there.
  Task<> Create(Work work, AccountId account, std::string_view display_name);
  Task<std::optional<domain::Profile>> Find(Work work, AccountId account);

  // Those that there are, in no order.
  Task<std::vector<domain::Profile>> FindMany(Work work, const std::vector<AccountId>& accounts);

  using Updated = std::variant<domain::Profile, Missing, VersionDiffers>;
  // A change that changes nothing leaves the version alone.
  Task<Updated> Update(Work work, AccountId account, domain::ProfileChange change, ExpectedVersion expected);

 private:
  postgres::Database& database_;
};

}  // namespace market::user::storage
