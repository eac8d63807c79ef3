// Internal to the room: what a caller asks of a connection, shared by the caller and the connection's queue.
#pragma once
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <string_view>
#include <vector>

#include "platform/postgres/result.hpp"
#include "platform/postgres/statement.hpp"
#include "platform/runtime/one_shot.hpp"
#include "platform/telemetry/span.hpp"

namespace market::postgres::internal {

enum class Effect : std::uint8_t {
  kNone,      // a read: may share its Sync with others and be sent again
  kStep,      // inside an explicit transaction: lost with its connection, nothing happened
  kCommit,    // ends in a commit: unknown when its answer is lost
  kRollback,  // nobody waits; must be sent
};

struct Request {
  Request(Effect effect, std::string_view name, std::vector<Query> queries)
      : effect(effect), name(name), queries(std::move(queries)), since(std::chrono::steady_clock::now()) {}

  // The caller has left before the answer came: nothing needs it any more.
  bool Abandoned() const { return effect != Effect::kRollback && done.Done(); }
  // Has its connection for itself and nothing to lose.
  bool MayBeCancelled() const {
    return effect == Effect::kStep || (effect == Effect::kNone && hold != nullptr);
  }

  const Effect effect;
  const std::string_view name;
  std::vector<Query> queries;
  std::chrono::steady_clock::time_point since;  // when it was handed in

  // Filled by the connection, read by the caller once `done`.
  std::vector<Result> results;
  std::exception_ptr error;
  // One for each query while somebody records them, ended as the answers come; else empty.
  std::vector<telemetry::Span> spans;
  runtime::OneShot<> done;
  // The lease of a connection that the request has for itself; let go of when the server has answered or the
  // connection is lost.
  std::shared_ptr<void> hold;
  bool cancelled = false;  // the server was asked to stop it
};

}  // namespace market::postgres::internal
