#include "platform/rpc/keyed.hpp"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>

#include "marketplace/options/v1/kept_answer.pb.h"
#include "platform/core/error.hpp"
#include "platform/crypto/base64url.hpp"
#include "platform/crypto/digest.hpp"
#include "platform/grpc/status.hpp"
#include "platform/rpc/error_table.hpp"
#include "platform/rpc/kept_answer.hpp"
#include "platform/telemetry/log.hpp"

namespace market::rpc {
namespace {

using marketplace::options::v1::KeptAnswer;

constexpr std::size_t kKeyBytesMax = 255;
// For keeping an answer: the handler may have used up the call's own deadline.
constexpr std::chrono::milliseconds kKeepLimit{2000};

// An RFC 8941 string without its quotes; nullopt when it is not one.
std::optional<std::string> Unquote(std::string_view text) {
  if (text.size() < 2 || text.back() != '"') return std::nullopt;
  std::string key;
  text = text.substr(1, text.size() - 2);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') return std::nullopt;
    if (text[i] == '\\' && (++i == text.size() || (text[i] != '"' && text[i] != '\\'))) return std::nullopt;
    key += text[i];
  }
  return key;
}

void Give(const idempotency::Replay& replay, KeyedCall& keyed) {
  KeptAnswer answer;
  if (!answer.ParseFromString(replay.answer)) throw std::runtime_error("a kept answer is unreadable");
  keyed.replayed = true;
  if (answer.has_refusal()) {
    const auto& refusal = answer.refusal();
    throw FromStatus({static_cast<Code>(refusal.code()), refusal.message(), refusal.SerializeAsString()});
  }
  if (!keyed.response->ParseFromString(answer.response()))
    throw std::runtime_error("a stored response is unreadable");
}

// What happened is not undone by a store that can't be reached: the key's lease then ends by itself, and a
// retry finds the effect by its operation id.
Task<> Keep(KeyedCall& keyed, const idempotency::Request& request, std::int64_t fence, std::string answer) {
  try {
    const auto work = Work(keyed.call).With(runtime::After(kKeepLimit));
    if (answer.empty()) {
      co_await keyed.store.Abandon(work, request, fence);
    } else {
      co_await keyed.store.Finish(work, request, fence, std::move(answer));
    }
  } catch (const Error& error) {
    telemetry::log::Warn("idempotency.not_kept",
                         {{"method", keyed.bound.method->path}, {"msg", error.message}}, &keyed.call.Trace());
  }
}

// How a run of the handler ended.
struct Ended {
  std::exception_ptr failure;
  std::string answer;  // what the key keeps; empty: nothing definitive happened
  bool taken = false;  // the key was another run's, and nothing has happened
};

// Uses `request` up.
Task<Ended> Invoke(KeyedCall& keyed, idempotency::RequestKey& key, Message& request) {
  CallContextBuilder(keyed.call).OperationId(key.operation_id);
  // The keys of other methods are the edge's alone: what they keep is written here, and nowhere else.
  if (keyed.bound.method->policy.claims_key()) CallContextBuilder(keyed.call).RequestKey(&key);
  Ended ended;
  try {
    co_await keyed.bound.invoke(keyed.call, request, *keyed.response);
    if (keyed.call.Settled() && !key.answered) ended.answer = KeptAnswerOf(*keyed.response);
  } catch (const idempotency::KeyTaken&) {
    ended.taken = true;
  } catch (const Error& error) {
    ended.failure = std::current_exception();
    if (IsDefinitive(error)) ended.answer = KeptAnswerOf(error);
  } catch (...) {
    ended.failure = std::current_exception();  // rethrown by who called
  }
  CallContextBuilder(keyed.call).RequestKey(nullptr);
  co_return ended;
}

Task<> RunClaimed(KeyedCall& keyed, idempotency::RequestKey key) {
  auto ended = co_await Invoke(keyed, key, *keyed.request);
  if (ended.taken) throw std::logic_error(keyed.bound.method->path + " claimed a key twice");
  if (!key.answered) co_await Keep(keyed, key.request, key.fence, std::move(ended.answer));
  if (ended.failure) std::rethrow_exception(ended.failure);
}

// Runs the handler, which claims the key with its first effect. Says how a run ended that claimed nothing: the
// key is then looked at, since it may have an answer.
Task<std::optional<Ended>> RunUnclaimed(KeyedCall& keyed, const idempotency::Request& request) {
  idempotency::RequestKey key{.request = request};
  // Of a copy: when the key turns out to be another run's that died, the request is run again.
  const std::unique_ptr<Message> copy(keyed.request->New());
  copy->CopyFrom(*keyed.request);
  auto ended = co_await Invoke(keyed, key, *copy);
  if (!key.Claimed()) {
    if (!ended.failure && !ended.taken) {
      throw std::logic_error(keyed.bound.method->path + " answered without claiming its key");
    }
    co_return ended;
  }
  if (!key.answered) co_await Keep(keyed, request, key.fence, std::move(ended.answer));
  if (ended.failure) std::rethrow_exception(ended.failure);
  co_return std::nullopt;
}

// Whose the key is: the account's; without one, of who knows the token that the call brings.
std::string PrincipalOf(const KeyedCall& keyed) {
  if (const auto* caller = keyed.call.CallerOrNull()) return caller->account.ToString();
  const auto* field = keyed.bound.method->header_field;
  const auto token =
      field == nullptr ? std::string() : keyed.request->GetReflection()->GetString(*keyed.request, field);
  if (token.empty()) {
    throw InvalidArgument("Idempotency-Key", "NOT_SUPPORTED",
                          "a key belongs to an account, or to a token that comes with it");
  }
  return "token/" + crypto::Base64UrlEncode(crypto::Sha256(token));
}

}  // namespace

