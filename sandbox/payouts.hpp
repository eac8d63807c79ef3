// Payouts of the provider for development: money that its customer sends to bank accounts, the nasty parts included.
//
// Stripe pays out to accounts of its own; these routes are ours, in its spelling.
//
//   POST /v1/payouts amount= currency= destination= holder= reference=     Bearer key, Idempotency-Key
//   GET  /v1/payouts?key=K      the one that was made under that key, if any; each look is a day later
//   GET  /v1/payouts?after=N    all of them in order, after a sequence number, at most 1000: nothing moves
//
// What becomes of one is said by the end of the account's number: …9001 is refused, …9002 fails after it was accepted, …9003 is paid
// and comes back, …9004 stays under way, …9005 is accepted with an answer that comes after the caller has given up; all others are
// paid. Of a `work` only the span counts. Io thread only.
#pragma once
#include <chrono>
#include <string>

#include "platform/postgres/database.hpp"
#include "platform/telemetry/work.hpp"
#include "sandbox/answers.hpp"
#include "sandbox/form.hpp"

namespace market::sandbox {

class Payouts {
 public:
  Payouts(postgres::Database& database, std::chrono::milliseconds timeout_hold)
      : database_(database), timeout_hold_(timeout_hold) {}

  Task<Answer> Create(Work work, std::string key, Form form);
  // By its key, or all after a sequence number.
  Task<Answer> Get(Work work, Form form);
  Task<Answer> Find(Work work, std::string key);
  Task<Answer> List(Work work, std::int64_t after);

 private:
  postgres::Database& database_;
  const std::chrono::milliseconds timeout_hold_;
};

}  // namespace market::sandbox
