// The double-entry ledger: entries travel in the transaction of the movement they record.
#pragma once
#include <vector>

#include "platform/postgres/database.hpp"
#include "services/payment/domain/ledger.hpp"

namespace market::payment::storage {

void AddEntry(postgres::Batch& batch, const domain::Payment& payment, const domain::Entry& entry);

struct Balance {
  domain::LedgerAccount account = domain::LedgerAccount::kPspClearing;
  Currency currency;
  std::int64_t amount_minor = 0;  // debits minus credits
};

class Ledger {
 public:
  explicit Ledger(postgres::Database& database) : database_(database) {}

  // By account and currency.
  Task<std::vector<Balance>> TrialBalance(Work work);

 private:
  postgres::Database& database_;
};

}  // namespace market::payment::storage
