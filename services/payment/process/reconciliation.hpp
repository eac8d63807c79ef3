// Compares what the provider lists with what we have, and payments with the ledger, a span of time after the other. What differs
// becomes a finding (storage/findings.hpp) once both sides have been left alone for a while: what is under way is none.
//
// Disputes are no difference but news: each of the provider's list is kept as if it had been told of, so that none is missed whose message
// was lost.
//
// Owner: the service; io thread only. Throws Error UNAVAILABLE when the provider does not answer: the part is due again soon, and
// until it has answered no payment is said to be missing there.
#pragma once
#include <chrono>

#include "services/payment/provider/dispute_port.hpp"
#include "services/payment/provider/provider.hpp"
#include "services/payment/storage/findings.hpp"
#include "services/payment/storage/ledger.hpp"
#include "services/payment/storage/webhooks.hpp"

namespace market::payment {

class Reconciliation {
 public:
  struct Options {
    std::chrono::milliseconds settling{std::chrono::minutes(15)};  // of what has changed
    std::chrono::milliseconds pause{std::chrono::seconds(30)};     // between two turns of a part
    std::chrono::milliseconds lease{std::chrono::minutes(1)};
  };

  struct DisputeList {
    provider::DisputePort& port;
    storage::Webhooks& webhooks;
  };

  Reconciliation(storage::Findings& findings, storage::Ledger& ledger, provider::Provider& provider,
                 DisputeList disputes, Options options)
      : findings_(findings), ledger_(ledger), provider_(provider), disputes_(disputes), options_(options) {}

  // Takes the part that is due for longest and brings it forward; whether there was one.
  enum class Turn { kNothingDue, kDone };
  Task<Turn> Advance();

 private:
  Task<Time> ReadList(storage::DuePart due);
  Task<Time> ReadDisputes(storage::DuePart due);
  Task<Time> ComparePayments(storage::DuePart due);
  Task<Time> SumLedger(storage::DuePart due);
  Task<> LookAgain();

  storage::Findings& findings_;
  storage::Ledger& ledger_;
  provider::Provider& provider_;
  const DisputeList disputes_;
  const Options options_;
};

}  // namespace market::payment