KeyRule KeyRuleOf(const Method& method) {
  if (method.safe || method.Allows(marketplace::options::v1::SERVICE)) return KeyRule::kNone;
  if (method.policy.idempotency_key()) return KeyRule::kRequired;
  return method.policy.secret_answer() ? KeyRule::kRefused : KeyRule::kHonoured;
}

std::optional<std::string> KeyOf(KeyRule rule, std::string_view header) {
  if (rule == KeyRule::kNone || (header.empty() && rule != KeyRule::kRequired)) return std::nullopt;
  if (rule == KeyRule::kRefused) {
    throw InvalidArgument(
        "Idempotency-Key", "NOT_SUPPORTED",
        "what this operation answers is a secret, which is never kept: send it without a key");
  }
  return ReadIdempotencyKey(header);
}

std::string ReadIdempotencyKey(std::string_view header) {
  if (header.empty()) {
    throw Error(Code::kInvalidArgument, "IDEMPOTENCY_KEY_REQUIRED",
                "this operation needs an Idempotency-Key");
  }
  const auto key = header.front() == '"' ? Unquote(header) : std::optional(std::string(header));
  const bool printable = key && std::ranges::all_of(*key, [](char c) { return c >= ' ' && c <= '~'; });
  if (!printable || key->empty() || key->size() > kKeyBytesMax) {
    throw InvalidArgument("Idempotency-Key", "INVALID_FORMAT", "must be 1 to 255 printable ASCII characters");
  }
  return *key;
}

std::string KeptAnswerOf(const Message& response) {
  KeptAnswer answer;
  answer.set_response(response.SerializeAsString());
  return answer.SerializeAsString();
}

std::string KeptAnswerOf(const Error& refusal) {
  KeptAnswer answer;
  answer.mutable_refusal()->ParseFromString(ToStatus(refusal).details);
  return answer.SerializeAsString();
}

std::string Fingerprint(const Method& method, const Message& request) {
  std::string canonical = method.path + "\n";
  {
    google::protobuf::io::StringOutputStream stream(&canonical);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    request.SerializeToCodedStream(&coded);
  }
  return crypto::Sha256(canonical);
}

Task<> RunKeyed(KeyedCall& keyed) {
  const idempotency::Request request{.principal = PrincipalOf(keyed),
                                     .method = keyed.bound.method->path,
                                     .key = std::string(keyed.call.IdempotencyKey()),
                                     .fingerprint = Fingerprint(*keyed.bound.method, *keyed.request)};
  std::optional<Ended> refused;
  if (keyed.bound.method->policy.claims_key()) {
    auto ended = co_await RunUnclaimed(keyed, request);
    if (!ended) co_return;
    if (!ended->taken) refused = std::move(ended);
  }
  const auto decision = co_await keyed.store.Begin(keyed.call, request);
  if (const auto* claim = std::get_if<idempotency::Claimed>(&decision)) {
    // Of an earlier claim's run more may have come than this one, which refused before it looked, can know.
    if (refused && claim->fence == idempotency::kFirstFence) {
      co_await Keep(keyed, request, claim->fence, std::move(refused->answer));
      std::rethrow_exception(refused->failure);
    }
    co_await RunClaimed(keyed,
                        {.request = request, .operation_id = claim->operation_id, .fence = claim->fence});
  } else if (const auto* replay = std::get_if<idempotency::Replay>(&decision)) {
    Give(*replay, keyed);
  } else if (refused && refused->answer.empty()) {
    std::rethrow_exception(refused->failure);  // may have been this run's own claim, whose commit nobody saw
  } else if (const auto* twin = std::get_if<idempotency::InFlight>(&decision)) {
    throw Error(Code::kAborted, "IDEMPOTENCY_KEY_IN_FLIGHT",
                "a request with this Idempotency-Key is still running")
        .WithRetryAfter(twin->retry_after);
  } else {
    throw Error(Code::kFailedPrecondition, "IDEMPOTENCY_KEY_REUSED",
                "this Idempotency-Key was used for another request");
  }
}

}  // namespace market::rpc
