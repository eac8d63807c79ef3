// The one place where a call enters a process: deadline, identity, policy, field rules, idempotency, span,
// metrics, access line and the mapping of errors happen here and nowhere else,
// so that handlers hold the story alone.
//
// Two doors, one path: Serve() puts the bound methods on a gRPC server; Call() is how a gateway in the same
// process (the single shape) reaches them without a hop. Io thread only; must outlive the server it serves.
#pragma once
#include <cstdint>
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
namespace market::identity {
class TokenVerifier;
}
namespace market::telemetry {
class Metrics;
class Tracer;
}  // namespace market::telemetry
namespace market::resilience {
class Admission;
}

namespace market::rpc {

// What a call from outside brings, whichever door it takes.
struct Incoming {
  runtime::Deadline deadline = runtime::kNoDeadline;
  std::string authorization;  // "Bearer …" or empty
  std::string request_id;
  std::string idempotency_key;  // as it came, quoted or bare
  std::string client_address;   // without a port
  std::string user_agent;       // as it came
  std::string accept_language;  // as it came
};

struct EdgeOptions {
  // Without TLS there is no certificate to tell who calls. kOutside: everybody is outside. kByMetadata: the
  // metadata "x-market-service" is believed; for tests and a loopback that nobody else reaches.
  enum class Plaintext { kOutside, kByMetadata };

  // Certificate names that stand for the outside: their calls need a user audience, and who their client is
  // they say in X-Forwarded-For. Whoever else calls is the client itself.
  std::vector<std::string> outside = {"edge", "gateway"};
  // The one of them that is ours: what it says about traces is believed, and what its client calls itself is in
  // X-Forwarded-User-Agent.
  std::string gateway = "gateway";
  // The one of those who run the machines (marketctl): an operator who may everything, without an account. It is
  // told by the certificate of the connection alone, and a proxy has one of its own: nothing that a client sends
  // through it is this one. A token beside it counts for nothing.
  std::string operators = "operator";
  Plaintext plaintext_services = Plaintext::kOutside;
  // Access lines: every call that failed on our side, was slower than slow_after or has a sampled trace; one
  // of this many of the others.
  std::uint32_t log_one_of = 100;
  std::chrono::milliseconds slow_after{1000};
};

class Edge {
 public:
  Edge(EdgeOptions options, identity::TokenVerifier& verifier, resilience::Admission& admission,
       telemetry::Metrics& metrics, telemetry::Tracer& tracer);
  ~Edge();

  // Adds a service. `answers` is needed by services that have methods which may be called under an
  // idempotency key (std::logic_error); may be null otherwise.
  void Add(Binding binding, idempotency::Store* answers);
  // Before Server::Listen, after every Add.
  void Serve(grpc::Server& server);

  // A call from outside, in process. `call` is filled from `incoming`; its span is the caller's. Throws Error
  // as a client would see it.
  Task<> Call(const Method& method, Incoming incoming, CallContext& call, const Message& request,
              Message& response);

  // Whether what a call has shown (its token) still holds: for who lets calls wait. What nobody can be asked about
  // is believed.
  Task<bool> StillHolds(std::string token, runtime::Deadline deadline);
  // Whether a method that was added waits.
  bool Waits() const;

  // A handler under an idempotency key runs to its end even if its caller leaves. Waits for those; after the
  // servers have drained and before what handlers use goes away.
  Task<> Drain(runtime::Deadline deadline);

  // Every method that was added.
  std::vector<const Method*> Methods() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace market::rpc
