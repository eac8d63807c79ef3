#include "gateway/kept_reads.hpp"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "gateway/answer_fields.hpp"
#include "gateway/names.hpp"
#include "gateway/negotiation.hpp"
#include "platform/core/error.hpp"
#include "platform/rpc/call_context.hpp"
#include "platform/rpc/languages.hpp"

namespace market::gateway {
namespace {

constexpr std::string_view kService = "service";
constexpr std::string_view kKind = "kind";

constexpr KeptReads::How kHit = "hit";
constexpr KeptReads::How kJoined = "joined";
constexpr KeptReads::How kMiss = "miss";
constexpr KeptReads::How kNotKept = "not_kept";

// The same bytes for the same message.
std::string BytesOf(const Message& message) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&coded);
  }
  return bytes;
}

// Nothing was done, whoever asked: a stranger can't make the gateway forget what it keeps.
bool ChangedNothing(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const Error& error) {
    using enum Code;
    return error.code == kUnauthenticated || error.code == kPermissionDenied ||
           error.code == kInvalidArgument || error.code == kNotFound || error.code == kUnimplemented;
  } catch (...) {  // the caller has it, and goes on with it
    return false;
  }
}

std::vector<Name> ShownBy(const Operation& operation, std::string_view request, std::string_view answer) {
  Names names;
  names.AddWord(kService, operation.Method().service);
  names.AddAll(operation.RequestSchema(), request);
  if (!names.AddAll(operation.AnswerSchema(), answer)) throw Malformed();
  // What is in a list of everything is there without being named by the request.
  if (operation.IsOfOneThing()) return std::move(names).Sorted();
  for (const auto& field : operation.AnswerSchema().fields) {
    if (field.repeated && field.message != nullptr)
      names.AddWord(kKind, field.message->descriptor->full_name());
  }
  return std::move(names).Sorted();
}

http::Response ResponseOf(const KeptAnswer& kept, const http::Headers& headers) {
  if (kept.refusal) throw Error(*kept.refusal);
  if (kept.etag.empty() || !NoneMatchHolds(headers, kept.etag)) return kept.response;
  http::Response response{.status = 304, .headers = kept.response.headers, .body = {}};
  response.headers.Remove("Content-Type");
  return response;
}

std::string KeyOf(const Operation& operation, std::string_view request, std::string_view accept_language) {
  std::string key = operation.Method().path;
  if (operation.IsByLanguage()) {
    for (const auto& tag : rpc::LanguagesIn(rpc::PlainAcceptLanguage(accept_language)))
      key.append(",").append(tag);
  }
  // No path and no tag has one, so the rest is the message.
  key.push_back('\n');
  return key.append(request);
}

}  // namespace

// One read of the service; it may outlast who began it.
struct KeptReads::Asking {
  const Operation& operation;
  std::string request;
  std::unique_ptr<Message> message;
  rpc::Incoming incoming;
  telemetry::Span span;
};

KeptReads::KeptReads(AnswerCache::Limits limits, rpc::Backend& backend, telemetry::Metrics& metrics)
    : backend_(backend),
      cache_(limits, metrics),
      requests_(metrics.AddCounterFamily(
          "http_cache_requests_total", "reads that may be answered from what is kept", {"route", "result"})) {
}

// A rate needs a series that was there before its first event.
void KeptReads::Know(const Operation& operation) {
  if (!cache_.On() || !operation.Method().rest.cached()) return;
  for (const auto how : {kHit, kJoined, kMiss, kNotKept})
    counters_[{&operation, how}] = &requests_.With({operation.Route(), how});
}

bool KeptReads::Answers(const Operation& operation, const http::Headers& headers) const {
  return cache_.On() && operation.Method().rest.cached() && headers.Count("Authorization") == 0;
}

KeptReads::Question KeptReads::Asked(const Operation& operation, const http::Headers& headers,
                                     const Message& message) {
  auto request = BytesOf(message);
  auto key = KeyOf(operation, request, headers.Get("Accept-Language"));
  return {.operation = operation, .request = std::move(request), .key = std::move(key)};
}

