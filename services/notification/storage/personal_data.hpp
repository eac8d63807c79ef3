// What notification keeps about a person, told and erased (ADR 33; docs/personal-data.md says table by table).
//
// Fails as platform/postgres/errors.hpp says.
#pragma once
#include <vector>

#include "platform/personal_data/personal_data.hpp"
#include "platform/postgres/database.hpp"

namespace market::notification::storage {

class PersonalData {
 public:
  explicit PersonalData(postgres::Database& database) : database_(database) {}

  Task<std::vector<market::personal_data::Record>> Export(Work work, market::personal_data::Request request);

  // All that the account was told is gone, what was still to be mailed, and what it wrote; that it wrote stays. On record unless there was nothing
  // to do.
  Task<> Erase(Work work, AccountId account);

 private:
  postgres::Database& database_;
};

}  // namespace market::notification::storage
