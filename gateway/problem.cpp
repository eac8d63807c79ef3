#include "gateway/problem.hpp"

#include <google/protobuf/descriptor.h>

#include <chrono>

#include "gateway/transcoding/json_reader.hpp"
#include "gateway/transcoding/json_writer.hpp"
#include "gateway/transcoding/scalar.hpp"
#include "marketplace/type/v1/refusal.pb.h"
#include "platform/rpc/error_table.hpp"

namespace market::gateway {
namespace {

using marketplace::type::v1::RefusalMetadata;
using transcoding::AppendQuoted;

void AppendMember(std::string_view name, std::string_view value, std::string& out) {
  out.append(",\"").append(name).append("\":");
  AppendQuoted(value, out);
}

// OUT_OF_STOCK -> /problems/out-of-stock
std::string TypeOf(std::string_view reason) {
  std::string type = "/problems/";
  for (const char c : reason)
    type.push_back(c == '_' ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
  return type;
}

void AppendFields(const Error& error, std::string& out) {
  out.append(",\"fields\":[");
  bool first = true;
  for (const FieldViolation& violation : error.fields) {
    out.append(first ? "{\"field\":" : ",{\"field\":");
    first = false;
    AppendQuoted(violation.field, out);
    AppendMember("reason", violation.reason, out);
    AppendMember("detail", violation.detail, out);
    out.push_back('}');
  }
  out.push_back(']');
}

const transcoding::Schemas& MetadataSchemas() {
  static const auto kSchemas = [] {
    transcoding::Schemas schemas;
    schemas.Add(RefusalMetadata::descriptor());
    return schemas;
  }();
  return kSchemas;
}

// A list or a number travels as its JSON. What is none is a mistake of a service, and must not cost the
// refusal itself.
void ReadJson(const std::string& name, const std::string& json, RefusalMetadata& metadata) {
  RefusalMetadata read;
  transcoding::Violations ignored;
  try {
    transcoding::JsonReader(MetadataSchemas()).Read("{\"" + name + "\":" + json + "}", read, 0, ignored);
  } catch (const Error&) {
    return;
  }
  metadata.MergeFrom(read);
}

// What the contract names of an error's metadata, typed. What it does not name stays inside.
void AppendMetadata(const Error& error, std::string& out) {
  if (error.metadata.empty()) return;
  RefusalMetadata metadata;
  for (const auto& [name, value] : error.metadata) {
    const auto* field = RefusalMetadata::descriptor()->FindFieldByCamelcaseName(name);
    if (field == nullptr) continue;
    if (!field->is_repeated() && field->type() == google::protobuf::FieldDescriptor::TYPE_STRING) {
      metadata.GetReflection()->SetString(&metadata, field, value);
    } else {
      ReadJson(name, value, metadata);
    }
  }
  out.append(",\"metadata\":");
  transcoding::WriteJson(MetadataSchemas().Of(RefusalMetadata::descriptor()), metadata.SerializeAsString(),
                         out);
}

}  // namespace

http::Response ProblemOf(const Error& error, std::string_view trace_id) {
  http::Response response;
  response.status = rpc::HttpStatus(error);
  response.headers.Add("Content-Type", "application/problem+json");
  response.headers.Add("Cache-Control", "no-store");
  if (error.retry_after) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(*error.retry_after).count();
    response.headers.Add("Retry-After", std::to_string(std::max<std::int64_t>(seconds, 1)));
  }
  if (response.status == 401) response.headers.Add("WWW-Authenticate", "Bearer");
  std::string& out = response.body;
  out.append("{\"type\":");
  AppendQuoted(TypeOf(error.reason), out);
  AppendMember("title", rpc::ReasonTitle(error.reason), out);
  out.append(",\"status\":").append(std::to_string(response.status));
  AppendMember("detail", error.message, out);
  AppendMember("reason", error.reason, out);
  AppendFields(error, out);
  AppendMetadata(error, out);
  AppendMember("traceId", trace_id, out);
  out.push_back('}');
  return response;
}

Error ErrorOf(http::Fault fault) {
  switch (fault) {
    case http::Fault::kBadRequest:
      return {Code::kInvalidArgument, "BAD_REQUEST", "the request is not valid HTTP/1.1"};
    case http::Fault::kBodyTooLarge:
      return {Code::kInvalidArgument, "BODY_TOO_LARGE", "the body is larger than this server accepts"};
    case http::Fault::kUriTooLong:
      return {Code::kInvalidArgument, "URI_TOO_LONG", "the URI is longer than this server accepts"};
    case http::Fault::kHeadersTooLarge:
      return {Code::kInvalidArgument, "HEADERS_TOO_LARGE", "the headers are larger than this server accepts"};
    case http::Fault::kTooSlow:
      return {Code::kDeadlineExceeded, "REQUEST_TIMEOUT", "the request did not arrive in time"};
    case http::Fault::kExpectation:
      return {Code::kInvalidArgument, "BAD_REQUEST",
              "the only Expect that this server supports is 100-continue"};
    case http::Fault::kHandlerFailed:
      break;
  }
  return {Code::kInternal, "INTERNAL", "something went wrong on our side"};
}

}  // namespace market::gateway
