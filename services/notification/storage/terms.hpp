// The pages that the marketplace owes to who uses it, version by version. Everybody's to read.
//
// Fails as platform/postgres/errors.hpp says.
#pragma once
#include <optional>
#include <vector>

#include "platform/audit/audit.hpp"
#include "platform/postgres/database.hpp"
#include "services/notification/domain/terms.hpp"

namespace market::notification::storage {

class TermsStore {
 public:
  explicit TermsStore(postgres::Database& database) : database_(database) {}

  // The newest version of each kind in each language.
  Task<std::vector<domain::Terms>> Newest(Work work);

  // On record as `act`, unless it was published before: then as it was. Nothing when another text was, under the same version.
  Task<std::optional<domain::Terms>> Publish(Work work, domain::Terms terms, audit::Act act);

 private:
  postgres::Database& database_;
};

}  // namespace market::notification::storage
