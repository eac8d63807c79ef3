#include "sandbox/form.hpp"

#include <algorithm>
#include <charconv>

namespace market::sandbox {
namespace {

// The name and what stands in its first brackets; nothing in them is a list.
std::pair<std::string_view, std::optional<std::string_view>> Split(std::string_view name) {
  const auto open = name.find('[');
  if (open == std::string_view::npos || !name.ends_with(']')) return {name, std::nullopt};
  return {name.substr(0, open), name.substr(open + 1, name.size() - open - 2)};
}

}  // namespace

std::optional<std::string> Decoded(std::string_view encoded) {
  std::string text;
  for (std::size_t i = 0; i < encoded.size(); ++i) {
    if (encoded[i] != '%') {
      text.push_back(encoded[i] == '+' ? ' ' : encoded[i]);
      continue;
    }
    unsigned char byte = 0;
    const auto* end = encoded.data() + std::min(i + 3, encoded.size());
    const auto [at, error] = std::from_chars(encoded.data() + i + 1, end, byte, 16);
    if (error != std::errc() || at != encoded.data() + i + 3) return std::nullopt;
    text.push_back(static_cast<char>(byte));
    i += 2;
  }
  return text;
}

std::optional<Form> Form::Parse(std::string_view encoded) {
  Form form;
  while (!encoded.empty()) {
    const auto end = encoded.find('&');
    const auto field = encoded.substr(0, end);
    encoded = end == std::string_view::npos ? std::string_view() : encoded.substr(end + 1);
    if (field.empty()) continue;
    const auto equals = field.find('=');
    auto name = Decoded(field.substr(0, equals));
    auto value = Decoded(equals == std::string_view::npos ? std::string_view() : field.substr(equals + 1));
    if (!name || !value) return std::nullopt;
    form.fields_.emplace_back(std::move(*name), std::move(*value));
  }
  return form;
}

bool Form::Has(std::string_view name) const {
  return std::ranges::any_of(fields_, [&](const auto& field) { return field.first == name; });
}

std::string Form::Text(std::string_view name) const {
  const auto found =
      std::ranges::find(fields_, name, [](const auto& field) { return std::string_view(field.first); });
  return found == fields_.end() ? std::string() : found->second;
}

std::optional<std::int64_t> Form::Int(std::string_view name) const {
  const auto text = Text(name);
  std::int64_t number = 0;
  const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || at != text.data() + text.size()) return std::nullopt;
  return number;
}

boost::json::object Form::Group(std::string_view name) const {
  boost::json::object group;
  for (const auto& [field, value] : fields_) {
    const auto [root, inner] = Split(field);
    if (root == name && inner && !inner->empty()) group[*inner] = value;
  }
  return group;
}

std::vector<std::string> Form::Listed(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [field, value] : fields_) {
    const auto [root, inner] = Split(field);
    if (root == name && inner) values.push_back(value);
  }
  return values;
}

std::optional<std::string> Form::Beyond(std::initializer_list<std::string_view> known) const {
  for (const auto& [field, value] : fields_) {
    const auto root = std::string_view(field).substr(0, field.find('['));
    if (std::ranges::find(known, root) == known.end()) return std::string(field);
  }
  return std::nullopt;
}

}  // namespace market::sandbox
