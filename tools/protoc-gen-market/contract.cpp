#include "tools/protoc-gen-market/contract.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <string_view>

#include "marketplace/options/v1/options.pb.h"
#include "platform/rpc/http_rule.hpp"
#include "tools/protoc-gen-market/refusals.hpp"

namespace market::codegen {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::MethodDescriptor;
using google::protobuf::MethodOptions;
using google::protobuf::ServiceDescriptor;
using google::protobuf::SourceLocation;
namespace options = marketplace::options::v1;

constexpr std::uint32_t kTimeoutMaxMs = 60'000;
constexpr std::size_t kPatternedBytesMax = 4096;
// What an account may have on its way at once (platform/uploads).
constexpr std::uint64_t kUploadBytesMax = 128ULL * 1024 * 1024;

class Report {
 public:
  template <class Described>
  void Add(const Described& where, std::string_view name, std::string_view problem) {
    SourceLocation location;
    const int line = where.GetSourceLocation(&location) ? location.start_line + 1 : 0;
    problems_.push_back(fmt::format("{}:{}: {}: {}", where.file()->name(), line, name, problem));
  }
  std::vector<std::string> Take() { return std::move(problems_); }

 private:
  std::vector<std::string> problems_;
};

// "seller.id": the field at the end of the path, or null.
const FieldDescriptor* Resolve(const Descriptor* message, std::string_view path) {
  for (;;) {
    const auto dot = path.find('.');
    const auto* field = message->FindFieldByName(std::string(path.substr(0, dot)));
    if (field == nullptr || dot == std::string_view::npos) return field;
    if (field->is_repeated() || field->type() != FieldDescriptor::TYPE_MESSAGE) return nullptr;
    message = field->message_type();
    path.remove_prefix(dot + 1);
  }
}

// One field of this name and type that is no list.
bool Has(const Descriptor& message, const std::string& name, FieldDescriptor::Type type) {
  const auto* field = message.FindFieldByName(name);
  return field != nullptr && field->type() == type && !field->is_repeated();
}

bool IsText(const FieldDescriptor* field) {
  return field != nullptr && !field->is_repeated() && field->type() == FieldDescriptor::TYPE_STRING;
}

class MethodCheck {
 public:
  MethodCheck(const MethodDescriptor& method, Report& report)
      : method_(method),
        name_(method.service()->name() + "." + method.name()),
        policy_(method.options().GetExtension(options::policy)),
        rest_(method.options().GetExtension(options::rest)),
        bindings_(rpc::BindingsOf(method)),
        safe_(method.options().idempotency_level() == MethodOptions::NO_SIDE_EFFECTS),
        report_(report) {}

  void Run() {
    if (method_.client_streaming() || method_.server_streaming()) Refuse("streaming is not supported");
    if (policy_.allow().empty()) {
      Refuse("has no (marketplace.options.v1.policy) with an audience");
      return;
    }
    CheckAudiences();
    CheckPermission();
    CheckPolicy();
    CheckKey();
    for (const auto& binding : bindings_) CheckBinding(binding);
    CheckRest();
  }

 private:
  void Refuse(std::string_view problem) { report_.Add(method_, name_, problem); }

  bool Allows(options::Audience audience) const {
    return std::ranges::find(policy_.allow(), audience) != policy_.allow().end();
  }

  void CheckAudiences() {
    std::set<int> seen;
    for (const auto audience : policy_.allow()) {
      if (audience == options::AUDIENCE_UNSPECIFIED || !options::Audience_IsValid(audience)) {
        Refuse("allows an audience that does not exist");
      }
      if (!seen.insert(audience).second) Refuse("names an audience twice");
    }
    if (Allows(options::SERVICE) && policy_.services().empty())
      Refuse("allows SERVICE but names no services");
    if (!Allows(options::SERVICE) && !policy_.services().empty())
      Refuse("names services but does not allow SERVICE");
    if (Allows(options::PUBLIC) &&
        (Allows(options::ACCOUNT) || Allows(options::SELLER) || Allows(options::OPERATOR))) {
      Refuse("PUBLIC includes every account: name one or the other");
    }
  }

  void CheckPermission() {
    const auto permission = policy_.permission();
    const bool asked = Allows(options::SELLER) || Allows(options::OPERATOR);
    if (permission == options::PERMISSION_UNSPECIFIED) {
      if (asked) Refuse("allows SELLER or OPERATOR but names no permission");
      return;
    }
    if (!options::Permission_IsValid(permission)) Refuse("names a permission that does not exist");
    if (!asked && !Allows(options::PUBLIC)) Refuse("names a permission that nobody it allows is asked for");
  }

