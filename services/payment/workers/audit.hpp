// Measures what nobody asks for and everybody must know: whether the books balance, and what the provider
// owes us an answer about.
//
// Each runs until cancelled, on every replica: all of them read the same rows and tell the same. Io thread
// only.
#pragma once
#include <chrono>

#include "platform/runtime/task.hpp"
#include "services/payment/metrics.hpp"

namespace market::payment {

class Audit {
 public:
  struct Options {
    std::chrono::milliseconds unresolved_every{5000};
    std::chrono::milliseconds ledger_every{30'000};
  };

  Audit(storage::Payments& payments, storage::Ledger& ledger, Metrics& metrics, Options options)
      : payments_(payments), ledger_(ledger), metrics_(metrics), options_(options) {}

  Task<> WatchUnresolved();
  Task<> WatchLedger();

 private:
  storage::Payments& payments_;
  storage::Ledger& ledger_;
  Metrics& metrics_;
  const Options options_;
};

}  // namespace market::payment
