#include "platform/rules/validation.hpp"

#include <google/protobuf/field_mask.pb.h>
#include <re2/re2.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "marketplace/options/v1/options.pb.h"
#include "platform/core/error.hpp"
#include "platform/core/id.hpp"
#include "platform/core/utf8.hpp"
#include "platform/rules/internet_rules.hpp"
#include "platform/rules/phone_rules.hpp"
#include "platform/rules/text_rules.hpp"
#include "platform/unicode/unicode.hpp"

namespace market::rules {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using marketplace::options::v1::FieldRules;

constexpr std::size_t kViolationsMax = 20;
constexpr std::size_t kPatternBytesMax = 4096;
constexpr std::size_t kShownKeyBytesMax = 64;

struct TypePlan;

// One field that there is something to check about.
struct FieldPlan {
  const FieldDescriptor* field;
  const FieldRules* rules;
  std::unique_ptr<const re2::RE2> pattern;   // linear in the text, whatever a contract says
  const TypePlan* type = nullptr;            // of a message field: what to check inside
  const FieldDescriptor* amount = nullptr;   // of a message field with min or max
  const FieldDescriptor* country = nullptr;  // of a telephone number, beside it: where it is dialled
};

struct TypePlan {
  std::vector<FieldPlan> fields;
  const FieldDescriptor* update_mask = nullptr;
};

// A place in the message, as a chain on the stack: its text is made only for a violation.
struct Place {
  const Place* parent;
  std::string_view name;
  int index = -1;
  std::string_view key;
};

std::string Path(const Place& place) {
  std::string path = place.parent != nullptr ? Path(*place.parent) : std::string();
  if (!path.empty() && !place.name.empty()) path += '.';
  path += place.name;
  if (place.index >= 0) path += "[" + std::to_string(place.index) + "]";
  if (!place.key.empty()) {
    path += '.';
    path += CleanLength(place.key) ? ToValidUtf8(place.key, kShownKeyBytesMax) : "?";
  }
  return path;
}

std::unique_ptr<const re2::RE2> Compiled(const std::string& pattern) {
  auto compiled = std::make_unique<const re2::RE2>(pattern, re2::RE2::Quiet);
  if (!compiled->ok()) throw std::invalid_argument("pattern " + pattern + ": " + compiled->error());
  return compiled;
}

struct Fault {
  std::string_view reason;
  std::string detail;
};

std::string Characters(std::string_view bound, std::uint32_t length) {
  return "must have " + std::string(bound) + ' ' + std::to_string(length) + " characters";
}

// Of a text in its form.
std::optional<Fault> FaultOf(const FieldPlan& plan, std::string_view text) {
  const auto& rules = *plan.rules;
  auto length = CleanLength(text);
  if (!length) return Fault{"INVALID_TEXT", "must be UTF-8 text without control characters"};
  if (rules.secret()) {
    const auto opaque = unicode::OpaqueString(text);
    if (!opaque) return Fault{"INVALID_TEXT", "must not have control or other invisible characters"};
    length = CleanLength(*opaque);
  }
  if (*length < rules.min_len()) return Fault{"TOO_SHORT", Characters("at least", rules.min_len())};
  if (rules.max_len() > 0 && *length > rules.max_len()) {
    return Fault{"TOO_LONG", Characters("at most", rules.max_len())};
  }
  // An empty optional field is how a client clears it; an empty element of a list or a map is only empty.
  if (!text.empty() || plan.field->is_repeated()) {
    if (const auto fault = WritingFault(rules.text(), text); !fault.empty()) {
      return Fault{"INVALID_TEXT", std::string(fault)};
    }
  }
  if (rules.uuid()) {
    const auto id = Uuid::Parse(text);
    if (!id || id->IsNil()) return Fault{"INVALID_UUID", "must be a UUID of 36 characters"};
  }
  if (rules.email()) {
    if (const auto fault = EmailFault(text); !fault.empty())
      return Fault{"INVALID_EMAIL", std::string(fault)};
  }
  if (rules.https_url()) {
    if (const auto fault = HttpsUrlFault(text); !fault.empty())
      return Fault{"INVALID_URL", std::string(fault)};
  }
  if (rules.language() && !text.empty() && !IsLanguage(text)) {
    return Fault{"INVALID_LANGUAGE", "must be a language, such as en-GB, es-419 or zh-Hant-TW"};
  }
  if (plan.pattern && (text.size() > kPatternBytesMax ||
                       !re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), *plan.pattern))) {
    return Fault{"INVALID_FORMAT", "must match " + rules.pattern()};
  }
  return std::nullopt;
}

