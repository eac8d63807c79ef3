// Idempotency keys: who may run an operation now, and what an earlier run answered.
//
// The claim is a lease with a fence, committed before the first effect. A definitive answer is kept and
// replayed; an indefinite one (time-out, crash) is not: the lease ends and a retry runs the operation again
// under the same operation_id, by which the operation finds what the earlier run did.
//
// The operation_id belongs to the live key, not to its text: a key that has expired is a new request and gets
// another one, so that what is found by it is always an answer to this request.
//
// A method whose contract says `claims_key` is run before its key is claimed: its storage does that in the
// transaction of the first effect (with_effect.hpp), which saves a commit, and may keep the answer in that of
// the last one, which saves another.
//
// Owner: the rpc edge calls Begin before a method that is called under a key and Finish or Abandon after it;
// methods see only Claimed::operation_id. Io thread only. Every call throws Error UNAVAILABLE when the store
// can't be reached.
#pragma once
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <variant>

#include "platform/core/id.hpp"
#include "platform/telemetry/work.hpp"

namespace market::idempotency {

struct Request {
  std::string principal;    // a key of another principal is invisible
  std::string method;       // full method name
  std::string key;          // 1-255 printable ASCII characters
  std::string fingerprint;  // SHA-256 of the canonical request, 32 bytes
};

// Of the first claim of a key: nothing can have come of it before.
inline constexpr std::int64_t kFirstFence = 1;

// Run it. `operation_id` is the natural key of the effect: the same for every run of one request. `fence`
// grows with each run; a run whose fence is stale can't finish the key any more.
struct Claimed {
  Uuid operation_id;
  std::int64_t fence = 0;
};
struct Replay {
  std::string answer;
};
// A twin is running.
struct InFlight {
  std::chrono::milliseconds retry_after{0};
};
// The key was used for another request.
struct OtherRequest {};

// How long a run may take before another may take over, and how long an answer is kept.
inline constexpr std::chrono::milliseconds kLease{30'000};
inline constexpr std::chrono::hours kKeep{72};

// The key of a running request, for a method that claims its own.
struct RequestKey {
  Request request;
  Uuid operation_id = Uuid::NewV7();
  std::int64_t fence = 0;  // 0: nobody has claimed it for this run yet
  bool answered = false;   // its answer is kept

  bool Claimed() const { return fence > 0; }
};

// Thrown by the storage of such a method: the key is another run's, and nothing has happened.
class KeyTaken : public std::runtime_error {
 public:
  KeyTaken() : std::runtime_error("another run has claimed this idempotency key") {}
};

using Decision = std::variant<Claimed, Replay, InFlight, OtherRequest>;

class Store {
 public:
  virtual ~Store() = default;

  virtual Task<Decision> Begin(Work work, const Request& request) = 0;
  // Keeps the definitive answer; ignored when the fence is stale.
  virtual Task<> Finish(Work work, const Request& request, std::int64_t fence, std::string answer) = 0;
  // Nothing definitive happened: the lease ends now, so that a retry need not wait for it.
  virtual Task<> Abandon(Work work, const Request& request, std::int64_t fence) = 0;
};

}  // namespace market::idempotency