std::optional<http::Response> KeptReads::Find(const Question& question, const http::Headers& headers,
                                              How& how) {
  const auto answer = Peek(question, how);
  return answer ? std::optional(ResponseOf(*answer, headers)) : std::nullopt;
}

AnswerCache::Answer KeptReads::Peek(const Question& question, How& how) {
  auto answer = cache_.Find(question.key);
  if (answer) Count(question.operation, how = kHit);
  return answer;
}

Task<http::Response> KeptReads::Read(Question question, const http::Headers& headers, rpc::Incoming incoming,
                                     const telemetry::Span& span, How& how) {
  co_return ResponseOf(*co_await Get(std::move(question), std::move(incoming), span, how), headers);
}

Task<AnswerCache::Answer> KeptReads::Get(Question question, rpc::Incoming incoming,
                                         const telemetry::Span& span, How& how) {
  const auto deadline = incoming.deadline;
  auto fill = FillOf(question, std::move(incoming), span);
  AnswerCache::Answer answer;
  if (question.key.size() <= AnswerCache::kKeyBytesMax) {
    how = kMiss;
    const auto got = co_await cache_.Get(std::move(question.key), deadline, std::move(fill));
    answer = got.answer;
    if (!got.alone) how = kJoined;
  } else {
    how = kNotKept;
    answer = (co_await fill()).answer;
  }
  Count(question.operation, how);
  co_return answer;
}

KeptAnswer KeptReads::AnswerOf(const Operation& operation, std::string_view answer) {
  KeptAnswer kept{.response = operation.WriteResponse(answer, {}), .etag = {}, .refusal = {}};
  kept.response.body.shrink_to_fit();  // it had room for more
  kept.etag = operation.EtagOf(answer);
  return kept;
}

AnswerCache::Fill KeptReads::FillOf(const Question& question, rpc::Incoming incoming,
                                    const telemetry::Span& span) {
  const Operation& operation = question.operation;
  auto asking =
      std::make_shared<Asking>(Asking{.operation = operation,
                                      .request = question.request,
                                      .message = std::unique_ptr<Message>(operation.Method().request->New()),
                                      .incoming = std::move(incoming),
                                      .span = span.Child("cache.fill", telemetry::SpanKind::kInternal)});
  asking->message->ParseFromString(asking->request);
  return [&backend = backend_, asking = std::move(asking)] { return Ask(backend, asking); };
}

Task<AnswerCache::Filled> KeptReads::Ask(rpc::Backend& backend, std::shared_ptr<Asking> asking) {
  const Operation& operation = asking->operation;
  auto incoming = asking->incoming;
  incoming.deadline = runtime::After(operation.Method().timeout);
  CallContext call(incoming.deadline);
  rpc::CallContextBuilder(call).Span(asking->span);
  auto kept = std::make_shared<KeptAnswer>();
  std::string answer;
  try {
    co_await backend.Call(operation.Method(), std::move(incoming), call, *asking->message, answer);
    *kept = AnswerOf(operation, answer);
  } catch (const Error& error) {
    if (error.code != Code::kNotFound) throw;
    kept->refusal = error;
    answer.clear();
  }
  asking->span.End();
  AnswerCache::Filled filled{.answer = std::move(kept), .shows = ShownBy(operation, asking->request, answer)};
  co_return filled;
}

void KeptReads::Changed(const Operation& operation, const Message& message, std::string_view answer,
                        const std::exception_ptr& failure) {
  const auto& method = operation.Method();
  if (!cache_.On() || method.safe || (failure && ChangedNothing(failure))) return;
  Names names;
  names.AddAll(operation.RequestSchema(), BytesOf(message));
  names.AddAll(operation.AnswerSchema(), answer);
  names.AddWord(kKind, operation.AnswerSchema().descriptor->full_name());
  // It does not say what it was part of.
  if (operation.AnswersNothing()) names.AddWord(kService, method.service);
  cache_.Touch(std::move(names).Sorted());
}

void KeptReads::Count(const Operation& operation, How how) { counters_.at({&operation, how})->Increment(); }

}  // namespace market::gateway
