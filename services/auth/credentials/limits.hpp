// How often somebody may try to come in at this replica, before a password is hashed or a statement is spent:
// by address or, of a known device, by device. What N replicas let in together is counted behind it
// (storage/caller_limits.hpp); this is what a flood meets first.
//
// Bounded by callers_max; past it the count used least recently is forgotten. Io thread only.
#pragma once
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "platform/core/error.hpp"
#include "platform/core/id.hpp"
#include "platform/resilience/fair_queue.hpp"
#include "platform/resilience/token_bucket.hpp"
#include "services/auth/domain/throttle.hpp"

namespace market::auth {

// Who stands at the door.
struct Visitor {
  std::string address;         // or its IPv6 network: rpc::NetworkOf
  std::optional<Uuid> device;  // one that has signed in to this account before

  resilience::Standing Standing() const {
    return device ? resilience::Standing::kKnown : resilience::Standing::kStranger;
  }
  domain::Guesser Guesser() const { return {.device = device, .address = device ? "" : address}; }
};

// What is limited. A sign-in of a known device is its device's, and no other's.
enum class Entry { kSignUp, kSignIn, kSignInOfDevice, kMail };

class Limits {
 public:
  struct Options {
    // An office or a school behind one address signs up a class at once; who tries which e-mails have an
    // account gets no further than that in an hour.
    domain::RateLimit sign_ups{.count = 30, .window = std::chrono::hours(1)};
    // A morning of an office without known devices; a guesser tries 14,400 pairs of e-mail and password a day
    // and address, one hash every 6 s.
    domain::RateLimit sign_ins{.count = 100, .window = std::chrono::minutes(10)};
    // Mails with a token that somebody who is not signed in asks for.
    domain::RateLimit mails{.count = 20, .window = std::chrono::hours(1)};
    // What all strangers together may try with one e-mail, from however many addresses. For all replicas.
    domain::RateLimit guesses{.count = 100, .window = std::chrono::hours(1)};
    std::size_t callers_max = 50'000;  // of each kind; some 150 bytes each
  };

  static constexpr std::size_t kEntries = 4;
  using Stats = std::array<std::uint64_t, kEntries>;  // refused here, by entry

  explicit Limits(const Options& options);

  // Counts one more. Throws Refusal().
  void Count(Entry entry, const Visitor& visitor,
             resilience::SteadyTime now = std::chrono::steady_clock::now());

  const domain::RateLimit& Of(Entry entry) const;
  const domain::RateLimit& Guesses() const { return options_.guesses; }
  // By what an entry is counted, for all replicas.
  static std::string CallerOf(Entry entry, const Visitor& visitor);
  // RATE_LIMITED, with the time until the next one.
  static Error Refusal(Entry entry, std::chrono::milliseconds wait);
  Stats Refused() const;

 private:
  const Options options_;
  std::array<resilience::TokenBuckets, kEntries> buckets_;
};

}  // namespace market::auth
