#include "tools/protoc-gen-market/openapi.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <stdexcept>

#include "marketplace/options/v1/options.pb.h"
#include "platform/rpc/http_rule.hpp"
#include "tools/protoc-gen-market/comment.hpp"
#include "tools/protoc-gen-market/refusals.hpp"
#include "tools/protoc-gen-market/schemas.hpp"

namespace market::codegen {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::MethodDescriptor;
using google::protobuf::MethodOptions;
namespace options = marketplace::options::v1;

constexpr const char* kInfo =
    "Buyers, sellers and operators of a multi-vendor marketplace. Money is in minor units. Lists page by "
    "`pageToken`. Every "
    "answer has an `X-Request-Id` and a `traceparent`; a request may bring its own. Refusals are "
    "`application/problem+json` "
    "with a stable `reason`. Unknown fields, `null` and duplicate keys are refused.";

constexpr const char* kOfBrowser =
    " For the pages of the marketplace itself: the tokens come and go as cookies that no script can read, "
    "and "
    "requests of other sites are refused. `signed-in`, which scripts can read, says in seconds since 1970 "
    "when "
    "the access token ends.";

std::string LowerFirst(std::string name) {
  name[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(name[0])));
  return name;
}

std::string Tag(const FileDescriptor& file) {
  const auto& package = file.package();
  const auto begin = package.find('.') + 1;
  return package.substr(begin, package.find('.', begin) - begin);
}

bool IsEmpty(const Descriptor& message) { return message.full_name() == "google.protobuf.Empty"; }

std::string Permission(const options::Policy& policy) {
  const auto& value = *options::Permission_descriptor()->FindValueByNumber(policy.permission());
  return fmt::format("permission `{}`", value.options().GetExtension(options::permission_name));
}

std::string Who(const options::Policy& policy) {
  std::vector<std::string> who;
  for (const auto audience : policy.allow()) {
    switch (audience) {
      case options::PUBLIC:
        who.emplace_back("anybody");
        break;
      case options::ACCOUNT:
        who.emplace_back("any account, on its own things");
        break;
      case options::SELLER:
        who.push_back("members of the seller with the " + Permission(policy));
        break;
      case options::OPERATOR:
        who.push_back("operators with the " + Permission(policy));
        break;
      default:
        break;
    }
  }
  return fmt::format("For {}.", fmt::join(who, "; "));
}

// Fields that one path variable names: "product_id" or "inner.id".
const FieldDescriptor& FieldAt(const Descriptor& message, const std::string& path) {
  const auto dot = path.find('.');
  const auto& field = *message.FindFieldByName(path.substr(0, dot));
  return dot == std::string::npos ? field : FieldAt(*field.message_type(), path.substr(dot + 1));
}

std::string JsonPath(const Descriptor& message, const std::string& path) {
  const auto dot = path.find('.');
  const auto& field = *message.FindFieldByName(path.substr(0, dot));
  return dot == std::string::npos
             ? field.json_name()
             : field.json_name() + "." + JsonPath(*field.message_type(), path.substr(dot + 1));
}

// What a binding's answer is.
const Descriptor& AnswerOf(const MethodDescriptor& method, const rpc::HttpBinding& binding) {
  const auto& output = *method.output_type();
  return binding.response_body.empty() ? output
                                       : *output.FindFieldByName(binding.response_body)->message_type();
}

// The fields of a request that are headers, or cookies on this path.
std::set<std::string> OutsideOf(const Descriptor& input, const rpc::HttpBinding& binding) {
  std::set<std::string> names;
  for (int i = 0; i < input.field_count(); ++i) {
    const auto& rules = input.field(i)->options().GetExtension(options::rules);
    if (!rules.header().empty() || (binding.IsOfBrowser() && rules.has_cookie()))
      names.insert(input.field(i)->name());
  }
  return names;
}

class Document {
 public:
  explicit Document(const std::vector<const FileDescriptor*>& files)
      : files_(files), schemas_(files), refusals_(schemas_, RefusalMetadata(files)) {}

