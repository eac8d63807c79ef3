// What auth keeps about a person, told (ADR 33; docs/personal-data.md says table by table). Secrets and digests are
// not among it.
//
// Fails as platform/postgres/errors.hpp says.
#pragma once
#include <vector>

#include "platform/personal_data/personal_data.hpp"
#include "platform/postgres/database.hpp"

namespace market::auth::storage {

class OwnData {
 public:
  explicit OwnData(postgres::Database& database) : database_(database) {}

  Task<std::vector<market::personal_data::Record>> Export(Work work, market::personal_data::Request request);

 private:
  postgres::Database& database_;
};

}  // namespace market::auth::storage
