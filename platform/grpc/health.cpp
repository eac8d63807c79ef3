#include "platform/grpc/health.hpp"

#include <grpc/health/v1/health.pb.h>

#include <vector>

#include "platform/runtime/one_shot.hpp"

namespace market::grpc {
namespace {

using ::grpc::health::v1::HealthCheckRequest;
using ::grpc::health::v1::HealthCheckResponse;

HealthCheckResponse::ServingStatus ToProto(Serving serving) {
  switch (serving) {
    case Serving::kServing:
      return HealthCheckResponse::SERVING;
    case Serving::kNotServing:
      return HealthCheckResponse::NOT_SERVING;
    case Serving::kUnknown:
      break;
  }
  return HealthCheckResponse::UNKNOWN;
}

std::string Serialize(HealthCheckResponse::ServingStatus status) {
  HealthCheckResponse response;
  response.set_status(status);
  return response.SerializeAsString();
}

}  // namespace

struct HealthService::State {
  std::map<std::string, Serving> services{{"", Serving::kServing}};
  bool frozen = false;
  std::vector<std::weak_ptr<runtime::OneShot<>>> watchers;  // told of the next change, whichever it is
  std::size_t watching = 0;

  HealthCheckResponse::ServingStatus StatusOf(const std::string& service) const {
    const auto found = services.find(service);
    return found == services.end() ? HealthCheckResponse::SERVICE_UNKNOWN : ToProto(found->second);
  }

  void Tell() {
    for (const auto& watcher : std::exchange(watchers, {})) {
      if (const auto waiting = watcher.lock()) waiting->Set();
    }
  }

  std::shared_ptr<runtime::OneShot<>> NextChange() {
    // Watchers that left are swept when they outnumber those that stay.
    if (watchers.size() > 2 * watching)
      std::erase_if(watchers, [](const auto& watcher) { return watcher.expired(); });
    auto change = std::make_shared<runtime::OneShot<>>();
    watchers.push_back(change);
    return change;
  }

  // Sends every change until the client leaves or its longest time is over.
  static Task<Status> Watch(std::shared_ptr<State> state, ServerCall& call) {
    auto request_bytes = co_await call.Read();
    HealthCheckRequest request;
    if (!request_bytes || !request.ParseFromString(*request_bytes)) {
      co_return Status{Code::kInvalidArgument, "not a HealthCheckRequest", {}};
    }
    struct Watcher {
      explicit Watcher(std::size_t& count) : count(++count) {}
      ~Watcher() { --count; }
      std::size_t& count;
    } const watcher(state->watching);
    std::optional<HealthCheckResponse::ServingStatus> told;
    for (;;) {
      const auto now = state->StatusOf(request.service());
      if (told != now) {
        told = now;
        co_await call.Write(Serialize(now));
        continue;  // it may have changed meanwhile
      }
      const auto change = state->NextChange();
      co_await change->Wait();
    }
  }
};

HealthService::HealthService(Server& server, StreamLimits watches) : state_(std::make_shared<State>()) {
  server.HandleUnary(
      "/grpc.health.v1.Health/Check", [state = state_](ServerCall&, std::string bytes) -> Task<UnaryReply> {
        HealthCheckRequest request;
        if (!request.ParseFromString(bytes)) {
          co_return UnaryReply{{Code::kInvalidArgument, "not a HealthCheckRequest", {}}, {}, {}};
        }
        const auto status = state->StatusOf(request.service());
        if (status == HealthCheckResponse::SERVICE_UNKNOWN) {
          co_return UnaryReply{{Code::kNotFound, "unknown service", {}}, {}, {}};
        }
        co_return UnaryReply{{}, Serialize(status), {}};
      });
  server.HandleStream(
      "/grpc.health.v1.Health/Watch",
      [state = state_](ServerCall& call) { return State::Watch(state, call); }, watches);
}

HealthService::~HealthService() = default;

void HealthService::Set(std::string service, Serving serving) {
  if (state_->frozen) return;
  state_->services.insert_or_assign(std::move(service), serving);
  state_->Tell();
}

void HealthService::Freeze(Serving serving) {
  if (state_->frozen) return;
  state_->frozen = true;
  for (auto& [service, status] : state_->services) status = serving;
  state_->Tell();
}

}  // namespace market::grpc
