// Writes HTML: elements, attributes and texts, each escaped as its place wants it. There is no way to write markup that came from
// anywhere but the program: names are literals, and what is no name is a text or a value.
//
//   Html html(out);
//   const auto list = html.In("ul", {{"class", "product-grid"}});
//   html.Element("li", {}, title);
//
// Pure; appends to `out`, which must outlive it. Texts are UTF-8.
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>

namespace market::pages {

// A name of an element or of an attribute: a literal.
class Word {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): reads as the literal that it is
  consteval Word(const char* text) : text_(text) {
    for (const char c : text_) {
      const bool plain =
          (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == ':';
      if (!plain) throw "no name of HTML";
    }
  }
  constexpr std::string_view Text() const { return text_; }

 private:
  std::string_view text_;
};

struct Attribute {
  Word name;
  std::string_view value;
  bool there = true;
};

class Html {
 public:
  using Attributes = std::initializer_list<Attribute>;

  explicit Html(std::string& out) : out_(out) {}

  // What is written while it lives stands inside the element.
  class Inside {
   public:
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;
    ~Inside() { html_.End(tag_); }

   private:
    friend class Html;
    Inside(Html& html, Word tag) : html_(html), tag_(tag) {}
    Html& html_;
    const Word tag_;
  };

  [[nodiscard]] Inside In(Word tag, Attributes attributes = {});
  void Element(Word tag, Attributes attributes, std::string_view text);
  // One that has neither content nor an end: img, meta, link, input, source.
  void Single(Word tag, Attributes attributes);
  void Text(std::string_view text);
  // A block of data, which browsers don't run: `type` is no script's. `json` is JSON.
  void Data(std::string_view type, std::string_view id, std::string_view json);

 private:
  friend class Inside;
  void Begin(Word tag, Attributes attributes);
  void End(Word tag);

  std::string& out_;
};

// JSON that can stand in a <script>: nothing in it ends the element, or is a line to an old parser.
void AppendScriptJson(std::string_view json, std::string& out);

}  // namespace market::pages
