#include "tools/protoc-gen-market/yaml.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace market::codegen {
namespace {

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Text that no YAML reader takes for something else; everything else is quoted.
bool IsPlain(const std::string& text) {
  static const std::set<std::string> kWords = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"};
  if (text.empty() || text.back() == ' ' || (!IsLetter(text[0]) && text[0] != '/' && text[0] != '$'))
    return false;
  std::string lower = text;
  std::ranges::transform(lower, lower.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (kWords.contains(lower)) return false;
  constexpr std::string_view kAlso = " ._-/()$;+";
  return std::ranges::all_of(text, [&](char c) { return IsLetter(c) || IsDigit(c) || kAlso.contains(c); });
}

std::string Quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        } else {
          out += c;
        }
    }
  }
  return out + '"';
}

std::string Scalar(const std::string& text) { return IsPlain(text) ? text : Quoted(text); }

}  // namespace

Yaml& Yaml::operator[](std::string_view key) {
  auto& map = std::get<Map>(value_);
  const auto found = std::ranges::find(map, key, &std::pair<std::string, Yaml>::first);
  return found != map.end() ? found->second : map.emplace_back(std::string(key), Yaml()).second;
}

bool Yaml::Has(std::string_view key) const {
  const auto& map = std::get<Map>(value_);
  return std::ranges::find(map, key, &std::pair<std::string, Yaml>::first) != map.end();
}

bool Yaml::Empty() const {
  if (const auto* map = std::get_if<Map>(&value_)) return map->empty();
  const auto* list = std::get_if<std::vector<Yaml>>(&value_);
  return list != nullptr && list->empty();
}

void Yaml::WriteValue(const Yaml& value, std::string& out, std::size_t indent) {
  if (const auto* text = std::get_if<std::string>(&value.value_)) {
    out += ' ' + Scalar(*text) + '\n';
  } else if (const auto* number = std::get_if<std::int64_t>(&value.value_)) {
    out += ' ' + std::to_string(*number) + '\n';
  } else if (const auto* truth = std::get_if<bool>(&value.value_)) {
    out += *truth ? " true\n" : " false\n";
  } else if (value.Empty()) {
    out += std::holds_alternative<Map>(value.value_) ? " {}\n" : " []\n";
  } else {
    out += '\n';
    value.WriteBlock(out, indent);
  }
}

void Yaml::WriteBlock(std::string& out, std::size_t indent) const {
  if (const auto* map = std::get_if<Map>(&value_)) {
    for (const auto& [key, value] : *map) {
      out += std::string(indent, ' ') + Scalar(key) + ':';
      WriteValue(value, out, indent + 2);
    }
    return;
  }
  for (const auto& item : std::get<std::vector<Yaml>>(value_)) {
    out += std::string(indent, ' ') + '-';
    const bool block = std::holds_alternative<Map>(item.value_) && !item.Empty();
    if (!block) {
      WriteValue(item, out, indent + 2);
      continue;
    }
    // A map begins on the line of its dash.
    std::string inner;
    item.WriteBlock(inner, indent + 2);
    out += ' ' + inner.substr(indent + 2);
  }
}

std::string Yaml::Write() const {
  std::string out;
  WriteBlock(out, 0);
  return out;
}

}  // namespace market::codegen
