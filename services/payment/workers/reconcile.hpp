// The rounds of the reconciliation, and the measuring of what it has found.
//
// Any number of replicas may run it: a part is taken by one. All of them measure, from the same rows. Io thread only.
#pragma once
#include <chrono>

#include "platform/runtime/every.hpp"
#include "services/payment/metrics.hpp"
#include "services/payment/process/reconciliation.hpp"

namespace market::payment {

class Reconcile {
 public:
  struct Options {
    std::chrono::milliseconds poll{1000};
    std::chrono::milliseconds measure_every{5000};
  };

  Reconcile(Reconciliation& reconciliation, storage::Findings& findings, Metrics& metrics, Options options);

  runtime::Every& Comparing() { return comparing_; }
  runtime::Every& Measuring() { return measuring_; }

 private:
  storage::Findings& findings_;
  Metrics& metrics_;
  runtime::Every comparing_;
  runtime::Every measuring_;

  Task<> Measure();
};

}  // namespace market::payment
