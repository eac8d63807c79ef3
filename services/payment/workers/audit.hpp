// Measures what nobody asks for and everybody must know: whether the books balance, and what the provider
// owes us an answer about.
//
// On every replica: all of them read the same rows and tell the same. Io thread only.
#pragma once
#include <chrono>

#include "platform/runtime/every.hpp"
#include "platform/runtime/leased_work.hpp"
#include "services/payment/metrics.hpp"

namespace market::payment {

class Audit {
 public:
  struct Options {
    std::chrono::milliseconds unresolved_every{5000};
    std::chrono::milliseconds ledger_every{30'000};
  };

  // `recovery` is told how many of its payments are parked.
  Audit(storage::Payments& payments, storage::Ledger& ledger, Metrics& metrics, runtime::LeasedWork& recovery,
        Options options);

  runtime::Every& Unresolved() { return unresolved_; }
  runtime::Every& Books() { return books_; }

 private:
  Task<> CountUnresolved();
  Task<> CheckBooks();

  storage::Payments& payments_;
  storage::Ledger& ledger_;
  Metrics& metrics_;
  runtime::LeasedWork& recovery_;
  runtime::Every unresolved_;
  runtime::Every books_;
};

}  // namespace market::payment
