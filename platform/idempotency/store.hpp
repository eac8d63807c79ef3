// Idempotency keys: who may run an operation now, and what an earlier run answered.
//
// The claim is a lease with a fence, committed before the first effect. A definitive answer is kept and
// replayed; an indefinite one (time-out, crash) is not: the lease ends and a retry runs the operation again
// under the same operation_id, by which the operation finds what the earlier run did.
//
// The operation_id belongs to the live key, not to its text: a key that has expired is a new request and gets
// another one, so that what is found by it is always an answer to this request.
//
// Owner: the rpc edge calls Begin before a method that is called under a key and Finish or Abandon after it;
// methods see only Claimed::operation_id. Io thread only. Every call throws Error UNAVAILABLE when the store
// can't be reached.
#pragma once
#include <chrono>
#include <cstdint>
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
