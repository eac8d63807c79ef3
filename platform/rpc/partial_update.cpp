#include "platform/rpc/partial_update.hpp"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <string>

#include "platform/core/error.hpp"

namespace market::rpc {
namespace {

// Into single messages a path may go on; a list or a map changes as a whole.
bool Exists(const google::protobuf::Descriptor* type, std::string_view path) {
  while (type != nullptr) {
    const auto dot = path.find('.');
    const auto* field = type->FindFieldByName(std::string(path.substr(0, dot)));
    if (field == nullptr) return false;
    if (dot == std::string_view::npos) return true;
    type = field->is_repeated() ? nullptr : field->message_type();
    path.remove_prefix(dot + 1);
  }
  return false;
}

}  // namespace

PartialUpdate::PartialUpdate(const google::protobuf::Message& sent, const google::protobuf::FieldMask& mask)
    : sent_(sent), mask_(mask) {
  for (const auto& path : mask_.paths()) {
    if (!Exists(sent_.GetDescriptor(), path)) {
      throw InvalidArgument("updateMask", "UNKNOWN_FIELD", "there is no field '" + path + "' to change");
    }
  }
}

bool PartialUpdate::Changes(std::string_view field) const {
  const auto* descriptor = sent_.GetDescriptor()->FindFieldByName(std::string(field));
  if (descriptor == nullptr) throw std::logic_error("no field " + std::string(field));
  if (mask_.paths().empty()) {
    const auto& reflection = *sent_.GetReflection();
    return descriptor->is_repeated() ? reflection.FieldSize(sent_, descriptor) > 0
                                     : reflection.HasField(sent_, descriptor);
  }
  return std::ranges::any_of(mask_.paths(),
                             [&](std::string_view path) { return path.substr(0, path.find('.')) == field; });
}

std::optional<std::int64_t> ExpectedVersion(std::string_view if_match) {
  constexpr std::int64_t kNoVersion = -1;
  if (if_match.empty() || if_match == "*") return std::nullopt;
  const std::string_view text = if_match.substr(0, if_match.find('-'));
  std::int64_t version = kNoVersion;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole ? version : kNoVersion;
}

}  // namespace market::rpc
