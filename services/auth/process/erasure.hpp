// What follows the closing of an account: every service erases what it keeps of the person, twice. The first pass
// comes when all that hear of auth refuse the account's tokens, the last when none of them is good any more.
//
// Advance is the only code that drives an erasure. Each service is asked by itself, so one that is away, or not yet
// ready (an order is still open), keeps no other waiting; each has erased in a transaction of its own, says the same
// when it is asked again, and is crossed out here when it has said so. Killed between any two lines, the next driver
// asks those that are left.
//
// Owner: the service; io thread only. Throws storage::LostErasure, and what the first peer that failed has thrown,
// once all have been asked.
#pragma once
#include <chrono>

#include "services/auth/process/personal_data_peers.hpp"
#include "services/auth/storage/erasures.hpp"

namespace market::auth {

enum class ErasureOutcome { kPassEnded, kWaits };

class Erasure {
 public:
  // How long before a service is asked again that is not ready: what it waits for are people.
  static constexpr std::chrono::milliseconds kAskAgain = std::chrono::minutes(1);

  explicit Erasure(storage::Erasures& erasures, std::chrono::milliseconds ask_again = kAskAgain)
      : erasures_(erasures), ask_again_(ask_again) {}

  // Before the first Advance.
  void Connect(std::vector<PersonalDataPeer> peers) { peers_ = std::move(peers); }

  // The caller holds `lease`; it is given up when this returns.
  Task<ErasureOutcome> Advance(CallContext& call, storage::ErasureLease lease);

 private:
  storage::Erasures& erasures_;
  const std::chrono::milliseconds ask_again_;
  std::vector<PersonalDataPeer> peers_;
};

}  // namespace market::auth