  OpenApiDocument Write() {
    Yaml tags = Yaml::List();
    for (const auto* file : files_) {
      if (file->service_count() == 0) continue;
      tags.Add(Yaml().Set("name", Tag(*file)).Set("description", CommentOfFile(*file)));
      for (int i = 0; i < file->service_count(); ++i) {
        for (int j = 0; j < file->service(i)->method_count(); ++j) AddMethod(*file->service(i)->method(j));
      }
    }
    Yaml document;
    document.Set("openapi", "3.1.0");
    document.Set("info",
                 Yaml()
                     .Set("title", "Marketplace")
                     .Set("version", "1")
                     .Set("description", kInfo)
                     .Set("license", Yaml().Set("name", "Apache 2.0").Set("identifier", "Apache-2.0")));
    document.Set("servers",
                 Yaml::List({Yaml().Set("url", "/").Set("description", "Where this document comes from.")}));
    document.Set("security", Yaml::List({Yaml().Set("accessToken", Yaml::List())}));
    document.Set("tags", std::move(tags));
    Yaml paths;
    for (auto& [path, item] : paths_) paths.Set(path, std::move(item));
    document.Set("paths", std::move(paths));
    document.Set("components", Components());
    return {"# Made by protoc-gen-market from proto/marketplace; ./market docs writes it again.\n" +
                document.Write(),
            schemas_.Problems()};
  }

