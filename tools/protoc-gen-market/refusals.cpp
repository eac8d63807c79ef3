#include "tools/protoc-gen-market/refusals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "marketplace/options/v1/options.pb.h"
#include "platform/core/error.hpp"
#include "platform/rpc/http_status.hpp"

namespace market::codegen {
namespace {

using google::protobuf::MethodDescriptor;
using google::protobuf::MethodOptions;
namespace options = marketplace::options::v1;

bool Allows(const options::Policy& policy, options::Audience audience) {
  return std::ranges::find(policy.allow(), audience) != policy.allow().end();
}

// What the method refuses by its contract, and what every method of its kind can answer.
std::set<options::Reason> ReasonsOf(const MethodDescriptor& method, const rpc::HttpBinding& binding) {
  const auto& policy = method.options().GetExtension(options::policy);
  std::set<options::Reason> reasons = {
      options::INVALID_ARGUMENT,  options::BAD_REQUEST,     options::UNAUTHENTICATED,
      options::NOT_ACCEPTABLE,    options::OVERLOADED,      options::UNAVAILABLE,
      options::DEADLINE_EXCEEDED, options::INTERNAL,        options::URI_TOO_LONG,
      options::HEADERS_TOO_LARGE, options::REQUEST_TIMEOUT, options::RATE_LIMITED};
  if (!binding.body.empty()) {
    reasons.insert({options::MALFORMED_JSON, options::UNKNOWN_FIELD, options::BODY_TOO_LARGE,
                    options::UNSUPPORTED_MEDIA_TYPE});
  }
  const auto& rest = method.options().GetExtension(options::rest);
  if (const auto* pieces = method.service()->FindMethodByName(rest.pieces())) {
    // What the pieces are refused for is the answer as well.
    reasons.insert({options::BODY_TOO_LARGE, options::UNSUPPORTED_MEDIA_TYPE});
    for (const auto reason : pieces->options().GetExtension(options::policy).refusals())
      reasons.insert(static_cast<options::Reason>(reason));
  }
  if (!Allows(policy, options::PUBLIC) && !Allows(policy, options::ACCOUNT))
    reasons.insert(options::PERMISSION_DENIED);
  if (!policy.seller_field().empty()) reasons.insert(options::NOT_FOUND);
  if (method.options().idempotency_level() != MethodOptions::NO_SIDE_EFFECTS)
    reasons.insert(options::COMMIT_UNKNOWN);
  const bool by_cookie = (!Allows(policy, options::PUBLIC) || TakesHeader(*method.input_type())) &&
                         method.options().idempotency_level() != MethodOptions::NO_SIDE_EFFECTS;
  if (by_cookie || binding.IsOfBrowser()) reasons.insert(options::CROSS_SITE);
  if (TakesKey(method)) reasons.insert({options::IDEMPOTENCY_KEY_REUSED, options::IDEMPOTENCY_KEY_IN_FLIGHT});
  if (policy.idempotency_key()) reasons.insert(options::IDEMPOTENCY_KEY_REQUIRED);
  if (policy.full_account()) reasons.insert(options::GUEST_ACCOUNT);
  for (const auto reason : policy.refusals()) reasons.insert(static_cast<options::Reason>(reason));
  return reasons;
}

std::string Slug(const std::string& reason) {
  std::string slug = reason;
  std::ranges::transform(slug, slug.begin(),
                         [](unsigned char c) { return c == '_' ? '-' : static_cast<char>(std::tolower(c)); });
  return slug;
}

// "NOT_FOUND" -> "NotFound"
std::string Camel(const std::string& reason) {
  std::string name;
  bool first = true;
  for (const char c : reason) {
    if (c != '_') name += first ? c : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    first = c == '_';
  }
  return name;
}

// A list too long to be its own name is called by what it is about, or by the first method that has it.
std::string LongName(const std::string& all, int status, const MethodDescriptor& method) {
  if (all == "InvalidArgumentMalformedJsonUnknownFieldBadRequest") return "BadBody";
  if (all == "InvalidArgumentMalformedJsonUnknownFieldBadRequestIdempotencyKeyRequired")
    return "BadBodyOrKey";
  return fmt::format("Refused{}{}", status, method.name());
}

Yaml HeaderRef(std::string_view name) { return Yaml::Ref("headers", name); }

}  // namespace

bool TakesHeader(const google::protobuf::Descriptor& request) {
  for (int i = 0; i < request.field_count(); ++i) {
    if (!request.field(i)->options().GetExtension(options::rules).header().empty()) return true;
  }
  return false;
}

bool TakesKey(const MethodDescriptor& method) {
  return method.options().idempotency_level() != MethodOptions::NO_SIDE_EFFECTS &&
         !method.options().GetExtension(options::policy).secret_answer();
}

struct Refusals::ReasonRow {
  std::string name;
  int status;
  std::string title;
  std::vector<std::string> metadata;
};

Refusals::ReasonRow Refusals::RowOf(options::Reason reason) {
  const auto& value = *options::Reason_descriptor()->FindValueByNumber(reason);
  const auto& info = value.options().GetExtension(options::info);
  int status = info.http();
  for (int code = 1; status == 0 && code <= 16; ++code) {
    if (CodeName(static_cast<Code>(code)) == info.code()) status = rpc::HttpStatusOf(static_cast<Code>(code));
  }
  return {value.name(), status, info.title(), {info.metadata().begin(), info.metadata().end()}};
}

Yaml Refusals::Example(const ReasonRow& row) const {
  Yaml problem;
  problem.Set("type", "/problems/" + Slug(row.name))
      .Set("title", row.title)
      .Set("status", row.status)
      .Set("detail", row.title)
      .Set("reason", row.name)
      .Set("fields", Yaml::List());
  if (!row.metadata.empty()) {
    auto metadata = schemas_.ExampleWith(metadata_, row.metadata);
    for (int i = 0; i < metadata_.field_count(); ++i) {
      const auto& field = *metadata_.field(i);
      // The gateway always writes lists.
      if (field.is_repeated() && !metadata.Has(field.json_name()))
        metadata.Set(field.json_name(), Yaml::List());
    }
    problem.Set("metadata", std::move(metadata));
  }
  return problem.Set("traceId", "4bf92f3577b34da6a3ce929d0e0e4736");
}

Yaml Refusals::Response(int status, const std::vector<ReasonRow>& rows) const {
  std::string description;
  Yaml examples;
  for (const auto& row : rows) {
    description += fmt::format("{}`{}`: {}.", description.empty() ? "" : " ", row.name, row.title);
    examples.Set(row.name, Yaml().Set("value", Example(row)));
  }
  Yaml headers;
  if (status == 401) headers.Set("WWW-Authenticate", HeaderRef("WWW-Authenticate"));
  if (status == 409 || status == 429 || status == 503) headers.Set("Retry-After", HeaderRef("Retry-After"));
  Yaml response;
  response.Set("description", description);
  if (!headers.Empty()) response.Set("headers", std::move(headers));
  return response.Set(
      "content",
      Yaml().Set("application/problem+json",
                 Yaml().Set("schema", Yaml::Ref("schemas", "Problem")).Set("examples", std::move(examples))));
}

void Refusals::AddTo(const MethodDescriptor& method, const rpc::HttpBinding& binding, Yaml& responses) {
  std::map<int, std::vector<ReasonRow>> by_status;
  for (const auto reason : ReasonsOf(method, binding)) {
    auto row = RowOf(reason);
    by_status[row.status].push_back(std::move(row));
  }
  for (const auto& [status, rows] : by_status) {
    std::string all;
    for (const auto& row : rows) all += Camel(row.name);
    auto [shared, fresh] = names_.try_emplace(all, all);
    if (fresh) {
      if (rows.size() > 3) shared->second = LongName(all, status, method);
      components_.emplace(shared->second, Response(status, rows));
    }
    responses.Set(std::to_string(status), Yaml::Ref("responses", shared->second));
  }
}

Yaml Refusals::Components() const {
  Yaml components;
  for (const auto& [name, response] : components_) components.Set(name, response);
  return components;
}

void Refusals::AddSchemas(std::map<std::string, Yaml>& schemas, Yaml metadata) {
  const auto text = [](std::string_view description) {
    return Yaml().Set("type", "string").Set("description", description);
  };
  Yaml violation;
  violation.Set("type", "object")
      .Set("description", "One field of the request that is not as it must be.")
      .Set("required", Yaml::Texts({"field", "reason", "detail"}));
  violation.Set("properties", Yaml()
                                  .Set("field", text("Where in the body, the query or the headers."))
                                  .Set("reason", text("What is wrong, UPPER_SNAKE."))
                                  .Set("detail", text("For a person.")));
  Yaml properties;
  properties.Set("type", text("A URI of the kind of problem.").Set("format", "uri-reference"))
      .Set("title", text("The kind of problem, in words."))
      .Set("status", Yaml()
                         .Set("type", "integer")
                         .Set("format", "int32")
                         .Set("description", "The status of the answer, again."))
      .Set("detail", text("This problem, in words."))
      .Set("reason", Yaml::Ref("schemas", "Reason").Set("description", "What to branch on."))
      .Set("fields", Yaml()
                         .Set("type", "array")
                         .Set("items", Yaml::Ref("schemas", "FieldProblem"))
                         .Set("description", "Which fields of the request it is about; often none."))
      .Set("metadata", metadata.Set("description", "Values that belong to the reason; there for some."))
      .Set("traceId", text("What to quote to support."));
  schemas["FieldProblem"] = std::move(violation);
  schemas["Problem"] =
      Yaml()
          .Set("type", "object")
          .Set("description", "A refusal (RFC 9457). Branch on `reason`, which is stable.")
          .Set("required", Yaml::Texts({"type", "title", "status", "detail", "reason", "fields", "traceId"}))
          .Set("properties", std::move(properties));
  std::vector<std::string> reasons;
  for (int i = 0; i < options::Reason_descriptor()->value_count(); ++i) {
    const auto& value = *options::Reason_descriptor()->value(i);
    if (value.number() != 0) reasons.push_back(value.name());
  }
  schemas["Reason"] = Yaml()
                          .Set("type", "string")
                          .Set("description", "Every reason a refusal can have.")
                          .Set("enum", Yaml::Texts(reasons));
}

}  // namespace market::codegen
