// Redis as a cache and a shared counter, never as the truth: whatever goes wrong, a read is a miss, a write
// does nothing and a count is unknown. No call throws because of Redis,
// and none waits longer than the timeout.
//
// One connection, pipelined: commands of many coroutines share it. While there is no working connection,
// calls return at once; the client connects again by itself with growing pauses and trusts a connection once
// it answered a PING. Too many timeouts in a row drop the connection: a hanging server then costs nothing
// either. hiredis parses the replies; the socket is ours. Io thread only. Start before use, Close before
// destruction. Needs Redis 7 or Valkey (PEXPIRE NX).
#pragma once
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "platform/telemetry/work.hpp"

namespace market::redis {

struct Options {
  std::string address = "127.0.0.1:6379";  // host:port, or unix:/path/of/socket
  std::string password;                    // empty: none
  std::string key_prefix;                  // in front of every key, "product:"
  std::chrono::milliseconds timeout{20};   // of one call
  std::chrono::milliseconds connect_timeout{500};
  std::chrono::milliseconds max_reconnect_pause{5000};
  std::size_t max_pending = 4096;           // replies awaited at once; past it calls miss
  std::size_t max_queued_bytes = 8 << 20;   // waiting to be sent; past it calls miss
  std::size_t max_value_bytes = 1 << 20;    // larger values aren't cached
  std::uint32_t timeouts_to_reconnect = 5;  // in a row
};

struct Stats {
  std::uint64_t hits = 0;
  std::uint64_t misses = 0;   // the key was not there
  std::uint64_t unknown = 0;  // a Get that was not asked, or not answered
  std::uint64_t writes = 0;   // Set, Delete and IncrementWithin that were done
  std::uint64_t errors = 0;   // error replies, timeouts, lost connections
  std::uint64_t skipped = 0;  // not asked: no connection, or too many pending
  std::uint64_t connects = 0;
};

class Client {
 public:
  // Throws std::invalid_argument when the address is malformed.
  Client(boost::asio::io_context& io, Options options);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Begins to connect, in the background.
  void Start();

  // Of `work` only the span counts: the time limit is the client's own.
  Task<std::optional<std::string>> Get(Work work, std::string key);
  Task<> Set(Work work, std::string key, std::string value, std::chrono::milliseconds ttl);
  Task<> Delete(Work work, std::string key);
  // Adds one to a counter that vanishes `window` after its first count;
  // the new count, or nothing when unknown.
  Task<std::optional<std::int64_t>> IncrementWithin(Work work, std::string key,
                                                    std::chrono::milliseconds window);

  bool Connected() const;
  const Stats& GetStats() const;
  // Called on each change of Connected, for the log.
  void OnConnectionChange(std::function<void(bool connected, std::string_view reason)> listener);

  Task<> Close();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;  // shared with handlers of the loop that may run after the client is gone
};

}  // namespace market::redis
