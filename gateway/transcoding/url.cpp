#include "gateway/transcoding/url.hpp"

#include <google/protobuf/reflection.h>

#include <stdexcept>

#include "gateway/transcoding/assign.hpp"
#include "gateway/transcoding/scalar.hpp"
#include "platform/crypto/hex.hpp"

namespace market::transcoding {
namespace {

std::optional<std::string> Decode(std::string_view text, char space) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == space) {
      decoded.push_back(' ');
      continue;
    }
    if (text[i] != '%') {
      decoded.push_back(text[i]);
      continue;
    }
    const int high = i + 2 < text.size() ? crypto::HexValue(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? crypto::HexValue(text[i + 2]) : -1;
    if (high < 0 || low < 0) return std::nullopt;
    decoded.push_back(static_cast<char>(high << 4 | low));
    i += 2;
  }
  if (!IsUtf8(decoded) || decoded.contains('\0')) return std::nullopt;
  return decoded;
}

// The message that holds the last field of the path.
Message& Descend(Message& message, const FieldPath& path) {
  Message* at = &message;
  for (std::size_t i = 0; i + 1 < path.size(); ++i)
    at = at->GetReflection()->MutableMessage(at, path[i]->field);
  return *at;
}

std::string JsonPath(const FieldPath& path) {
  std::string text;
  for (const FieldSchema* field : path) text += (text.empty() ? "" : ".") + field->name;
  return text;
}

// Empty when there is no such parameter.
FieldPath FindParameter(const MessageSchema& schema, std::string_view name, std::uint64_t elsewhere) {
  FieldPath path;
  const MessageSchema* at = &schema;
  while (true) {
    const auto dot = name.find('.');
    const FieldSchema* field = at->Find(name.substr(0, dot));
    if (field == nullptr || (path.empty() && (elsewhere & field->bit) != 0)) return {};
    path.push_back(field);
    const bool last = dot == std::string_view::npos;
    if (last != !field->IsMessage() || field->kind == Kind::kMap || (!last && field->repeated)) return {};
    if (last) return path;
    at = field->message;
    name.remove_prefix(dot + 1);
  }
}

void AssignParameter(Message& message, const FieldPath& path, std::string_view text,
                     std::vector<FieldPath>& seen, Violations& violations) {
  const FieldSchema& field = *path.back();
  if (!field.repeated) {
    if (std::ranges::find(seen, path) != seen.end()) {
      return violations.Add(JsonPath(path), "DUPLICATE", "can be given only once");
    }
    seen.push_back(path);
  }
  if (const Refusal refusal = AssignText(Descend(message, path), field, text)) {
    violations.Add(JsonPath(path), refusal.reason, refusal.detail);
  }
}

}  // namespace

std::optional<std::string> DecodePathPart(std::string_view text) { return Decode(text, '\0'); }

std::optional<std::string> DecodeQueryPart(std::string_view text) { return Decode(text, '+'); }

FieldPath ResolveFieldPath(const MessageSchema& schema, std::string_view proto_path) {
  FieldPath path;
  const MessageSchema* at = &schema;
  for (std::string_view rest = proto_path; at != nullptr;) {
    const auto dot = rest.find('.');
    const auto* descriptor = at->descriptor->FindFieldByName(std::string(rest.substr(0, dot)));
    const FieldSchema* field = descriptor == nullptr ? nullptr : at->Find(descriptor);
    if (field == nullptr || field->repeated || field->kind == Kind::kMap) break;
    path.push_back(field);
    if (dot == std::string_view::npos) {
      if (field->IsMessage()) break;
      return path;
    }
    at = field->message;
    rest.remove_prefix(dot + 1);
  }
  throw std::logic_error(at == nullptr ? "no message on the way: " + std::string(proto_path)
                                       : at->descriptor->full_name() + " has no scalar field " +
                                             std::string(proto_path));
}

void AssignPathVariable(Message& message, const FieldPath& path, std::string_view text,
                        Violations& violations) {
  if (const Refusal refusal = AssignText(Descend(message, path), *path.back(), text)) {
    violations.Add(JsonPath(path), refusal.reason, refusal.detail);
  }
}

void AssignQuery(Message& message, const MessageSchema& schema, std::string_view query,
                 std::uint64_t elsewhere, Violations& violations) {
  std::vector<FieldPath> seen;
  while (!query.empty()) {
    const auto end = query.find('&');
    const std::string_view parameter = query.substr(0, end);
    query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
    if (parameter.empty()) continue;
    const auto equals = parameter.find('=');
    const auto name = DecodeQueryPart(parameter.substr(0, equals));
    const auto text =
        DecodeQueryPart(equals == std::string_view::npos ? std::string_view() : parameter.substr(equals + 1));
    if (!name || !text) {
      violations.Add(name ? *name : std::string(parameter.substr(0, equals)), "MALFORMED",
                     "is not percent-encoded UTF-8");
      continue;
    }
    const FieldPath path = FindParameter(schema, *name, elsewhere);
    if (path.empty()) {
      violations.Add(*name, Violations::kUnknownField, "there is no such parameter");
      continue;
    }
    AssignParameter(message, path, *text, seen, violations);
  }
}

void AppendEscaped(std::string_view text, std::string& out) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out.push_back(c);
      continue;
    }
    out.push_back('%');
    out.push_back(kHex[static_cast<unsigned char>(c) >> 4]);
    out.push_back(kHex[c & 0x0f]);
  }
}

}  // namespace market::transcoding