class Check {
 public:
  void Fields(const TypePlan& type, Message& message, const Place* parent) {
    const std::vector<std::string>* mask = nullptr;
    std::vector<std::string> masked;
    if (parent == nullptr && type.update_mask != nullptr) {
      masked = MaskOf(*type.update_mask, message);
      mask = &masked;
    }
    for (const auto& plan : type.fields) {
      if (full_) return;
      Field(plan, message, {parent, plan.field->json_name()}, mask);
    }
  }

  void ThrowIfBad() {
    if (error_) throw std::move(*error_);
  }

 private:
  static std::vector<std::string> MaskOf(const FieldDescriptor& field, const Message& message) {
    const auto& mask =
        static_cast<const google::protobuf::FieldMask&>(message.GetReflection()->GetMessage(message, &field));
    return {mask.paths().begin(), mask.paths().end()};
  }

  void Refuse(const Place& place, std::string_view reason, std::string detail) {
    if (full_) return;
    if (!error_) error_.emplace(Code::kInvalidArgument, "INVALID_ARGUMENT", "the request has invalid fields");
    error_->WithField(Path(place), std::string(reason), std::move(detail));
    full_ = error_->fields.size() >= kViolationsMax;
  }

  // `mask`: of a message field of a partial update, the fields of it that are meant.
  void Field(const FieldPlan& plan, Message& message, const Place& place,
             const std::vector<std::string>* mask) {
    const auto& reflection = *message.GetReflection();
    if (plan.field->is_map()) {
      Map(plan, message, reflection, place);
    } else if (plan.field->is_repeated()) {
      List(plan, message, reflection, place);
    } else {
      Single(plan, message, reflection, place, mask);
    }
  }

  void Single(const FieldPlan& plan, Message& message, const Reflection& reflection, const Place& place,
              const std::vector<std::string>* mask) {
    // An implicit field that is empty counts as absent; HasField says so.
    if (!reflection.HasField(message, plan.field)) {
      if (plan.rules->required() && Wanted(plan)) Refuse(place, "REQUIRED", "is required");
      return;
    }
    switch (plan.field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING: {
        if (plan.field->type() == FieldDescriptor::TYPE_BYTES) return;
        std::string scratch;
        const auto& sent = reflection.GetStringReference(message, plan.field, &scratch);
        auto form = plan.rules->phone() ? Phone(plan, sent, CountryOf(plan, message), place)
                                        : Text(plan, sent, place);
        if (form) reflection.SetString(&message, plan.field, std::move(*form));
        return;
      }
      case FieldDescriptor::CPPTYPE_INT32:
        Integer(*plan.rules, reflection.GetInt32(message, plan.field), place);
        return;
      case FieldDescriptor::CPPTYPE_INT64:
        Integer(*plan.rules, reflection.GetInt64(message, plan.field), place);
        return;
      case FieldDescriptor::CPPTYPE_UINT32:
        Integer(*plan.rules, reflection.GetUInt32(message, plan.field), place);
        return;
      case FieldDescriptor::CPPTYPE_ENUM:
        Enum(plan, reflection.GetEnumValue(message, plan.field), place);
        return;
      case FieldDescriptor::CPPTYPE_MESSAGE:
        Inner(plan, *reflection.MutableMessage(&message, plan.field), place, mask);
        return;
      default:
        return;
    }
  }