  void CheckPolicy() {
    if (!policy_.seller_field().empty()) {
      if (!Allows(options::SELLER)) Refuse("has a seller_field but does not allow SELLER");
      if (!IsText(Resolve(method_.input_type(), policy_.seller_field()))) {
        Refuse(fmt::format("seller_field \"{}\" is not a string field of {}", policy_.seller_field(),
                           method_.input_type()->name()));
      }
    }
    if (policy_.full_account() && !Allows(options::ACCOUNT))
      Refuse("is for a full_account but does not allow ACCOUNT");
    if (policy_.timeout_ms() > kTimeoutMaxMs) Refuse(fmt::format("timeout_ms is above {}", kTimeoutMaxMs));
    for (const auto reason : policy_.refusals()) {
      if (reason == options::REASON_UNSPECIFIED || !options::Reason_IsValid(reason)) {
        Refuse("refuses with a reason that does not exist");
      }
    }
  }

  // Every method that changes something can be repeated under an Idempotency-Key, which belongs to an
  // account, but those that answer with a secret. Services repeat by the ids in their requests.
  void CheckKey() {
    if (safe_) {
      if (policy_.idempotency_key()) Refuse("wants an idempotency key but has NO_SIDE_EFFECTS");
      if (policy_.secret_answer()) Refuse("has a secret_answer, which is for what changes something");
      return;
    }
    if (policy_.secret_answer() && policy_.idempotency_key())
      Refuse("has a secret_answer, which is never kept, but wants an idempotency key");
    if (Allows(options::PUBLIC) && !policy_.secret_answer() && !TakesHeader(*method_.input_type())) {
      Refuse(
          "changes something for callers without an account, to which an idempotency key would belong: "
          "NO_SIDE_EFFECTS, secret_answer, a field with a header, or no PUBLIC");
    }
    if (Allows(options::SERVICE) && policy_.allow_size() > 1)
      Refuse("changes something for services and for others: make it two methods");
  }

  void CheckBinding(const rpc::HttpBinding& binding) {
    if (policy_.allow_size() == 1 && Allows(options::SERVICE)) Refuse("is internal but has a REST binding");
    static const std::set<std::string_view> kVerbs = {"GET", "PUT", "POST", "DELETE", "PATCH"};
    if (!kVerbs.contains(binding.verb))
      Refuse(fmt::format("\"{}\" is not a verb of the REST surface", binding.verb));
    if (!binding.path.starts_with('/'))
      Refuse(fmt::format("path \"{}\" does not begin with /", binding.path));
    if (binding.verb == "GET" && !safe_) Refuse("answers GET but is not NO_SIDE_EFFECTS");
    if ((binding.verb == "GET" || binding.verb == "DELETE") && !binding.body.empty()) {
      Refuse(fmt::format("{} takes no body", binding.verb));
    }
    if (binding.path.find_first_of("*=") != std::string::npos) {
      Refuse(fmt::format("path \"{}\": a variable is one segment, without a pattern", binding.path));
    }
    for (const auto& variable : rpc::PathVariables(binding.path)) {
      if (!IsText(Resolve(method_.input_type(), variable))) {
        Refuse(fmt::format("path variable \"{}\" is not a string field of {}", variable,
                           method_.input_type()->name()));
      }
    }
    if (!binding.body.empty() && binding.body != "*") {
      const auto* field = method_.input_type()->FindFieldByName(binding.body);
      if (field == nullptr || field->is_repeated() || field->type() != FieldDescriptor::TYPE_MESSAGE) {
        Refuse(fmt::format("body \"{}\" is not a message field of {}", binding.body,
                           method_.input_type()->name()));
      }
    }
  }

