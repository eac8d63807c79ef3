// Password hashes: argon2id (RFC 9106) as PHC strings,
// computed in a small pool so that the io thread stays free.
//
// The pool and its queue are bounded: past the limit a call throws Error OVERLOADED at once. Memory in use is
// at most threads x memory_kib. Owner: the auth service; io thread only; outlives its callers.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>

#include "platform/runtime/blocking_pool.hpp"
#include "platform/runtime/task.hpp"

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
    std::size_t threads = 1;
    std::size_t queue = 32;
    std::function<void(std::chrono::nanoseconds took)> on_done;  // the wait for a thread included
  };
  struct Load {
    std::size_t running = 0;
    std::size_t waiting = 0;
    std::uint64_t refused = 0;
  };
  enum class Match {
    kNo,
    kYes,
    kOutdated,  // right, and its hash is weaker than today's cost: hash it again
  };

  explicit Passwords(Options options);

  Task<std::string> Hash(std::string password);
  // Without a hash (no such account) it takes as long as with one and says kNo.
  Task<Match> Verify(std::optional<std::string> hash, std::string password);
  // Throws Error OVERLOADED when a call would be refused now.
  void RefuseIfFull();
  Load CurrentLoad() const;

 private:
  template <class Function>
  Task<std::invoke_result_t<Function>> InPool(Function function);

  const Options options_;
  const std::string nobody_;  // the hash of a password that nobody knows
  runtime::BlockingPool pool_;
  std::uint64_t refused_ = 0;
};

}  // namespace market::auth