 private:
  void AddMethod(const MethodDescriptor& method) {
    const auto bindings = rpc::BindingsOf(method);
    for (std::size_t i = 0; i < bindings.size(); ++i) {
      std::string path = bindings[i].path;
      for (const auto& variable : rpc::PathVariables(path)) {
        path.replace(path.find("{" + variable), variable.size() + 1,
                     "{" + JsonPath(*method.input_type(), variable));
      }
      std::string verb = bindings[i].verb;
      std::ranges::transform(verb, verb.begin(),
                             [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      const auto id = bindings[i].IsOfBrowser()
                          ? "browser" + method.name()
                          : LowerFirst(method.name()) + (i == 0 ? "" : std::to_string(i + 1));
      paths_[path].Set(verb, Operation(method, bindings[i], id));
    }
  }

  Yaml Operation(const MethodDescriptor& method, const rpc::HttpBinding& binding, const std::string& id) {
    const auto& policy = method.options().GetExtension(options::policy);
    Yaml operation;
    operation.Set("operationId", id);
    operation.Set("tags", Yaml::Texts({Tag(*method.file())}));
    operation.Set("summary", Sentence(method.name()));
    const auto comment = CommentOf(method);
    operation.Set("description", comment + (comment.empty() ? "" : " ") + Who(policy) +
                                     (binding.IsOfBrowser() ? kOfBrowser : ""));
    if (std::ranges::find(policy.allow(), options::PUBLIC) != policy.allow().end()) {
      operation.Set("security", Yaml::List());
    }
    auto parameters = Parameters(method, binding);
    if (!parameters.Empty()) operation.Set("parameters", std::move(parameters));
    if (!binding.body.empty()) operation.Set("requestBody", RequestBody(method, binding));
    if (!method.options().GetExtension(options::rest).upload().empty())
      operation.Set("requestBody", FileBody(method));
    if (!method.options().GetExtension(options::rest).raw().empty()) operation.Set("requestBody", RawBody());
    auto& responses = operation["responses"];
    AddAnswers(method, binding, responses);
    refusals_.AddTo(method, binding, responses);
    return operation;
  }

  Yaml Parameters(const MethodDescriptor& method, const rpc::HttpBinding& binding) {
    const auto& input = *method.input_type();
    Yaml parameters = Yaml::List();
    const auto& rest = method.options().GetExtension(options::rest);
    auto elsewhere = OutsideOf(input, binding);
    elsewhere.insert({"if_match", rest.upload(), rest.raw()});
    if (rest.download()) elsewhere.insert("after");
    for (const auto& variable : rpc::PathVariables(binding.path)) {
      elsewhere.insert(variable.substr(0, variable.find('.')));
      parameters.Add(Parameter("path", JsonPath(input, variable), FieldAt(input, variable), true));
    }
    const bool streams = rest.events();
    if (binding.body != "*" && !streams) {
      for (int i = 0; i < input.field_count(); ++i) {
        const auto& field = *input.field(i);
        if (elsewhere.contains(field.name()) || field.name() == binding.body) continue;
        parameters.Add(Parameter("query", field.json_name(), field, IsRequired(field)));
      }
    }
    for (int i = 0; !binding.IsOfBrowser() && i < input.field_count(); ++i) {
      const auto& name = input.field(i)->options().GetExtension(options::rules).header();
      if (!name.empty()) parameters.Add(Parameter("header", name, *input.field(i), false));
    }
    const auto header = [&](std::string_view name) { parameters.Add(Yaml::Ref("parameters", name)); };
    if (TakesKey(method)) {
      const bool required = method.options().GetExtension(options::policy).idempotency_key();
      header(required ? "IdempotencyKey" : "OptionalIdempotencyKey");
    }
    if (input.FindFieldByName("if_match") != nullptr) header("IfMatch");
    if (IsConditional(method)) header("IfNoneMatch");
    std::set<const Descriptor*> seen;
    if (IsSafe(method) && SaysLanguage(*method.output_type(), seen)) header("AcceptLanguage");
    if (streams) header("LastEventId");
    return parameters;
  }

  static bool IsSafe(const MethodDescriptor& method) {
    return method.options().idempotency_level() == MethodOptions::NO_SIDE_EFFECTS;
  }
  static bool IsConditional(const MethodDescriptor& method) {
    return IsSafe(method) && method.output_type()->FindFieldByName("etag") != nullptr;
  }
  // Whether a message, or one in it, has texts whose language its reader chooses (gateway/operation.cpp).
  static bool SaysLanguage(const Descriptor& message, std::set<const Descriptor*>& seen) {
    if (!seen.insert(&message).second) return false;
    if (message.FindFieldByName("text_language") != nullptr) return true;
    for (int i = 0; i < message.field_count(); ++i) {
      const auto* inner = message.field(i)->message_type();
      if (inner != nullptr && SaysLanguage(*inner, seen)) return true;
    }
    return false;
  }

  Yaml Parameter(std::string_view in, const std::string& name, const FieldDescriptor& field, bool required) {
    Yaml parameter;
    parameter.Set("name", name).Set("in", in);
    if (required) parameter.Set("required", true);
    parameter.Set("description", schemas_.Describe(field));
    // `?sellerId=`, which forms send, is no seller at all.
    if (in == "query" && !required && field.type() == FieldDescriptor::TYPE_STRING && !field.has_presence())
      parameter.Set("allowEmptyValue", true);
    parameter.Set("schema", schemas_.OfField(field, Use::kBody));
    // A page that tries requests out fills in every example: a filter or a page token would not be meant.
    if (required) parameter.Set("example", schemas_.ExampleOf(field, Use::kBody));
    return parameter;
  }

  Yaml RequestBody(const MethodDescriptor& method, const rpc::HttpBinding& binding) {
    const auto& input = *method.input_type();
    const Use use = binding.verb == "PATCH" ? Use::kPatch : Use::kBody;
    const Descriptor* message = &input;
    auto without = OutsideOf(input, binding);
    if (binding.body == "*") {
      without.insert("if_match");
      for (const auto& variable : rpc::PathVariables(binding.path)) without.insert(variable);
    } else {
      message = input.FindFieldByName(binding.body)->message_type();
    }
    bool required = false;
    for (int i = 0; i < message->field_count(); ++i) {
      required = required || (IsRequired(*message->field(i)) && !without.contains(message->field(i)->name()));
    }
    Yaml media;
    media.Set("schema", schemas_.Of(*message, use, without))
        .Set("example", schemas_.Example(*message, use, without));
    Yaml body;
    if (required || use == Use::kPatch) body.Set("required", true);
    return body.Set("content", Yaml().Set("application/json", std::move(media)));
  }

  static Yaml Binary() { return Yaml().Set("schema", Yaml().Set("type", "string").Set("format", "binary")); }

  static Yaml FileBody(const MethodDescriptor& method) {
    const auto most = method.options().GetExtension(options::rest).upload_bytes_max();
    return Yaml()
        .Set("required", true)
        .Set("description", fmt::format("The file itself, with its own media type; at most {} bytes.", most))
        .Set("content", Yaml().Set("application/octet-stream", Binary()));
  }

  static Yaml RawBody() {
    return Yaml()
        .Set("required", true)
        .Set("description", "Taken byte for byte, whatever its media type.")
        .Set("content", Yaml().Set("application/octet-stream", Binary()));
  }

  // Generated clients know the one media type, whoever checks answers the other.
  static Yaml File() {
    return Yaml()
        .Set("description", "The file, with its own media type. One that broke off on its way has no end.")
        .Set("headers", Yaml().Set("Content-Disposition", Yaml::Ref("headers", "Content-Disposition")))
        .Set("content", Yaml().Set("application/octet-stream", Binary()).Set("*/*", Binary()));
  }

  void AddAnswers(const MethodDescriptor& method, const rpc::HttpBinding& binding, Yaml& responses) {
    const auto& rest = method.options().GetExtension(options::rest);
    const auto& output = *method.output_type();
    if (IsEmpty(output)) {
      Yaml done;
      done.Set("description", "Done.");
      if (TakesKey(method)) {
        done.Set("headers", Yaml().Set("Idempotent-Replayed", Yaml::Ref("headers", "Idempotent-Replayed")));
      }
      responses.Set("204", std::move(done));
      return;
    }
    if (rest.events()) {
      responses.Set("200", Stream(*output.FindFieldByName("events")->message_type()));
      return;
    }
    if (rest.download()) {
      responses.Set("200", File());
      return;
    }
    if (rest.shown_as_size() > 0) {
      responses.Set("200", Shown(method, binding));
      return;
    }
    const std::string status = rest.created().empty() ? "200" : "201";
    responses.Set(status, Answer(method, binding, status, rest.created().empty() ? "Done." : "Made.",
                                 SettledState(output, rest)));
    if (!rest.pending_state().empty()) {
      const std::string_view how =
          rest.created().empty() ? "Send it again with the same key." : "Ask again at Location.";
      responses.Set(
          "202", Answer(method, binding, "202", fmt::format("Under way: `{}`. {}", rest.pending_state(), how),
                        PendingState(output, rest)));
    }
    if (IsConditional(method)) {
      responses.Set("304", Yaml().Set("description", "What If-None-Match names is what it is now."));
    }
  }

  // As JSON first: that is what generated clients know.
  Yaml Shown(const MethodDescriptor& method, const rpc::HttpBinding& binding) {
    const auto& output = AnswerOf(method, binding);
    Yaml media;
    media.Set("schema", schemas_.Of(output, Use::kAnswer))
        .Set("example", schemas_.Example(output, Use::kAnswer));
    Yaml content;
    content.Set("application/json", std::move(media));
    for (const auto& type : method.options().GetExtension(options::rest).shown_as())
      content.Set(type, Binary());
    return Yaml().Set("description", "Done. As what, Accept says.").Set("content", std::move(content));
  }

  // The schema is that of the data of each event.
  Yaml Stream(const Descriptor& event) {
    Yaml media;
    media.Set("schema", schemas_.Of(event, Use::kAnswer))
        .Set("example", schemas_.Example(event, Use::kAnswer));
    return Yaml()
        .Set("description",
             "Server-Sent Events, for as long as the caller stays: `id` is a position, `event` a kind, "
             "`data` one line "
             "of JSON as here.")
        .Set("content", Yaml().Set("text/event-stream", std::move(media)));
  }

  // Of a method that may answer 202: a state in which it does not.
  static const EnumValueDescriptor* SettledState(const Descriptor& output, const options::Rest& rest) {
    if (rest.pending_state().empty()) return nullptr;
    const auto& states = *output.FindFieldByName("state")->enum_type();
    for (int i = 0; i < states.value_count(); ++i) {
      const auto& state = *states.value(i);
      if (state.number() != 0 && state.name() != rest.pending_state()) return &state;
    }
    return nullptr;
  }

  static const EnumValueDescriptor* PendingState(const Descriptor& output, const options::Rest& rest) {
    return output.FindFieldByName("state")->enum_type()->FindValueByName(rest.pending_state());
  }

  // `state`: what the example's state is, where it matters.
  Yaml Answer(const MethodDescriptor& method, const rpc::HttpBinding& binding, std::string_view status,
              const std::string& description, const EnumValueDescriptor* state) {
    const auto& output = AnswerOf(method, binding);
    Yaml headers;
    const auto add = [&](std::string_view name) { headers.Set(name, Yaml::Ref("headers", name)); };
    if (!method.options().GetExtension(options::rest).created().empty()) add("Location");
    if (output.FindFieldByName("etag") != nullptr) add("ETag");
    if (output.FindFieldByName("text_language") != nullptr) add("Content-Language");
    if (TakesKey(method)) add("Idempotent-Replayed");
    if (status == "202") add("Retry-After");
    auto example =
        state == nullptr ? schemas_.Example(output, Use::kAnswer) : schemas_.ExampleIn(*state, output);
    Yaml response;
    response.Set("description", description);
    if (!headers.Empty()) response.Set("headers", std::move(headers));
    Yaml media;
    media.Set("schema", schemas_.Of(output, Use::kAnswer)).Set("example", std::move(example));
    return response.Set("content", Yaml().Set("application/json", std::move(media)));
  }

  // What a refusal says beyond its reason.
  static const Descriptor& RefusalMetadata(const std::vector<const FileDescriptor*>& files) {
    const auto* message = files.front()->pool()->FindMessageTypeByName("marketplace.type.v1.RefusalMetadata");
    if (message == nullptr) throw std::logic_error("OpenApi() needs marketplace/type/v1/refusal.proto");
    return *message;
  }

  Yaml Components() {
    Yaml components;
    components["securitySchemes"].Set("accessToken",
                                      Yaml()
                                          .Set("type", "http")
                                          .Set("scheme", "bearer")
                                          .Set("description", "`accessToken` of a session, or an API key."));
    const auto header = [](std::string_view name, std::string_view description, Yaml schema) {
      return Yaml()
          .Set("name", name)
          .Set("in", "header")
          .Set("description", description)
          .Set("schema", std::move(schema));
    };
    auto& parameters = components["parameters"];
    const auto key = header(
        "Idempotency-Key",
        "Any text of the caller's that names this one wish, bare or in quotes. A repetition gets the first "
        "answer again, for 72 hours.",
        Yaml().Set("type", "string").Set("minLength", 1).Set("maxLength", 255).Set("pattern", "^[ -~]+$"));
    parameters.Set("IdempotencyKey",
                   Yaml(key).Set("required", true).Set("example", "8e03978e-40d5-43dd-bc93-6894a57f9324"));
    parameters.Set("OptionalIdempotencyKey", key);
    parameters.Set("IfMatch", header("If-Match", "Only if the resource still has this ETag.",
                                     Yaml().Set("type", "string")));
    parameters.Set("IfNoneMatch", header("If-None-Match", "304 if the resource still has this ETag.",
                                         Yaml().Set("type", "string")));
    parameters.Set(
        "AcceptLanguage",
        header("Accept-Language", "The languages that its reader likes; texts are in the best that there is.",
               Yaml().Set("type", "string").Set("example", "ru-RU,ru;q=0.9,en;q=0.5")));
    parameters.Set(
        "LastEventId",
        header("Last-Event-ID", "The `id` of the last event that was read: what came after it is told.",
               Yaml().Set("type", "string")));
    const auto answered = [](std::string_view description, std::string_view type) {
      return Yaml().Set("description", description).Set("schema", Yaml().Set("type", type));
    };
    components["headers"]
        .Set("Content-Disposition", answered("What the file is called.", "string"))
        .Set("Content-Language", answered("The language that the texts are in.", "string"))
        .Set("ETag", answered("The version of the resource.", "string"))
        .Set("Idempotent-Replayed", answered("\"true\" on an answer that was given before.", "string"))
        .Set("Location", answered("Where the resource is.", "string"))
        .Set("Retry-After", answered("Seconds after which to come back.", "integer"))
        .Set("WWW-Authenticate", answered("\"Bearer\".", "string"));
    components.Set("responses", refusals_.Components());
    auto metadata = schemas_.Of(RefusalMetadata(files_), Use::kAnswer);
    auto schemas = schemas_.Components();
    Refusals::AddSchemas(schemas, std::move(metadata));
    auto& written = components["schemas"];
    for (auto& [name, schema] : schemas) written.Set(name, std::move(schema));
    return components;
  }

  const std::vector<const FileDescriptor*>& files_;
  Schemas schemas_;
  Refusals refusals_;
  std::map<std::string, Yaml> paths_;
};

}  // namespace

OpenApiDocument OpenApi(const std::vector<const FileDescriptor*>& files) { return Document(files).Write(); }

}  // namespace market::codegen
