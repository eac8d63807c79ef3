// Fines and goodwill: what operators booked on shops' accounts by hand, each with its entry of the ledger, the act and the event.
//
// Owner: the service; io thread only. Fails as platform/postgres/errors.hpp says.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "platform/audit/audit.hpp"
#include "platform/postgres/database.hpp"
#include "services/payment/domain/operator_entry.hpp"
#include "services/payment/storage/ledger.hpp"

namespace market::payment::storage {

struct BookedOperatorEntry {
  domain::OperatorEntry entry;
  EntryId ledger_entry;
  Time booked_at;
};

class OperatorEntries {
 public:
  explicit OperatorEntries(postgres::Database& database) : database_(database) {}

  // Once by its id: what was booked under it before is given again.
  Task<BookedOperatorEntry> Book(Work work, domain::OperatorEntry wanted, audit::Act act);
  // Why, of those of these entries of the ledger that an operator booked.
  Task<std::map<EntryId, std::string>> ReasonsOf(Work work, std::vector<EntryId> entries);

 private:
  postgres::Database& database_;
};

}  // namespace market::payment::storage
