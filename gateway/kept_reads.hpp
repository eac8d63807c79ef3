// Public reads that are answered from what is kept (`rest.cached` of the contract), and what a change lets go of it.
//
// Who shows a token is never answered from here, nor is what he is told kept. Two spellings of one request are one: the key
// is the method, its message as it is sent to the service, and, where texts depend on it, the languages that the caller
// reads, as a service reads them.
//
// What an answer shows, and what a change has touched, is what request and answer name (names.hpp), for what a change makes
// or takes away the kind of the lists that it may stand in, and everything of a service for a change that answers nothing.
//
// Owner: the gateway. Io thread only. docs/edge.md, ADR 48.
#pragma once
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/answer_cache.hpp"
#include "gateway/operation.hpp"
#include "platform/http/message.hpp"
#include "platform/rpc/backend.hpp"
#include "platform/telemetry/metrics.hpp"
#include "platform/telemetry/span.hpp"

namespace market::gateway {

class KeptReads {
 public:
  // How an answer came about, as logs, traces and metrics call it; empty: it is of no such read.
  using How = std::string_view;

  // `metrics` and `backend` must outlive it.
  KeptReads(AnswerCache::Limits limits, rpc::Backend& backend, telemetry::Metrics& metrics);

  // Once for each operation, before it is asked: what may be kept of it is counted from 0. It must outlive this.
  void Know(const Operation& operation);
  bool Answers(const Operation& operation, const http::Headers& headers) const;
  // One read, as all who ask it the same way share it.
  struct Question {
    const Operation& operation;
    std::string request;  // the message, in its one serialisation
    std::string key;
  };
  static Question Asked(const Operation& operation, const http::Headers& headers, const Message& message);
  // From what is kept; nothing: Read it. Throws Error: it is kept that there is no such thing.
  std::optional<http::Response> Find(const Question& question, const http::Headers& headers, How& how);
  // The same for who wants an answer as it is kept; null: Get it.
  AnswerCache::Answer Peek(const Question& question, How& how);
  // Asks the service, or waits for what somebody else has asked. `incoming` is the caller's; his `span` may be over before
  // what this begins. Throws Error.
  Task<http::Response> Read(Question question, const http::Headers& headers, rpc::Incoming incoming,
                            const telemetry::Span& span, How& how);

  // The same, as it is kept.
  Task<AnswerCache::Answer> Get(Question question, rpc::Incoming incoming, const telemetry::Span& span,
                                How& how);
  // An answer to who asks past what is kept, made up as those are.
  static KeptAnswer AnswerOf(const Operation& operation, std::string_view answer);

  // When what changes something has been called, before anybody is told; `answer` where there was no `failure`.
  void Changed(const Operation& operation, const Message& message, std::string_view answer,
               const std::exception_ptr& failure);

  Task<> Drain(runtime::Deadline deadline) { return cache_.Drain(deadline); }

 private:
  struct Asking;

  AnswerCache::Fill FillOf(const Question& question, rpc::Incoming incoming, const telemetry::Span& span);
  static Task<AnswerCache::Filled> Ask(rpc::Backend& backend, std::shared_ptr<Asking> asking);
  void Count(const Operation& operation, How how);

  rpc::Backend& backend_;
  AnswerCache cache_;
  telemetry::CounterFamily& requests_;
  std::map<std::pair<const Operation*, How>, telemetry::Counter*> counters_;
};

}  // namespace market::gateway
