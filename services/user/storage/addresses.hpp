// Address books. Every function takes the account whose book it is. When a book has addresses, exactly one of
// them is the default; changes of one book wait for each other.
//
// Fails as platform/postgres/errors.hpp says.
#pragma once
#include <optional>
#include <variant>
#include <vector>

#include "platform/postgres/database.hpp"
#include "services/user/domain/people.hpp"
#include "services/user/storage/outcomes.hpp"

namespace market::user::storage {

class Addresses {
 public:
  explicit Addresses(postgres::Database& database) : database_(database) {}

  // The default first, then by age.
  Task<std::vector<domain::Address>> List(Work work, AccountId account);
  Task<std::optional<domain::Address>> Find(Work work, AccountId account, domain::AddressId id);

  using Created = std::variant<domain::Address, LimitReached>;
  // The first address of a book is its default whatever it says. The same id twice is the same address.
  Task<Created> Create(Work work, AccountId account, domain::Address address);

  using Updated = std::variant<domain::Address, Missing, VersionDiffers, DefaultNeeded>;
  // A change that changes nothing leaves the version alone.
  Task<Updated> Update(Work work, AccountId account, domain::AddressId id, domain::AddressChange change,
                       ExpectedVersion expected);

  struct Deleted {};
  using Deletion = std::variant<Deleted, Missing, VersionDiffers>;
  // The oldest address left takes the place of a default that goes.
  Task<Deletion> Delete(Work work, AccountId account, domain::AddressId id, ExpectedVersion expected);

 private:
  postgres::Database& database_;
};

}  // namespace market::user::storage
