#include "gateway/operation.hpp"

#include <google/protobuf/empty.pb.h>
#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/reflection.h>

#include <algorithm>
#include <set>
#include <stdexcept>

#include "gateway/answer_fields.hpp"
#include "gateway/browser/cookies.hpp"
#include "gateway/negotiation.hpp"
#include "gateway/routing/router.hpp"
#include "gateway/transcoding/scalar.hpp"
#include "platform/core/error.hpp"

namespace market::gateway {
namespace {

using google::protobuf::FieldMask;
using transcoding::FieldPath;
using transcoding::FieldSchema;
using transcoding::Kind;
using transcoding::MessageSchema;
using transcoding::Violations;

// What is under way when it is answered is done by then, most often.
constexpr const char* kAskAgainAfterS = "1";
constexpr const char* kTextLanguage = "text_language";

// A mask names fields of the resource that exist; every step but the last is a message.
bool Exists(const MessageSchema& schema, std::string_view path) {
  const MessageSchema* at = &schema;
  while (at != nullptr) {
    const auto dot = path.find('.');
    const auto* field = at->descriptor->FindFieldByName(std::string(path.substr(0, dot)));
    if (field == nullptr) return false;
    if (dot == std::string_view::npos) return true;
    at = at->Find(field)->message;
    path.remove_prefix(dot + 1);
  }
  return false;
}

// Whether a message, or one in it, says in which language its texts are: those depend on Accept-Language.
bool SaysLanguage(const MessageSchema& schema, std::set<const MessageSchema*>& seen) {
  if (!seen.insert(&schema).second) return false;
  return std::ranges::any_of(schema.fields, [&](const FieldSchema& field) {
    return field.field->name() == kTextLanguage ||
           (field.message != nullptr && SaysLanguage(*field.message, seen));
  });
}

std::string CacheControlOf(const rpc::Method& method, const Operation& operation) {
  if (!method.safe || operation.IsPersonal()) return "private, no-store";
  if (method.rest.max_age_s() > 0) return "public, max-age=" + std::to_string(method.rest.max_age_s());
  return "no-cache";  // may be kept, but is asked for again: the ETag makes that cheap
}

}  // namespace

Operation::Operation(const rpc::Method& method, const rpc::HttpBinding& binding,
                     transcoding::Schemas& schemas, SessionCookies& cookies)
    : method_(&method),
      verb_(binding.verb),
      route_(binding.path),
      span_name_(verb_ + ' ' + route_),
      reader_(schemas) {
  request_ = &schemas.Add(method.request->GetDescriptor());
  response_ = &schemas.Add(method.response->GetDescriptor());
  if (binding.IsOfBrowser()) browser_.emplace(method, *request_, *response_, cookies);
  ResolveRequest(binding);
  ResolveResponse(binding);
  cache_control_ = CacheControlOf(method, *this);
  if (method.rest.events()) events_.emplace(method, schemas);
  if (!method.rest.upload().empty()) {
    upload_.emplace(method, *request_);
    not_in_query_ |= upload_->Bit();
  }
  if (method.rest.download()) {
    download_.emplace(method, schemas);
    not_in_query_ |= download_->Bit();
  }
  streamed_ = events_ || upload_ || download_;
  shown_as_.assign(method.rest.shown_as().begin(), method.rest.shown_as().end());
}

std::string_view Operation::ShownAs(const http::Headers& headers) const {
  return Preferred(headers, "application/json", shown_as_);
}

void Operation::ResolveRequest(const rpc::HttpBinding& binding) {
  for (const auto& segment : routing::PathTemplate::Parse(binding.path).segments) {
    if (!segment.variable) continue;
    variables_.push_back(transcoding::ResolveFieldPath(*request_, segment.text));
    not_in_body_ |= variables_.back().front()->bit;
  }
  if_match_ = FindField(*request_, "if_match", Kind::kString);
  if (if_match_ != nullptr) not_in_body_ |= if_match_->bit;
  for (const auto& field : request_->fields) {
    const auto& rules = field.field->options().GetExtension(marketplace::options::v1::rules);
    if (rules.header().empty()) continue;
    const auto& cookie = rules.cookie().name();
    header_fields_.push_back({&field, rules.header(), cookie.empty() ? cookie : "__Host-" + cookie});
    not_in_body_ |= field.bit;
  }
  if (!method_->rest.raw().empty()) {
    raw_ = FindField(*request_, method_->rest.raw(), Kind::kBytes);
    if (raw_ == nullptr) throw std::logic_error(method_->path + ": `rest.raw` needs bytes");
    not_in_body_ |= raw_->bit;
  }
  personal_ = !header_fields_.empty() || !method_->Allows(marketplace::options::v1::PUBLIC);
  if (browser_) not_in_body_ |= browser_->RequestFields();
  not_in_query_ = not_in_body_;
  takes_body_ = !binding.body.empty();
  if (binding.body == "*" || method_->rest.events()) {
    not_in_query_ = ~std::uint64_t{0};
  } else if (takes_body_) {
    body_field_ = FindField(*request_, binding.body, Kind::kMessage);
    if (body_field_ == nullptr)
      throw std::logic_error(method_->path + ": the body is no message field: " + binding.body);
    not_in_query_ |= body_field_->bit;
  }
  if (binding.verb == "PATCH" && body_field_ != nullptr) {
    update_mask_ = FindField(*request_, "update_mask", Kind::kFieldMask);
  }
}

void Operation::ResolveResponse(const rpc::HttpBinding& binding) {
  empty_response_ = response_->descriptor == google::protobuf::Empty::descriptor();
  if (!binding.response_body.empty()) {
    response_body_ = FindField(*response_, binding.response_body, Kind::kMessage);
    if (response_body_ == nullptr)
      throw std::logic_error(method_->path + ": no message field for the answer: " + binding.response_body);
  }
  etag_ = FindField(*response_, "etag", Kind::kString);
  text_language_ = FindField(*response_, kTextLanguage, Kind::kString);
  std::set<const MessageSchema*> seen;
  by_language_ = method_->safe && SaysLanguage(*response_, seen);
  location_ = ParseLocation(method_->rest.created());
  const std::string& pending = method_->rest.pending_state();
  if (pending.empty()) return;
  state_ = FindField(*response_, "state", Kind::kEnum);
  const auto* value = state_ == nullptr ? nullptr : state_->field->enum_type()->FindValueByName(pending);
  if (value == nullptr) throw std::logic_error(method_->path + ": the response has no state " + pending);
  pending_number_ = value->number();
}

// "/v1/orders/{id}" and the like.
std::vector<Operation::LocationPart> Operation::ParseLocation(std::string_view text) const {
  std::vector<LocationPart> parts;
  while (!text.empty()) {
    const auto open = text.find('{');
    LocationPart part{std::string(text.substr(0, open)), {}};
    text.remove_prefix(open == std::string_view::npos ? text.size() : open + 1);
    if (open != std::string_view::npos) {
      const auto close = text.find('}');
      if (close == std::string_view::npos)
        throw std::logic_error(method_->path + ": unbalanced braces in `created`");
      part.field = transcoding::ResolveFieldPath(*response_, text.substr(0, close));
      if (part.field.back()->kind != Kind::kString)
        throw std::logic_error(method_->path + ": `created` needs a string");
      text.remove_prefix(close + 1);
    }
    parts.push_back(std::move(part));
  }
  return parts;
}

std::unique_ptr<Message> Operation::ReadRequest(const http::Request& request,
                                                std::span<const std::string_view> variables,
                                                std::string_view query) const {
  std::unique_ptr<Message> message(method_->request->New());
  Violations violations;
  const std::uint64_t body_fields = ReadBody(request, *message, violations);
  if (!query.empty()) transcoding::AssignQuery(*message, *request_, query, not_in_query_, violations);
  for (std::size_t i = 0; i < variables_.size(); ++i) {
    const auto text = transcoding::DecodePathPart(variables[i]);
    if (!text) throw Error(Code::kInvalidArgument, "BAD_REQUEST", "the path is not percent-encoded UTF-8");
    transcoding::AssignPathVariable(*message, variables_[i], *text, violations);
  }
  if (update_mask_ != nullptr) CompleteUpdateMask(*message, body_fields, violations);
  violations.ThrowIfAny();
  ReadHeaderFields(request.headers, *message);
  if (browser_) browser_->ReadCookies(request.headers, *message);
  ReadIfMatch(request.headers, *message);
  return message;
}

// Returns which fields of the body's message were there.
std::uint64_t Operation::ReadBody(const http::Request& request, Message& message,
                                  Violations& violations) const {
  if (request.body.empty() || method_->rest.any_body() || upload_) return 0;
  if (raw_ != nullptr) {
    message.GetReflection()->SetString(&message, raw_->field, request.body);
    return 0;
  }
  if (!takes_body_) throw Error(Code::kInvalidArgument, "BAD_REQUEST", "this operation takes no body");
  if (!IsJsonBody(request.headers)) {
    throw Error(Code::kInvalidArgument, "UNSUPPORTED_MEDIA_TYPE",
                "the body must be application/json in UTF-8");
  }
  if (body_field_ == nullptr) return reader_.Read(request.body, message, not_in_body_, violations);
  Message& part = *message.GetReflection()->MutableMessage(&message, body_field_->field);
  return reader_.Read(request.body, part, 0, violations);
}

// Without a mask the fields in the body are what changes. The mask is set even when there are none, so that
// an empty body changes nothing.
void Operation::CompleteUpdateMask(Message& message, std::uint64_t body_fields,
                                   Violations& violations) const {
  const auto& reflection = *message.GetReflection();
  const bool given = reflection.HasField(message, update_mask_->field);
  auto& mask = static_cast<FieldMask&>(*reflection.MutableMessage(&message, update_mask_->field));
  for (const FieldSchema& field : body_field_->message->fields) {
    if (!given && (body_fields & field.bit) != 0) mask.add_paths(field.field->name());
  }
  for (const std::string& path : mask.paths()) {
    if (!Exists(*body_field_->message, path)) {
      violations.Add(update_mask_->name, Violations::kUnknownField,
                     "the mask names a field that does not exist");
    }
  }
}

void Operation::ReadIfMatch(const http::Headers& headers, Message& message) const {
  const auto value = headers.Find("If-Match");
  if (!value || method_->safe) return;
  // A precondition that is silently ignored is worse than none.
  if (if_match_ == nullptr)
    throw InvalidArgument("If-Match", "UNSUPPORTED", "this operation does not support If-Match");
  const auto tag = MatchTag(*value);
  if (!tag || headers.Count("If-Match") > 1)
    throw InvalidArgument("If-Match", "MALFORMED", "must be one entity tag, or *");
  message.GetReflection()->SetString(&message, if_match_->field, std::string(*tag));
}

bool Operation::ShowsMore() const {
  return method_->safe && method_->Allows(marketplace::options::v1::PUBLIC) &&
         method_->policy.permission() != marketplace::options::v1::PERMISSION_UNSPECIFIED;
}

std::string_view Operation::HeaderField::ValueIn(const http::Headers& headers) const {
  if (headers.Count(header) > 0 || cookie.empty()) return headers.Get(header);
  return browser::CookieOf(headers, browser::NameOn(headers.Get("Host"), cookie));
}

void Operation::ReadHeaderFields(const http::Headers& headers, Message& message) const {
  for (const auto& field : header_fields_) {
    if (headers.Count(field.header) > 1)
      throw InvalidArgument(field.header, "MALFORMED", "must be there once");
    const auto value = field.ValueIn(headers);
    if (!value.empty()) message.GetReflection()->SetString(&message, field.schema->field, std::string(value));
  }
}

bool Operation::TakesCookie(const http::Headers& headers) const {
  return std::ranges::any_of(header_fields_, [&](const HeaderField& field) {
    return headers.Count(field.header) == 0 && !field.ValueIn(headers).empty();
  });
}

bool Operation::IsAcceptable(const http::Headers& headers) const {
  if (events_) return Accepts(headers, EventForm::kType);
  if (download_) return true;  // what it is shows when it is there
  return Accepts(headers, "application/json") ||
         (empty_response_ && Accepts(headers, "application/problem+json"));
}

int Operation::StatusOf(std::string_view answer) const {
  if (empty_response_) return 204;
  if (state_ != nullptr) {
    const auto state = Find(answer, std::span(&state_, 1));
    if (static_cast<int>(state ? state->value : 0) == pending_number_) return 202;
  }
  return location_.empty() ? 200 : 201;
}

std::string Operation::LocationOf(std::string_view answer) const {
  std::string location;
  for (const LocationPart& part : location_) {
    location += part.literal;
    if (!part.field.empty()) transcoding::AppendEscaped(TextOf(answer, part.field), location);
  }
  return location;
}

std::string_view Operation::EtagOf(std::string_view answer) const {
  return etag_ == nullptr ? std::string_view() : TextOf(answer, std::span(&etag_, 1));
}

http::Response Operation::WriteResponse(std::string_view answer, const http::Headers& headers) const {
  http::Response response;
  response.status = StatusOf(answer);
  response.headers.Add("Cache-Control", cache_control_);
  if (by_language_) response.headers.Add("Vary", "Accept-Language");
  if (text_language_ != nullptr) {
    const auto language = TextOf(answer, std::span(&text_language_, 1));
    if (!language.empty()) response.headers.Add("Content-Language", language);
  }
  if (!location_.empty()) response.headers.Add("Location", LocationOf(answer));
  if (response.status == 202) response.headers.Add("Retry-After", kAskAgainAfterS);
  if (const auto etag = EtagOf(answer); !etag.empty()) {
    response.headers.Add("ETag", '"' + std::string(etag) + '"');
    if (method_->safe && NoneMatchHolds(headers, etag)) {
      response.status = 304;
      return response;
    }
  }
  if (response.status == 204) return response;
  response.headers.Add("Content-Type", "application/json");
  response.body.reserve(2 * answer.size());
  const auto& schema = response_body_ != nullptr ? *response_body_->message : *response_;
  if (response_body_ != nullptr) answer = TextOf(answer, std::span(&response_body_, 1));
  if (!transcoding::WriteJson(schema, answer, response.body)) throw Malformed();
  return response;
}

void Operation::Localize(Error& error) const {
  if (body_field_ == nullptr) return;
  const std::string prefix = body_field_->name + ".";
  for (FieldViolation& violation : error.fields) {
    if (violation.field.starts_with(prefix)) violation.field.erase(0, prefix.size());
  }
}

}  // namespace market::gateway
