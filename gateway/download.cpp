#include "gateway/download.hpp"

#include <fmt/format.h>
#include <google/protobuf/reflection.h>

#include <algorithm>
#include <chrono>
#include <span>
#include <stdexcept>
#include <utility>

#include "gateway/answer_fields.hpp"
#include "platform/core/error.hpp"
#include "platform/runtime/backoff.hpp"

namespace market::gateway {
namespace {

using transcoding::FieldSchema;
using transcoding::Kind;

constexpr int kAskTries = 4;

bool IsLetterOrDigit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool IsPrintable(char c) { return c >= ' ' && c <= '~'; }

// What clients take for part of a path, or of the header.
bool IsPlain(char c) { return IsPrintable(c) && !std::string_view("\"\\/%").contains(c); }

bool IsForAnotherTime(const Error& error) {
  return error.code == Code::kUnavailable || error.code == Code::kDeadlineExceeded ||
         error.code == Code::kResourceExhausted;
}

}  // namespace

DownloadForm::DownloadForm(const rpc::Method& method, transcoding::Schemas& schemas) {
  const auto& request = schemas.Add(method.request->GetDescriptor());
  const auto& response = schemas.Add(method.response->GetDescriptor());
  const auto needed = [&](const transcoding::MessageSchema& of, const char* name, Kind kind) {
    const auto* field = FindField(of, name, kind);
    if (field == nullptr) throw std::logic_error(method.path + ": `rest.download` needs a field " + name);
    return field;
  };
  after_ = needed(request, "after", Kind::kString);
  shown_as_ = FindField(request, "media_type", Kind::kString);
  content_ = needed(response, "content", Kind::kBytes);
  next_ = needed(response, "next", Kind::kString);
  media_type_ = needed(response, "media_type", Kind::kString);
  file_name_ = needed(response, "file_name", Kind::kString);
}

void DownloadForm::GoOnAfter(google::protobuf::Message& request, const std::string& after) const {
  request.GetReflection()->SetString(&request, after_->field, after);
}

void DownloadForm::ShowAs(google::protobuf::Message& request, std::string_view media_type) const {
  if (shown_as_ == nullptr) throw std::logic_error("what shows an answer is told as what, in `media_type`");
  request.GetReflection()->SetString(&request, shown_as_->field, std::string(media_type));
}

DownloadPiece DownloadForm::Read(std::string_view answer) const {
  const auto text = [&](const FieldSchema* field) {
    return std::string(TextOf(answer, std::span<const FieldSchema* const>(&field, 1)));
  };
  return {text(content_), text(next_), text(media_type_), text(file_name_)};
}

std::string ContentDisposition(std::string_view file_name, Disposition how) {
  std::string text = how == Disposition::kInline ? "inline" : "attachment";
  if (file_name.empty()) return text;
  text += "; filename=\"";
  for (const char c : file_name) {
    // One sign for a character, not for each of its bytes.
    if ((static_cast<unsigned char>(c) & 0xc0) == 0x80) continue;
    text.push_back(IsPlain(c) ? c : '_');
  }
  text.push_back('"');
  if (std::ranges::all_of(file_name, IsPlain)) return text;
  text += "; filename*=UTF-8''";
  for (const char c : file_name) {
    if (IsLetterOrDigit(c) || std::string_view("!#$&+-.^_`|~").contains(c)) {
      text.push_back(c);
    } else {
      fmt::format_to(std::back_inserter(text), "%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return text;
}

std::string_view ContentType(const DownloadPiece& first) {
  const bool fit = !first.media_type.empty() && std::ranges::all_of(first.media_type, IsPrintable);
  return fit ? std::string_view(first.media_type) : "application/octet-stream";
}

Download::Download(Of of, rpc::Incoming caller, std::unique_ptr<google::protobuf::Message> request,
                   DownloadPiece first, Places::Place place)
    : of_(of),
      caller_(std::move(caller)),
      request_(std::move(request)),
      piece_(std::move(first)),
      place_(std::move(place)) {}

Task<std::optional<std::string>> Download::Next() {
  while (std::exchange(told_, true)) {
    if (piece_.next.empty()) co_return std::nullopt;
    const auto asked_after = std::exchange(piece_.next, {});
    of_.form.GoOnAfter(*request_, asked_after);
    piece_ = co_await Ask();
    if (piece_.content.empty() && piece_.next == asked_after) throw Malformed();  // it would never end
    told_ = false;
  }
  co_return std::move(piece_.content);
}

// Reading is asked again when it did not come about: the client has a part already, and can't go on from there by itself.
Task<DownloadPiece> Download::Ask() {
  runtime::Backoff backoff(runtime::kBetweenAttempts);
  for (int tried = 1;; ++tried) {
    rpc::Incoming incoming = caller_;
    incoming.deadline = runtime::After(of_.method.timeout);
    CallContext call(incoming.deadline);
    std::string answer;
    std::optional<Error> refusal;
    try {
      co_await of_.backend.Call(of_.method, std::move(incoming), call, *request_, answer);
    } catch (const Error& error) {
      refusal = error;  // acted upon below
    }
    if (!refusal) co_return of_.form.Read(answer);
    if (!IsForAnotherTime(*refusal) || tried == kAskTries) throw *refusal;
    co_await runtime::SleepFor(std::max<std::chrono::nanoseconds>(
        backoff.Next(), refusal->retry_after.value_or(std::chrono::milliseconds(0))));
  }
}

}  // namespace market::gateway