  void CheckRest() {
    const bool posts =
        std::ranges::any_of(bindings_, [](const auto& binding) { return binding.verb == "POST"; });
    if (!rest_.created().empty()) {
      if (!posts) Refuse("rest.created is for POST");
      for (const auto& variable : rpc::PathVariables(rest_.created())) {
        if (!IsText(Resolve(method_.output_type(), variable))) {
          Refuse(fmt::format("rest.created: \"{}\" is not a string field of {}", variable,
                             method_.output_type()->name()));
        }
      }
    }
    if (!rest_.pending_state().empty()) {
      const auto* state = method_.output_type()->FindFieldByName("state");
      if (state == nullptr || state->enum_type() == nullptr ||
          state->enum_type()->FindValueByName(rest_.pending_state()) == nullptr) {
        Refuse(fmt::format("rest.pending_state \"{}\" is not a state of {}", rest_.pending_state(),
                           method_.output_type()->name()));
      }
    }
    if (rest_.max_age_s() > 0 && !(safe_ && Allows(options::PUBLIC)))
      Refuse("only public reads have a max_age_s");
    if (rest_.cached() && !(safe_ && Allows(options::PUBLIC) && !bindings_.empty()))
      Refuse("only public reads of REST are cached");
    if (rest_.cached() && (rest_.events() || !rest_.upload().empty() || rest_.download()))
      Refuse("is cached, and no answer of one piece");
    if (rest_.any_body() &&
        std::ranges::any_of(bindings_, [](const auto& binding) { return !binding.body.empty(); }))
      Refuse("rest.any_body is for methods that read none");
    if (!rest_.raw().empty()) CheckRaw();
    if (rest_.events()) CheckEvents();
    if (!rest_.upload().empty() || !rest_.pieces().empty() || rest_.upload_bytes_max() > 0) CheckUpload();
    if (rest_.download()) CheckDownload();
    if (!rest_.shown_by().empty() || rest_.shown_as_size() > 0) CheckShown();
    if ((rest_.events() ? 1 : 0) + (rest_.upload().empty() ? 0 : 1) + (rest_.download() ? 1 : 0) > 1)
      Refuse("is of several kinds: events, upload and download are one each");
    for (const auto& binding : bindings_) CheckBrowser(binding);
  }

  void CheckRaw() {
    const auto* body = method_.input_type()->FindFieldByName(rest_.raw());
    if (body == nullptr || body->type() != FieldDescriptor::TYPE_BYTES || body->is_repeated()) {
      Refuse(
          fmt::format("rest.raw \"{}\" is no bytes field of {}", rest_.raw(), method_.input_type()->name()));
    }
    const auto posts = [](const rpc::HttpBinding& binding) {
      return binding.verb == "POST" && binding.body.empty();
    };
    if (!std::ranges::all_of(bindings_, posts) || rest_.any_body() || !rest_.upload().empty())
      Refuse("rest.raw is for POST without another body");
  }

  // What the gateway goes by, too.
  void CheckBrowser(const rpc::HttpBinding& binding) {
    const auto& output = *method_.output_type();
    if (!binding.IsOfBrowser()) {
      if (!binding.response_body.empty()) Refuse("response_body is for paths below /v1/browser/");
      return;
    }
    if (safe_) Refuse("a path below /v1/browser/ begins, renews or ends a session");
    if (output.full_name() == "google.protobuf.Empty") return;
    const auto* body = output.FindFieldByName(binding.response_body);
    if (body == nullptr || body->is_repeated() || body->type() != FieldDescriptor::TYPE_MESSAGE)
      Refuse(fmt::format("response_body \"{}\" is not a message field of {}", binding.response_body,
                         output.name()));
    const auto* expires_in = output.FindFieldByName("expires_in");
    if (expires_in == nullptr || expires_in->type() != FieldDescriptor::TYPE_INT64)
      Refuse("a path below /v1/browser/ needs `expires_in` in " + output.name());
  }

  // What the gateway goes by.
  void CheckEvents() {
    const auto& input = *method_.input_type();
    const auto& output = *method_.output_type();
    const auto* events = output.FindFieldByName("events");
    const bool listed = events != nullptr && events->is_repeated() && events->message_type() != nullptr;
    if (!safe_ || !policy_.waits()) Refuse("rest.events is for reads that wait");
    if (!Has(input, "after", FieldDescriptor::TYPE_STRING) ||
        !Has(input, "wait_ms", FieldDescriptor::TYPE_INT32))
      Refuse("rest.events needs `after` and `wait_ms` in " + input.name());
    if (!listed || !Has(*events->message_type(), "position", FieldDescriptor::TYPE_STRING) ||
        !Has(*events->message_type(), "kind", FieldDescriptor::TYPE_ENUM) ||
        !Has(output, "next", FieldDescriptor::TYPE_STRING) ||
        !Has(output, "expired", FieldDescriptor::TYPE_BOOL) ||
        !Has(output, "listener", FieldDescriptor::TYPE_STRING))
      Refuse("rest.events needs `events` with `position` and `kind`, `next`, `expired` and `listener` in " +
             output.name());
  }

