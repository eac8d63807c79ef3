// The one place where a call enters a process: deadline, identity, policy, field rules, idempotency, span, metrics,
// access line and the mapping of errors happen here and nowhere else, so that handlers hold the story alone.
//
// Two doors, one path: Serve() puts the bound methods on a gRPC server; Call() is how a gateway in the same process
// (the single shape) reaches them without a hop. Io thread only; must outlive the server it serves.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "platform/rpc/method.hpp"

namespace market::grpc {
class Server;
}
namespace market::idempotency {
class Store;
}
namespace market::telemetry {
class Metrics;
}
namespace market::resilience {
class Admission;
}

namespace market::rpc {

class TokenVerifier;

// What a call from outside brings, whichever door it takes.
struct Incoming {
  runtime::Deadline deadline = runtime::kNoDeadline;
  std::string authorization;    // "Bearer …" or empty
  std::string traceparent;
  std::string request_id;
  std::string idempotency_key;
};

struct EdgeOptions {
  // Certificate names that stand for the outside: their calls need a user audience.
  std::vector<std::string> outside = {"edge", "gateway"};
};

class Edge {
 public:
  Edge(EdgeOptions options, TokenVerifier& verifier, resilience::Admission& admission, telemetry::Metrics& metrics);
  ~Edge();

  // Adds a service. `outcomes` is needed by services that have methods with an idempotency key; may be null otherwise.
  void Add(Binding binding, idempotency::Store* outcomes);
  void Serve(grpc::Server& server);

  // A call from outside, in process. `call` is filled from `incoming`. Throws Error as a client would see it.
  Task<> Call(const Method& method, Incoming incoming, CallContext& call, const Message& request, Message& response);

  // Every method that was added.
  std::vector<const Method*> Methods() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace market::rpc
