// grpc.health.v1.Health: Check and Watch. Anybody who reaches the server may ask; watches are few and end, and their
// client asks again.
//
// Owner: main, which sets what is ready and freezes it to kNotServing before the server drains. Io thread
// only; must outlive the server's handlers.
#pragma once
#include <map>
#include <memory>
#include <string>

#include "platform/grpc/server.hpp"

namespace market::grpc {

enum class Serving { kUnknown, kServing, kNotServing };

inline constexpr StreamLimits kWatches{.max_calls = 256, .max_lifetime = std::chrono::minutes(10)};

class HealthService {
 public:
  // Registers the methods; before Server::Listen. The empty name is the whole server and starts as kServing.
  explicit HealthService(Server& server, StreamLimits watches = kWatches);
  ~HealthService();
  HealthService(const HealthService&) = delete;
  HealthService& operator=(const HealthService&) = delete;

  void Set(std::string service, Serving serving);
  // Sets every known name, now and for good: later Sets are ignored. For shutdown.
  void Freeze(Serving serving);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace market::grpc
