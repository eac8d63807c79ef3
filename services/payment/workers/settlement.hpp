// Books what sales come to once they are delivered, completed or refunded, or their reserve is over (domain/settlement.hpp);
// folds the ledger's movements into balances; forgets which events were heard when their log has forgotten them.
//
// On every replica: a sale is one's at a time, and balances are folded by whoever comes first. Io thread only.
#pragma once
#include <chrono>

#include "platform/runtime/every.hpp"
#include "platform/runtime/leased_work.hpp"
#include "services/payment/storage/ledger.hpp"
#include "services/payment/storage/sales.hpp"

namespace market::payment {

class Settlement {
 public:
  struct Options {
    std::chrono::milliseconds poll{1000};
    std::size_t concurrency = 8;
    runtime::Patience patience{};
    domain::ReserveTerms reserve{};
    std::chrono::milliseconds events_kept = std::chrono::days(30);
  };

  // All must outlive it.
  Settlement(postgres::Database& database, storage::Sales& sales, storage::Ledger& ledger, Options options);

  runtime::LeasedWork& Settling() { return settling_; }
  runtime::Every& Folding() { return folding_; }
  runtime::Every& Sweeping() { return sweeping_; }

 private:
  Task<std::vector<runtime::LeasedWork::Job>> Take(std::size_t limit);
  Task<runtime::Every::Next> Fold();
  Task<runtime::Every::Next> Sweep();

  postgres::Database& database_;
  storage::Sales& sales_;
  storage::Ledger& ledger_;
  const Options options_;
  runtime::LeasedWork settling_;
  runtime::Every folding_;
  runtime::Every sweeping_;
};

}  // namespace market::payment