  // Whether a missing field is meant to be there: always, but in a partial update only if the mask names it.
  bool Wanted(const FieldPlan& plan) const {
    if (mask_ == nullptr) return true;
    return std::ranges::any_of(*mask_, [&](std::string_view path) {
      return path == "*" || path.substr(0, path.find('.')) == plan.field->name();
    });
  }

  void List(const FieldPlan& plan, Message& message, const Reflection& reflection, const Place& place) {
    const int size = reflection.FieldSize(message, plan.field);
    if (!Items(*plan.rules, size, place, Wanted(plan))) return;
    std::string scratch;
    for (int i = 0; i < size && !full_; ++i) {
      const Place item{place.parent, place.name, i};
      switch (plan.field->cpp_type()) {
        case FieldDescriptor::CPPTYPE_STRING: {
          if (plan.field->type() == FieldDescriptor::TYPE_BYTES) return;
          auto form =
              Text(plan, reflection.GetRepeatedStringReference(message, plan.field, i, &scratch), item);
          if (form) reflection.SetRepeatedString(&message, plan.field, i, std::move(*form));
          break;
        }
        case FieldDescriptor::CPPTYPE_INT32:
          Integer(*plan.rules, reflection.GetRepeatedInt32(message, plan.field, i), item);
          break;
        case FieldDescriptor::CPPTYPE_INT64:
          Integer(*plan.rules, reflection.GetRepeatedInt64(message, plan.field, i), item);
          break;
        case FieldDescriptor::CPPTYPE_UINT32:
          Integer(*plan.rules, reflection.GetRepeatedUInt32(message, plan.field, i), item);
          break;
        case FieldDescriptor::CPPTYPE_ENUM:
          Enum(plan, reflection.GetRepeatedEnumValue(message, plan.field, i), item);
          break;
        case FieldDescriptor::CPPTYPE_MESSAGE:
          Inner(plan, *reflection.MutableRepeatedMessage(&message, plan.field, i), item, nullptr);
          break;
        default:
          return;
      }
    }
    if (size > 1 && (plan.rules->uuid() || plan.rules->https_url()))
      Repeats(plan, message, reflection, place);
  }

  // Ids are a set: what is named again counts once. A URL that is there again is a mistake of its sender.
  void Repeats(const FieldPlan& plan, Message& message, const Reflection& reflection, const Place& place) {
    std::unordered_set<std::string> seen;
    const int size = reflection.FieldSize(message, plan.field);
    int kept = 0;
    for (int i = 0; i < size; ++i) {
      if (seen.insert(reflection.GetRepeatedString(message, plan.field, i)).second) {
        if (kept != i) reflection.SwapElements(&message, plan.field, kept, i);
        ++kept;
      } else if (plan.rules->https_url()) {
        Refuse({place.parent, place.name, i}, "DUPLICATE", "is in the list already");
        return;
      }
    }
    for (int i = kept; i < size; ++i) reflection.RemoveLast(&message, plan.field);
  }

  // Of maps the contract has only those of text to text; others are bound by their number of items.
  void Map(const FieldPlan& plan, Message& message, const Reflection& reflection, const Place& place) {
    const int size = reflection.FieldSize(message, plan.field);
    if (!Items(*plan.rules, size, place, Wanted(plan))) return;
    const auto* key = plan.field->message_type()->map_key();
    const auto* value = plan.field->message_type()->map_value();
    if (key->type() != FieldDescriptor::TYPE_STRING) return;
    std::string key_scratch;
    std::string value_scratch;
    std::vector<std::pair<int, std::string>> renamed;  // entries whose key came in another form
    for (int i = 0; i < size && !full_; ++i) {
      const auto& entry = reflection.GetRepeatedMessage(message, plan.field, i);
      const auto& inner = *entry.GetReflection();
      const auto& name = inner.GetStringReference(entry, key, &key_scratch);
      const Place item{place.parent, place.name, -1, name.empty() ? "?" : std::string_view(name)};
      if (auto form = Key(*plan.rules, name, item)) renamed.emplace_back(i, std::move(*form));
      if (value->type() != FieldDescriptor::TYPE_STRING) continue;
      if (auto form = Text(plan, inner.GetStringReference(entry, value, &value_scratch), item)) {
        auto& changed = *reflection.MutableRepeatedMessage(&message, plan.field, i);
        changed.GetReflection()->SetString(&changed, value, std::move(*form));
      }
    }
    for (auto& [i, form] : renamed) {
      auto& entry = *reflection.MutableRepeatedMessage(&message, plan.field, i);
      entry.GetReflection()->SetString(&entry, key, std::move(form));
    }
    if (!renamed.empty()) RefuseEqualKeys(*key, plan, message, reflection, place);
  }

