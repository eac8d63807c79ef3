// What product keeps about a person, told and erased (ADR 33; docs/personal-data.md says table by table).
//
// Fails as platform/postgres/errors.hpp says.
#pragma once
#include <vector>

#include "platform/personal_data/personal_data.hpp"
#include "platform/postgres/database.hpp"
#include "services/product/storage/reviews.hpp"

namespace market::product::storage {

class PersonalData {
 public:
  PersonalData(postgres::Database& database, Reviews& reviews) : database_(database), reviews_(reviews) {}

  Task<std::vector<market::personal_data::Record>> Export(Work work, market::personal_data::Request request);

  // Reviews are gone, and ratings without them; reports stay, without who made them; kept answers to the account, or
  // that name it, are gone. On record unless there was nothing to do.
  Task<> Erase(Work work, AccountId account);

 private:
  postgres::Database& database_;
  Reviews& reviews_;
};

}  // namespace market::product::storage
