// One REST operation: a method and one of its bindings, with everything that can be worked out before the
// first request. Turns a request into the method's message and the method's answer into a response. Throws
// Error for a bad request; the constructor throws std::logic_error for a contract that can't be served.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/browser_form.hpp"
#include "gateway/download.hpp"
#include "gateway/event_form.hpp"
#include "gateway/transcoding/json_reader.hpp"
#include "gateway/transcoding/json_writer.hpp"
#include "gateway/transcoding/schema.hpp"
#include "gateway/transcoding/url.hpp"
#include "gateway/upload.hpp"
#include "platform/http/message.hpp"
#include "platform/rpc/method.hpp"

namespace market::gateway {

using google::protobuf::Message;

class Operation {
 public:
  // Adds what it needs to `schemas` and `cookies`, which must outlive it, as must the method.
  Operation(const rpc::Method& method, const rpc::HttpBinding& binding, transcoding::Schemas& schemas,
            SessionCookies& cookies);

  const rpc::Method& Method() const { return *method_; }
  const std::string& Verb() const { return verb_; }
  const std::string& Route() const { return route_; }
  // As traces call it: "POST /v1/orders".
  const std::string& SpanName() const { return span_name_; }

  // Whether the caller takes what this answers; where a success has no body that is no more than a refusal.
  bool IsAcceptable(const http::Headers& headers) const;

  // `variables`: path segments as sent, in the order of the template; `query` is what stands behind the '?'.
  std::unique_ptr<Message> ReadRequest(const http::Request& request,
                                       std::span<const std::string_view> variables,
                                       std::string_view query) const;

  // `answer` is the method's, as bytes on the wire; `headers` are the request's. Throws Error INTERNAL for bytes
  // that are no such message.
  http::Response WriteResponse(std::string_view answer, const http::Headers& headers) const;

  // Of a method whose answer is a stream of events; null for others.
  const EventForm* Events() const { return events_ ? &*events_ : nullptr; }
  // On a path of the browser's session; null for others.
  const BrowserForm* Browser() const { return browser_ ? &*browser_ : nullptr; }
  // Of a method whose request is a file, or whose answer is one; null for others.
  const UploadForm* Upload() const { return upload_ ? &*upload_ : nullptr; }
  const DownloadForm* Download() const { return download_ ? &*download_ : nullptr; }
  // Of a method whose answer can be shown to people: as which media type Accept would rather have it; empty: as JSON.
  std::string_view ShownAs(const http::Headers& headers) const;
  // Of all that it takes and answers, whatever part of it REST shows.
  const transcoding::MessageSchema& RequestSchema() const { return *request_; }
  const transcoding::MessageSchema& AnswerSchema() const { return *response_; }
  // Its path names what it is about.
  bool IsOfOneThing() const { return !variables_.empty(); }
  // Who reads other languages is answered other texts.
  bool IsByLanguage() const { return by_language_; }
  bool AnswersNothing() const { return empty_response_; }
  // The answer's, without quotes; empty: it has none.
  std::string_view EtagOf(std::string_view answer) const;

  // One of the three: it is not done with one question and one answer.
  bool IsStreamed() const { return streamed_; }
  const std::string& CacheControl() const { return cache_control_; }
  // Whether what it answers is one reader's: a method that is not for everybody, or whose request has a token in it.
  bool IsPersonal() const { return personal_; }
  // For everybody, and who has a permission sees more.
  bool ShowsMore() const;
  // Whether a cookie takes the place of a header that `headers` do not have.
  bool TakesCookie(const http::Headers& headers) const;

  // Names of fields as the caller knows them:
  // relative to the body where the body is one field of the message.
  void Localize(Error& error) const;

 private:
  // A field of the request that comes as a header, or as a cookie.
  struct HeaderField {
    const transcoding::FieldSchema* schema;
    std::string header;
    std::string cookie;  // "" where there is none

    std::string_view ValueIn(const http::Headers& headers) const;
  };
  struct LocationPart {
    std::string literal;
    transcoding::FieldPath field;  // empty: none behind this literal
  };

  void ResolveRequest(const rpc::HttpBinding& binding);
  void ResolveResponse(const rpc::HttpBinding& binding);
  std::vector<LocationPart> ParseLocation(std::string_view text) const;
  std::uint64_t ReadBody(const http::Request& request, Message& message,
                         transcoding::Violations& violations) const;
  void CompleteUpdateMask(Message& message, std::uint64_t body_fields,
                          transcoding::Violations& violations) const;
  void ReadIfMatch(const http::Headers& headers, Message& message) const;
  void ReadHeaderFields(const http::Headers& headers, Message& message) const;
  int StatusOf(std::string_view answer) const;
  std::string LocationOf(std::string_view answer) const;

  const rpc::Method* method_;
  std::vector<std::string> shown_as_;
  std::string verb_;
  std::string route_;
  std::string span_name_;
  transcoding::JsonReader reader_;
  const transcoding::MessageSchema* request_ = nullptr;
  const transcoding::MessageSchema* response_ = nullptr;
  std::vector<transcoding::FieldPath> variables_;
  bool takes_body_ = false;
  const transcoding::FieldSchema* raw_ = nullptr;  // the body as it came; null: it is JSON, or there is none
  const transcoding::FieldSchema* body_field_ = nullptr;  // null with takes_body_: the body is the message
  const transcoding::FieldSchema* update_mask_ = nullptr;
  const transcoding::FieldSchema* if_match_ = nullptr;
  std::vector<HeaderField> header_fields_;
  bool personal_ = true;
  std::uint64_t not_in_query_ = 0;
  std::uint64_t not_in_body_ = 0;
  const transcoding::FieldSchema* etag_ = nullptr;
  const transcoding::FieldSchema* text_language_ = nullptr;
  bool by_language_ = false;  // texts in it are in the language that its reader likes
  const transcoding::FieldSchema* state_ = nullptr;
  int pending_number_ = -1;
  bool empty_response_ = false;
  const transcoding::FieldSchema* response_body_ = nullptr;  // null: the body is the response
  std::vector<LocationPart> location_;
  std::string cache_control_;
  bool streamed_ = false;
  std::optional<EventForm> events_;
  std::optional<BrowserForm> browser_;
  std::optional<UploadForm> upload_;
  std::optional<DownloadForm> download_;
};

}  // namespace market::gateway
