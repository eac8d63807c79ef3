// Chains the acts that are committed (migration set "audit"): each seal is a SHA-256 over the one before it
// and one act. The head of the chain goes to the log, so that a change of what was sealed shows even to
// somebody who may change everything in the database. Every replica may run one: they take turns. Owner: the
// service; io thread only.
#pragma once
#include <cstdint>
#include <string>

#include "platform/postgres/database.hpp"
#include "platform/runtime/every.hpp"

namespace market::audit {

class Sealer {
 public:
  struct State {
    std::uint64_t sealed = 0;   // by this process
    std::int64_t position = 0;  // the head, as of the last round
    std::string digest;         // of the head, hex
  };

  // `database` must outlive it; `name` is whose it is: the worker is <name>.seal.
  Sealer(postgres::Database& database, std::string name);

  runtime::Every& Sealing() { return sealing_; }
  // One round.
  Task<runtime::Every::Next> Seal();
  const State& Now() const { return state_; }

 private:
  postgres::Database& database_;
  const std::string name_;
  State state_;
  runtime::Every sealing_;
};

}  // namespace market::audit