  void CheckUpload() {
    const auto* file = method_.input_type()->FindFieldByName(rest_.upload());
    if (file == nullptr || file->is_repeated() || file->message_type() == nullptr ||
        file->message_type()->full_name() != "marketplace.type.v1.Upload") {
      Refuse(fmt::format("rest.upload \"{}\" is no type.v1.Upload of {}", rest_.upload(),
                         method_.input_type()->name()));
    }
    if (rest_.upload_bytes_max() == 0 || rest_.upload_bytes_max() > kUploadBytesMax)
      Refuse(fmt::format("rest.upload needs an upload_bytes_max of at most {}", kUploadBytesMax));
    const bool fit = std::ranges::all_of(bindings_, [](const auto& binding) {
      return (binding.verb == "POST" || binding.verb == "PUT") && binding.body.empty();
    });
    if (safe_ || bindings_.empty() || !fit)
      Refuse("rest.upload is for what changes something by POST or PUT: the file is the body");
    if (Allows(options::PUBLIC)) Refuse("rest.upload is for accounts: nobody else has pieces on their way");
    CheckPieces();
  }

  // Whoever may call the method sends its pieces first.
  void CheckPieces() {
    const auto* pieces = method_.service()->FindMethodByName(rest_.pieces());
    if (pieces == nullptr || pieces->input_type()->full_name() != "marketplace.type.v1.Piece" ||
        pieces->output_type()->full_name() != "marketplace.type.v1.PieceAdded") {
      Refuse(fmt::format("rest.pieces \"{}\" is no method of {} from Piece to PieceAdded", rest_.pieces(),
                         method_.service()->name()));
      return;
    }
    const auto& allowed = pieces->options().GetExtension(options::policy).allow();
    for (const auto audience : policy_.allow()) {
      if (std::ranges::find(allowed, audience) == allowed.end())
        Refuse(fmt::format("allows {}, to whom {} is refused", options::Audience_Name(audience),
                           pieces->name()));
    }
  }

  void CheckDownload() {
    const auto& input = *method_.input_type();
    const auto& output = *method_.output_type();
    const bool gets =
        std::ranges::all_of(bindings_, [](const auto& binding) { return binding.verb == "GET"; });
    if (!safe_ || bindings_.empty() || !gets) Refuse("rest.download is for reads by GET");
    if (!Has(input, "after", FieldDescriptor::TYPE_STRING))
      Refuse("rest.download needs `after` in " + input.name());
    if (!Has(output, "content", FieldDescriptor::TYPE_BYTES) ||
        !Has(output, "next", FieldDescriptor::TYPE_STRING) ||
        !Has(output, "media_type", FieldDescriptor::TYPE_STRING) ||
        !Has(output, "file_name", FieldDescriptor::TYPE_STRING))
      Refuse("rest.download needs `content`, `next`, `media_type` and `file_name` in " + output.name());
  }

  // The gateway asks either method at the path of this one: whoever may ask the one may ask the other.
  void CheckShown() {
    const auto* by = method_.service()->FindMethodByName(rest_.shown_by());
    if (rest_.shown_as_size() == 0 || by == nullptr ||
        !by->options().GetExtension(options::rest).download()) {
      Refuse("rest.shown_by and shown_as name a download of " + method_.service()->name() +
             " and its media types");
      return;
    }
    if (!safe_ || rest_.events() || rest_.download() || !rest_.upload().empty())
      Refuse("rest.shown_by is for reads that answer JSON");
    if (!Has(*by->input_type(), "media_type", FieldDescriptor::TYPE_STRING))
      Refuse("rest.shown_by needs `media_type` in " + by->input_type()->name());
    for (const auto& binding : bindings_) {
      for (const auto& variable : rpc::PathVariables(binding.path)) {
        if (!IsText(Resolve(by->input_type(), variable)))
          Refuse(fmt::format("path variable \"{}\" is not a string field of {}", variable,
                             by->input_type()->name()));
      }
    }
    const auto& allowed = by->options().GetExtension(options::policy).allow();
    if (!std::ranges::equal(allowed, policy_.allow())) Refuse("allows others than " + by->name());
  }

