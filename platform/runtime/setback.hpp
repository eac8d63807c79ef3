// What becomes of a row of work whose run did not end well: it is due again later, or it is parked.
//
// What tells that the other side can't say now (UNAVAILABLE, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED,
// CANCELLED) is asked again for ever and counts as no failure: a peer that is away for a night parks nothing.
// Everything else breaks the run: an SQL error, a row that can't be read, a refusal for good. A row that
// breaks `tries` times without a good run in between is parked:
// nobody takes it until an operator lets it go on.
#pragma once
#include <chrono>
#include <cstdint>
#include <exception>
#include <string>

#include "platform/runtime/backoff.hpp"

namespace market::runtime {

struct Setback {
  enum class Then { kDueAgain, kParked };

  std::string why;                     // for people: printable, not too long
  std::uint32_t failures = 0;          // to be stored: runs that broke since the last good one
  std::chrono::milliseconds delay{0};  // until it is due again
  Then then = Then::kDueAgain;

  bool Parked() const { return then == Then::kParked; }
};

struct Patience {
  std::uint32_t tries = 50;  // with the pauses between them about 20 minutes
  Backoff::Options backoff = kBetweenRounds;

  // `attempts`: runs before this one, which set the pause; `failures`: how many of the last ones broke.
  Setback After(const std::exception_ptr& error, std::uint32_t attempts, std::uint32_t failures) const;
};

}  // namespace market::runtime