  // The form of a key, where that is not how it came.
  std::optional<std::string> Key(const FieldRules& rules, const std::string& sent, const Place& item) {
    auto form = InForm(rules, sent);
    const std::string_view name = form ? *form : sent;
    const auto length = CleanLength(name);
    if (!length || *length == 0) {
      Refuse(item, "INVALID_TEXT", "a key must be text");
    } else if (rules.max_len() > 0 && *length > rules.max_len()) {
      Refuse(item, "TOO_LONG", "a key must have at most " + std::to_string(rules.max_len()) + " characters");
    } else if (const auto fault = WritingFault(rules.text(), name); !fault.empty()) {
      Refuse(item, "INVALID_TEXT", "a key " + std::string(fault));
    }
    return form;
  }

  // Two keys that read the same came as two and would be one: which value is meant, nobody knows.
  void RefuseEqualKeys(const FieldDescriptor& key, const FieldPlan& plan, const Message& message,
                       const Reflection& reflection, const Place& place) {
    std::unordered_set<std::string> seen;
    for (int i = 0; i < reflection.FieldSize(message, plan.field); ++i) {
      const auto& entry = reflection.GetRepeatedMessage(message, plan.field, i);
      const auto name = entry.GetReflection()->GetString(entry, &key);
      if (seen.insert(name).second) continue;
      Refuse({place.parent, place.name, -1, name}, "DUPLICATE", "is there twice, written in two ways");
      return;
    }
  }

  bool Items(const FieldRules& rules, int size, const Place& place, bool wanted) {
    if (size == 0 && wanted && (rules.required() || rules.min_items() > 0)) {
      Refuse(place, "REQUIRED", "must not be empty");
      return false;
    }
    if (size > 0 && static_cast<unsigned>(size) < rules.min_items()) {
      Refuse(place, "TOO_FEW", "must have at least " + std::to_string(rules.min_items()) + " items");
      return false;
    }
    if (rules.max_items() > 0 && static_cast<unsigned>(size) > rules.max_items()) {
      Refuse(place, "TOO_MANY", "must have at most " + std::to_string(rules.max_items()) + " items");
      return false;
    }
    return true;
  }

  // The form it is kept in, where that is not how it came.
  std::optional<std::string> Text(const FieldPlan& plan, const std::string& sent, const Place& place) {
    auto form = InForm(*plan.rules, sent);
    const std::string_view text = form ? *form : sent;
    if (auto fault = FaultOf(plan, text)) Refuse(place, fault->reason, std::move(fault->detail));
    return form;
  }

  static std::string CountryOf(const FieldPlan& plan, const Message& message) {
    return plan.country != nullptr ? message.GetReflection()->GetString(message, plan.country)
                                   : std::string();
  }

  // As Text; an empty one is how a client clears it.
  std::optional<std::string> Phone(const FieldPlan& plan, const std::string& sent, const std::string& country,
                                   const Place& place) {
    if (sent.empty()) return std::nullopt;
    if (auto fault = FaultOf(plan, sent)) {
      Refuse(place, fault->reason, std::move(fault->detail));
      return std::nullopt;
    }
    auto number = PhoneNumber(country, sent);
    if (!number) {
      Refuse(place, "INVALID_PHONE_NUMBER",
             country.empty() ? "must be a telephone number in international form, such as +44 20 7946 0958"
                             : "must be a telephone number as it is dialled in " + country +
                                   ", or one in international form");
    }
    return number;
  }

