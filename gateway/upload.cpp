#include "gateway/upload.hpp"

#include <google/protobuf/reflection.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <utility>

#include "gateway/answer_fields.hpp"
#include "gateway/problem.hpp"
#include "platform/core/error.hpp"
#include "platform/crypto/base64url.hpp"
#include "platform/crypto/digest.hpp"
#include "platform/crypto/hex.hpp"
#include "platform/rpc/keyed.hpp"
#include "platform/runtime/backoff.hpp"

namespace market::gateway {
namespace {

using marketplace::type::v1::Piece;

// What one takes is cut the same whatever way the body comes, so that a repeat finds its pieces there.
constexpr std::size_t kFirstPieceBytes = 16UL * 1024;
constexpr std::size_t kPieceBytes = 192UL * 1024;  // fits a message of gRPC with the rest of a Piece
constexpr int kSendTries = 4;

// The outcome is not known, or nothing happened: sending the piece again does no harm. Who has too much to do is asked
// again only where a part has come already.
bool MayMend(const Error& error, bool has_begun) {
  return error.code == Code::kUnavailable || error.code == Code::kDeadlineExceeded ||
         (has_begun && error.reason == "OVERLOADED");
}

// Who asks, by the claim of an access token; of another credential, itself.
std::string SubjectOf(std::string_view authorization) {
  constexpr std::string_view kClaim = "\"sub\":\"";
  const auto first = authorization.find('.');
  const auto last = authorization.rfind('.');
  if (first != last) {
    const auto claims = crypto::Base64UrlDecode(authorization.substr(first + 1, last - first - 1));
    const auto at = claims ? claims->find(kClaim) : std::string::npos;
    if (at != std::string::npos) {
      const auto begin = at + kClaim.size();
      return claims->substr(begin, claims->find('"', begin) - begin);
    }
  }
  return std::string(authorization);
}

}  // namespace

UploadForm::UploadForm(const rpc::Method& method, const transcoding::MessageSchema& request)
    : field_(FindField(request, method.rest.upload(), transcoding::Kind::kMessage)),
      bytes_max_(method.rest.upload_bytes_max()),
      pieces_path_(method.path.substr(0, method.path.rfind('/') + 1) + method.rest.pieces()) {
  if (field_ == nullptr || field_->message->descriptor != marketplace::type::v1::Upload::descriptor() ||
      bytes_max_ == 0) {
    throw std::logic_error(method.path + ": `rest.upload` needs an Upload and a limit");
  }
}

void UploadForm::Tell(google::protobuf::Message& request, marketplace::type::v1::Upload upload) const {
  auto& told = *request.GetReflection()->MutableMessage(&request, field_->field);
  static_cast<marketplace::type::v1::Upload&>(told) = std::move(upload);
}

std::string UploadForm::MediaTypeOf(const http::Headers& headers) {
  const auto refuse = [](const char* why) {
    return Error(Code::kInvalidArgument, "UNSUPPORTED_MEDIA_TYPE", why);
  };
  const auto encoding = headers.Find("Content-Encoding");
  if (encoding && !http::EqualsIgnoreCase(*encoding, "identity")) {
    throw refuse("the body is the file as it is, without a Content-Encoding");
  }
  const std::string_view type = headers.Get("Content-Type");
  const bool plain = std::ranges::all_of(type, [](char c) { return c >= ' ' && c <= '~'; });
  if (headers.Count("Content-Type") > 1 || !plain) throw refuse("there is one Content-Type, in ASCII");
  // A page's form would send it so: its frame would become part of the file.
  if (http::EqualsIgnoreCase(type.substr(0, 10), "multipart/")) {
    throw refuse("the body is the file itself, not a form with the file in it");
  }
  return std::string(type);
}

Uuid UploadIdOf(const rpc::Method& method, const rpc::Incoming& caller) {
  if (caller.authorization.empty()) return Uuid::NewV7();
  const auto key = rpc::KeyOf(rpc::KeyRuleOf(method), caller.idempotency_key);
  if (!key) return Uuid::NewV7();
  std::string name = "upload\n";
  name.append(method.path).append("\n");
  name.append(SubjectOf(caller.authorization)).append("\n");
  name.append(*key);
  return Uuid::FromName(name);
}

Task<marketplace::type::v1::Upload> Upload::PassOn(http::BodyReader* body, const telemetry::Span& span) {
  crypto::Sha256Stream digest;
  std::optional<Places::Place> place;
  std::string held;
  for (bool ended = body == nullptr; !ended;) {
    const std::size_t wanted = bytes_ == 0 ? kFirstPieceBytes : kPieceBytes;
    while (!ended && held.size() < wanted) {
      const auto more = co_await Pull(*body);
      ended = more.empty();
      held += more;
    }
    if (held.empty()) break;
    std::string piece = held.substr(0, wanted);
    held.erase(0, piece.size());
    digest.Add(piece);
    co_await Send(std::move(piece), place ? nullptr : &span);
    // Only now: nobody without an account can take the places of others.
    if (!place) place.emplace(of_.places.Enter());
    ended = ended && held.empty();
  }
  if (bytes_ == 0)
    throw Error(Code::kInvalidArgument, "BAD_REQUEST", "the body is the file, and it is empty");
  marketplace::type::v1::Upload upload;
  upload.set_id(id_);
  upload.set_size(static_cast<std::int64_t>(bytes_));
  crypto::AppendHex(*upload.mutable_sha256(), digest.Finish());
  co_return upload;
}

Task<std::string> Upload::Pull(http::BodyReader& body) {
  try {
    co_return co_await body.Next();
  } catch (const http::BodyFailure& failure) {
    if (!failure.fault) throw Error(Code::kCancelled, "CANCELLED", "the caller went away");
    if (*failure.fault == http::Fault::kBodyTooLarge) {
      throw Error(Code::kInvalidArgument, "BODY_TOO_LARGE",
                  "the file can have at most " + std::to_string(of_.bytes_max) + " bytes");
    }
    throw ErrorOf(*failure.fault);
  }
}

Task<> Upload::Send(std::string content, const telemetry::Span* span) {
  const auto size = content.size();
  Piece piece;
  piece.set_upload_id(id_);
  piece.set_offset(static_cast<std::int64_t>(bytes_));
  piece.set_content(std::move(content));
  runtime::Backoff backoff(runtime::kBetweenAttempts);
  for (int tried = 1;; ++tried) {
    std::optional<Error> refusal;
    try {
      co_await Ask(piece, span);
    } catch (const Error& error) {
      refusal = error;  // acted upon below
    }
    if (!refusal) break;
    if (!MayMend(*refusal, bytes_ > 0) || tried == kSendTries) throw *refusal;
    co_await runtime::SleepFor(std::max<std::chrono::nanoseconds>(
        backoff.Next(), refusal->retry_after.value_or(std::chrono::milliseconds(0))));
  }
  bytes_ += size;
}

Task<> Upload::Ask(const Piece& piece, const telemetry::Span* span) {
  rpc::Incoming incoming = caller_;
  incoming.deadline = runtime::After(of_.pieces.timeout);
  incoming.idempotency_key.clear();  // it is the method's
  CallContext call(incoming.deadline);
  if (span != nullptr) rpc::CallContextBuilder(call).Span(*span);
  std::string answer;
  co_await of_.backend.Call(of_.pieces, std::move(incoming), call, piece, answer);
}

}  // namespace market::gateway
