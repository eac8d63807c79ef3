// Password hashes: argon2id (RFC 9106) as PHC strings, computed in a small pool so that the io thread stays free.
// What is hashed is not the password but its HMAC-SHA-256 with a pepper (OWASP Password Storage), whose id stands
// before the string: "$pepper=1f2e3d4c$argon2id$v=19$...". A string without one was made without.
//
// A password is hashed as OpaqueString of RFC 8265 has it (platform/unicode), so that it is the same from
// every keyboard. What that profile refuses the edge refuses before (platform/rules); here it is Error
// INVALID_ARGUMENT on `password`.
//
// A new one must also be hard to guess (strength.hpp), which is told in the same place at a thread.
//
// The threads are scarce, so a place at one is waited for in a queue that is fair by address and serves known
// devices first (platform/resilience/fair_queue.hpp: what it refuses and how), and only who has a place can
// ask for a hash. Memory in use is at most threads x memory_kib. Owner: the auth service; io thread only;
// outlives its callers.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "platform/resilience/fair_queue.hpp"
#include "platform/runtime/blocking_pool.hpp"
#include "platform/runtime/task.hpp"
#include "services/auth/credentials/keys.hpp"
#include "services/auth/credentials/limits.hpp"

namespace market::auth {

struct PasswordCost {
  std::uint32_t memory_kib = 19'456;
  std::uint32_t passes = 2;
  std::uint32_t lanes = 1;
};

class Passwords {
 public:
  struct Options {
    PasswordCost cost;
    std::vector<Pepper> peppers;           // the first is today's; none: hashes are made without
    double strength_bits_min = 26;         // of a new one: some 70 million guesses
    resilience::FairQueue::Options queue;  // a place is a thread
    std::function<void(std::chrono::nanoseconds took)> on_done;                         // one hash
    std::function<void(resilience::Standing, std::chrono::nanoseconds took)> on_place;  // the wait for one
  };
  using Place = resilience::FairQueue::Place;
  enum class Match {
    kNo,
    kYes,
    kOutdated,  // right, and its hash is weaker than today's cost or has another pepper: hash it again
  };

  explicit Passwords(Options options);

  // Waits for a place; throws as the queue does. It is good for one hash after the other; whoever is cancelled
  // meanwhile leaves the place taken until its thread has ended.
  Task<Place> Enter(const Visitor& visitor, runtime::Deadline deadline);

  Task<std::string> Hash(Place place, std::string password);
  // One that somebody wants to have from now on.
  struct New {
    std::string field;  // of the request, "newPassword"
    std::string password;
    std::vector<std::string> own;  // what others know of its owner: e-mail, name
  };
  // Throws Error WEAK_PASSWORD, naming the field, for one that would be guessed soon.
  Task<std::string> HashNew(Place place, New wanted);
  // Without a hash (no such account) it takes as long as with one and says kNo; so it does, and logs it, where the
  // hash has a pepper that is not among ours.
  Task<Match> Verify(Place place, std::optional<std::string> hash, std::string password);

  resilience::FairQueue::Stats CurrentLoad() const { return queue_.GetStats(); }

 private:
  template <class Function>
  Task<std::invoke_result_t<Function>> InPool(Place place, Function function);

  const Options options_;
  const std::string nobody_;  // the hash of a password that nobody knows
  resilience::FairQueue queue_;
  runtime::BlockingPool pool_;
};

}  // namespace market::auth
