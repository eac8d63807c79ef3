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

  bool Answers(const Operation& operation, const http::Headers& headers) const;
  // `incoming` is the caller's, whose `span` is over before what this begins may be. Throws Error.
  Task<http::Response> Read(const Operation& operation, const http::Headers& headers, const Message& message,
                            rpc::Incoming incoming, const telemetry::Span& span, How& how);

  // When what changes something has been called, before anybody is told; `answer` where there was no `failure`.
  void Changed(const Operation& operation, const Message& message, std::string_view answer,
               const std::exception_ptr& failure);

  Task<> Drain(runtime::Deadline deadline) { return cache_.Drain(deadline); }

 private:
  struct Asked;

  static std::string KeyOf(const Operation& operation, std::string_view request,
                           std::string_view accept_language);
  AnswerCache::Fill FillOf(const Operation& operation, std::string request, rpc::Incoming incoming,
                           const telemetry::Span& span);
  static Task<AnswerCache::Filled> Ask(rpc::Backend& backend, std::shared_ptr<Asked> asked);
  void Count(const Operation& operation, How how);

  rpc::Backend& backend_;
  AnswerCache cache_;
  telemetry::CounterFamily& requests_;
  std::map<std::pair<const Operation*, How>, telemetry::Counter*> counters_;
};

}  // namespace market::gateway
