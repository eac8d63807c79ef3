// What user keeps about a person, told and erased (ADR 33; docs/personal-data.md says table by table). Memberships
// are ended by Members, one shop after the other.
//
// Fails as platform/postgres/errors.hpp says.
#pragma once
#include <string>
#include <vector>

#include "platform/personal_data/personal_data.hpp"
#include "platform/postgres/database.hpp"
#include "services/user/storage/pictures.hpp"

namespace market::user::storage {

class PersonalData {
 public:
  PersonalData(postgres::Database& database, Pictures& pictures) : database_(database), pictures_(pictures) {}

  // Shops that are not CLOSED and have no other owner.
  Task<std::vector<SellerId>> ListOwnedAlone(Work work, AccountId account);
  Task<std::vector<SellerId>> ListMemberships(Work work, AccountId account);

  Task<std::vector<market::personal_data::Record>> Export(Work work, market::personal_data::Request request);

  // The profile says that there was somebody, and keeps a late CreateProfile from making another; pictures,
  // whatever shows them, addresses, invitations to `email` (in its normal form; empty: not known any more) and kept answers that name either are
  // gone. On record unless there was nothing left to do.
  Task<> Erase(Work work, AccountId account, std::string email);

 private:
  postgres::Database& database_;
  Pictures& pictures_;
};

}  // namespace market::user::storage