  const MethodDescriptor& method_;
  const std::string name_;
  const options::Policy& policy_;
  const options::Rest& rest_;
  const std::vector<rpc::HttpBinding> bindings_;
  const bool safe_;
  Report& report_;
};

bool IsInteger(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_INT64:
    case FieldDescriptor::CPPTYPE_UINT32:
      return true;
    default:
      return false;
  }
}

// What a rule looks at: a map's values, a Money's amount, otherwise the field itself.
const FieldDescriptor& Ruled(const FieldDescriptor& field) {
  return field.is_map() ? *field.message_type()->FindFieldByName("value") : field;
}

bool TakesBounds(const FieldDescriptor& field) {
  if (IsInteger(field)) return true;
  if (field.type() != FieldDescriptor::TYPE_MESSAGE) return false;
  const auto* amount = field.message_type()->FindFieldByName("amount");
  return amount != nullptr && IsInteger(*amount);
}

void CheckField(const FieldDescriptor& field, Report& report) {
  const auto refuse = [&](std::string_view problem) { report.Add(field, field.full_name(), problem); };
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_UINT64)
    refuse("uint64 does not fit a JSON number; use int64");
  if (!field.options().HasExtension(options::rules)) return;
  const auto& rules = field.options().GetExtension(options::rules);
  const auto& ruled = Ruled(field);
  const bool text_rules = rules.min_len() > 0 || rules.max_len() > 0 || !rules.pattern().empty() ||
                          rules.uuid() || rules.email() || rules.https_url() || rules.phone();
  if (text_rules && ruled.type() != FieldDescriptor::TYPE_STRING)
    refuse("rules for text on what is not a string");
  if ((rules.has_min() || rules.has_max()) && !TakesBounds(ruled))
    refuse("min or max on what is not an integer");
  if (rules.has_min() && rules.has_max() && rules.min() > rules.max()) refuse("min is above max");
  if (rules.max_len() > 0 && rules.min_len() > rules.max_len()) refuse("min_len is above max_len");
  if ((rules.min_items() > 0 || rules.max_items() > 0) && !field.is_repeated())
    refuse("items rules on one value");
  if (rules.max_items() > 0 && rules.min_items() > rules.max_items()) refuse("min_items is above max_items");
  if (rules.has_cookie() && (field.type() != FieldDescriptor::TYPE_STRING || field.is_repeated()))
    refuse("a cookie is one string");
  if (!rules.header().empty() && (field.type() != FieldDescriptor::TYPE_STRING || field.is_repeated()))
    refuse("a header is one string");
  if (rules.pattern().empty()) return;
  const re2::RE2 pattern(rules.pattern(), re2::RE2::Quiet);
  if (!pattern.ok()) {
    refuse("pattern: " + pattern.error());
  } else if (!rules.example().empty() && !re2::RE2::FullMatch(rules.example(), pattern)) {
    refuse(fmt::format("the example \"{}\" does not match the pattern", rules.example()));
  }
  if (rules.max_len() > kPatternedBytesMax) refuse("a pattern on text this long");
}

void CheckMessage(const Descriptor& message, Report& report) {
  for (int i = 0; i < message.field_count(); ++i) CheckField(*message.field(i), report);
  for (int i = 0; i < message.nested_type_count(); ++i) CheckMessage(*message.nested_type(i), report);
}

void CheckService(const ServiceDescriptor& service, std::map<std::string, std::string>& routes,
                  Report& report) {
  if (!service.name().ends_with("Service"))
    report.Add(service, service.name(), "a service's name ends with Service");
  for (int i = 0; i < service.method_count(); ++i) {
    const auto& method = *service.method(i);
    MethodCheck(method, report).Run();
    for (const auto& binding : rpc::BindingsOf(method)) {
      const auto [other, fresh] = routes.emplace(binding.verb + " " + binding.path, method.name());
      if (!fresh) {
        report.Add(method, service.name() + "." + method.name(),
                   fmt::format("{} is bound to {} already", other->first, other->second));
      }
    }
  }
}

}  // namespace

std::vector<std::string> Problems(const FileDescriptor& file) {
  Report report;
  std::map<std::string, std::string> routes;
  for (int i = 0; i < file.service_count(); ++i) CheckService(*file.service(i), routes, report);
  for (int i = 0; i < file.message_type_count(); ++i) CheckMessage(*file.message_type(i), report);
  return report.Take();
}

}  // namespace market::codegen