  void Integer(const FieldRules& rules, std::int64_t value, const Place& place) {
    if (rules.has_min() && value < rules.min()) {
      Refuse(place, "TOO_SMALL", "must be at least " + std::to_string(rules.min()));
    } else if (rules.has_max() && value > rules.max()) {
      Refuse(place, "TOO_LARGE", "must be at most " + std::to_string(rules.max()));
    }
  }

  void Enum(const FieldPlan& plan, int value, const Place& place) {
    if (plan.field->enum_type()->FindValueByNumber(value) == nullptr) {
      Refuse(place, "UNKNOWN_VALUE", "is not one of the values");
    }
  }

  // `mask`: see Field.
  void Inner(const FieldPlan& plan, Message& message, const Place& place,
             const std::vector<std::string>* mask) {
    if (plan.amount != nullptr) {
      const auto amount = message.GetReflection()->GetInt64(message, plan.amount);
      Integer(*plan.rules, amount, {&place, plan.amount->json_name()});
    }
    if (plan.type == nullptr) return;
    const auto* outer = std::exchange(mask_, mask);
    Fields(*plan.type, message, &place);
    mask_ = outer;
  }

  std::optional<Error> error_;
  bool full_ = false;
  const std::vector<std::string>* mask_ = nullptr;  // of the message that is being checked
};

bool HasRules(const FieldRules& rules) { return rules.ByteSizeLong() > 0; }

// The plans of all types met so far. One per thread: a process has one io thread, tests may have several.
class Plans {
 public:
  // Null: nothing to check about this type.
  const TypePlan* Of(const Descriptor& type) {
    const auto known = plans_.find(&type);
    const auto& plan = known != plans_.end() ? *known->second : Make(type);
    return plan.fields.empty() ? nullptr : &plan;
  }

 private:
  const TypePlan& Make(const Descriptor& type) {
    // In the table before its fields are looked at, since a type may contain itself;
    // such a type is always checked.
    auto& plan = *plans_.emplace(&type, std::make_unique<TypePlan>()).first->second;
    const auto* mask = type.FindFieldByName("update_mask");
    if (mask != nullptr && mask->message_type() == google::protobuf::FieldMask::descriptor())
      plan.update_mask = mask;
    for (int i = 0; i < type.field_count(); ++i) {
      const auto& field = *type.field(i);
      const auto& rules = field.options().GetExtension(marketplace::options::v1::rules);
      FieldPlan made{.field = &field, .rules = &rules};
      if (!rules.pattern().empty()) made.pattern = Compiled(rules.pattern());
      if (rules.phone()) made.country = type.FindFieldByName("country_code");
      if (field.type() == FieldDescriptor::TYPE_MESSAGE && !field.is_map()) {
        made.type = Inside(field);
        if (rules.has_min() || rules.has_max()) made.amount = field.message_type()->FindFieldByName("amount");
      }
      const bool text = field.type() == FieldDescriptor::TYPE_STRING || field.is_map();
      const bool names = field.type() == FieldDescriptor::TYPE_ENUM;
      if (text || names || made.type != nullptr || HasRules(rules)) plan.fields.push_back(std::move(made));
    }
    return plan;
  }

  // Google's own types (Timestamp, FieldMask …) carry no rules of ours.
  const TypePlan* Inside(const FieldDescriptor& field) {
    if (field.message_type()->file()->package() == "google.protobuf") return nullptr;
    const auto known = plans_.find(field.message_type());
    return known != plans_.end() ? known->second.get() : Of(*field.message_type());
  }

  std::unordered_map<const Descriptor*, std::unique_ptr<TypePlan>> plans_;
};

Plans& ThreadPlans() {
  thread_local Plans plans;
  return plans;
}

}  // namespace

void Apply(Message& message) {
  const auto* plan = ThreadPlans().Of(*message.GetDescriptor());
  if (plan == nullptr) return;
  Check check;
  check.Fields(*plan, message, nullptr);
  check.ThrowIfBad();
}

void Prepare(const Descriptor& type) { ThreadPlans().Of(type); }

}  // namespace market::rules
