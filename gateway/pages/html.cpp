#include "gateway/pages/html.hpp"

#include <array>
#include <cstddef>

namespace market::pages {
namespace {

// What may not stand as it is, in texts and in values of attributes, which are always in double quotes.
constexpr auto kEscapes = [] {
  std::array<std::string_view, 256> escapes{};
  escapes['&'] = "&amp;";
  escapes['<'] = "&lt;";
  escapes['>'] = "&gt;";
  escapes['"'] = "&quot;";
  escapes['\''] = "&#39;";
  escapes[0] = "\xef\xbf\xbd";
  return escapes;
}();

void AppendEscaped(std::string_view text, std::string& out) {
  std::size_t from = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto escape = kEscapes[static_cast<unsigned char>(text[at])];
    if (escape.empty()) continue;
    out.append(text, from, at - from).append(escape);
    from = at + 1;
  }
  out.append(text, from, std::string_view::npos);
}

}  // namespace

void Html::Begin(Word tag, Attributes attributes) {
  out_.append("<").append(tag.Text());
  for (const auto& attribute : attributes) {
    if (!attribute.there) continue;
    out_.append(" ").append(attribute.name.Text()).append("=\"");
    AppendEscaped(attribute.value, out_);
    out_.push_back('"');
  }
  out_.push_back('>');
}

void Html::End(Word tag) { out_.append("</").append(tag.Text()).append(">"); }

Html::Inside Html::In(Word tag, Attributes attributes) {
  Begin(tag, attributes);
  return {*this, tag};
}

void Html::Element(Word tag, Attributes attributes, std::string_view text) {
  Begin(tag, attributes);
  Text(text);
  End(tag);
}

void Html::Single(Word tag, Attributes attributes) { Begin(tag, attributes); }

void Html::Text(std::string_view text) { AppendEscaped(text, out_); }

void Html::Data(std::string_view type, std::string_view id, std::string_view json) {
  Begin("script", {{"type", type}, {"id", id, !id.empty()}});
  AppendScriptJson(json, out_);
  End("script");
}

// These characters stand in JSON's strings only.
void AppendScriptJson(std::string_view json, std::string& out) {
  std::size_t from = 0;
  const auto put = [&](std::size_t at, std::size_t size, std::string_view escape) {
    out.append(json, from, at - from).append(escape);
    from = at + size;
  };
  for (std::size_t at = 0; at < json.size(); ++at) {
    const char c = json[at];
    if (c == '<') {
      put(at, 1, "\\u003c");
    } else if (c == '>') {
      put(at, 1, "\\u003e");
    } else if (c == '&') {
      put(at, 1, "\\u0026");
    } else if (c == '\xe2' && json.substr(at, 3) == "\u2028") {
      put(at, 3, "\\u2028");
    } else if (c == '\xe2' && json.substr(at, 3) == "\u2029") {
      put(at, 3, "\\u2029");
    }
  }
  out.append(json, from, std::string_view::npos);
}

}  // namespace market::pages
