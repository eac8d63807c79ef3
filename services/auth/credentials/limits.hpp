// How often somebody may try to come in, before a password is hashed or anything is written: sign-ups by
// address, sign-ins by address or, of a known device, by device, mails by address. How often one e-mail may be guessed at is
// counted elsewhere, for all replicas (storage::Sessions::CountTry).
//
// Kept in this process: with N replicas of the service an address gets up to N times as much. Bounded by
// callers_max; past it the count used least recently is forgotten. Io thread only.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "platform/core/id.hpp"
#include "platform/resilience/fair_queue.hpp"
#include "platform/resilience/token_bucket.hpp"

namespace market::auth {

// Who stands at the door.
struct Visitor {
  std::string address;         // or its IPv6 network: rpc::NetworkOf
  std::optional<Uuid> device;  // one that has signed in to this account before

  resilience::Standing Standing() const {
    return device ? resilience::Standing::kKnown : resilience::Standing::kStranger;
  }
};

class Limits {
 public:
  // `count` at once, and as many again spread over each `window`.
  struct Limit {
    std::int64_t count = 1;
    std::chrono::milliseconds window{1000};
  };
  struct Options {
    // An office or a school behind one address signs up a class at once; who tries which e-mails have an
    // account gets no further than that in an hour.
    Limit sign_ups{.count = 30, .window = std::chrono::hours(1)};
    // A morning of an office without known devices; a guesser tries 14,400 pairs of e-mail and password a day
    // and address, one hash every 6 s.
    Limit sign_ins{.count = 100, .window = std::chrono::minutes(10)};
    // Mails with a token that somebody who is not signed in asks for.
    Limit mails{.count = 20, .window = std::chrono::hours(1)};
    std::size_t callers_max = 50'000;  // of each kind; some 150 bytes each
  };

  struct Stats {  // refused
    std::uint64_t sign_ups = 0;
    std::uint64_t sign_ins = 0;
    std::uint64_t sign_ins_of_devices = 0;
    std::uint64_t mails = 0;
  };

  explicit Limits(const Options& options);

  // Throw Error RATE_LIMITED with the time until the next one.
  void CountSignUp(const Visitor& visitor, resilience::SteadyTime now = std::chrono::steady_clock::now());
  void CountSignIn(const Visitor& visitor, resilience::SteadyTime now = std::chrono::steady_clock::now());
  void CountMail(const Visitor& visitor, resilience::SteadyTime now = std::chrono::steady_clock::now());
  Stats Refused() const;

 private:
  resilience::TokenBuckets sign_ups_;
  resilience::TokenBuckets sign_ins_;
  resilience::TokenBuckets sign_ins_of_devices_;
  resilience::TokenBuckets mails_;
};

}  // namespace market::auth
