#include "services/notification/templates/layout.hpp"

#include <cstddef>

#include "platform/unicode/unicode.hpp"

namespace market::notification::templates {
namespace {

// RFC 5322 section 2.1.1 asks for it.
constexpr std::size_t kColumnsMax = 78;

// A word that is longer has a line of its own.
std::string Wrapped(std::string_view paragraph) {
  std::string lines;
  std::size_t column = 0;
  while (!paragraph.empty()) {
    const auto word = paragraph.substr(0, paragraph.find(' '));
    paragraph.remove_prefix(word.size() < paragraph.size() ? word.size() + 1 : word.size());
    const auto width = unicode::Length(word);
    if (column > 0) {
      const bool fits = column + 1 + width <= kColumnsMax;
      lines += fits ? ' ' : '\n';
      column = fits ? column + 1 : 0;
    }
    lines += word;
    column += width;
  }
  return lines + "\n";
}

// For a text and for the value of an attribute in quotes.
std::string Escaped(std::string_view text) {
  std::string html;
  for (const char c : text) {
    switch (c) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      case '\'':
        html += "&#39;";
        break;
      default:
        html += c;
    }
  }
  return html;
}

std::string ParagraphHtml(std::string_view text) {
  return "<p style=\"margin:0 0 16px\">" + Escaped(text) + "</p>\n";
}

std::string LinkHtml(std::string_view link, std::string_view text, std::string_view style) {
  std::string html = "<a href=\"" + Escaped(link) + "\"";
  if (!style.empty()) html += " style=\"" + std::string(style) + "\"";
  return html + ">" + Escaped(text) + "</a>";
}

std::string ButtonHtml(const Letter& letter) {
  // Its border is what is seen of it where a program changes colours. White on this blue has a contrast of
  // 6.7 (WCAG 2 asks for 4.5).
  constexpr std::string_view kButton =
      "display:inline-block;padding:12px 24px;border:1px solid #1d4ed8;border-radius:6px;"
      "background-color:#1d4ed8;color:#ffffff;font-weight:bold;text-decoration:none";
  return "<p style=\"margin:24px 0 16px\">" + LinkHtml(letter.link, letter.button, kButton) + "</p>\n" +
         "<p style=\"margin:0 0 24px;font-size:14px\">" + Escaped(letter.link_hint) + "<br>\n" +
         LinkHtml(letter.link, letter.link, "word-break:break-all") + "</p>\n";
}

std::string FooterHtml(const Letter& letter) {
  std::string html =
      "<hr style=\"margin:24px 0 16px;border:0;border-top:1px solid #808080\">\n"
      "<p style=\"margin:0 0 8px;font-size:14px\"><b>" +
      Escaped(letter.sender) + "</b><br>\n" + Escaped(letter.reason) + "</p>\n";
  if (!letter.unsubscribe_link.empty())
    html += "<p style=\"margin:0;font-size:14px\">" + Escaped(letter.unsubscribe_hint) + " " +
            LinkHtml(letter.unsubscribe_link, letter.unsubscribe, "") + "</p>\n";
  return html;
}

}  // namespace

std::string AsText(const Letter& letter) {
  std::string text;
  for (const auto& paragraph : letter.opening) text += Wrapped(paragraph) + "\n";
  if (!letter.link.empty()) text += Wrapped(letter.button + ":") + letter.link + "\n\n";
  for (const auto& note : letter.notes) text += Wrapped(note) + "\n";
  text += "---\n" + Wrapped(letter.sender) + Wrapped(letter.reason);
  if (!letter.unsubscribe_link.empty())
    text += "\n" + Wrapped(letter.unsubscribe_hint + " " + letter.unsubscribe + ":") +
            letter.unsubscribe_link + "\n";
  return text;
}

std::string AsHtml(const Letter& letter) {
  // The language stands at the outer element again: a mail read in a browser loses all around it.
  std::string html =
      "<!DOCTYPE html>\n<html lang=\"" + Escaped(letter.language) +
      "\" style=\"color-scheme:light dark\">\n"
      "<head>\n"
      "<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<meta name=\"supported-color-schemes\" content=\"light dark\">\n"
      "<meta name=\"format-detection\" content=\"telephone=no,date=no,address=no,email=no,url=no\">\n"
      "<title>" +
      Escaped(letter.subject) +
      "</title>\n"
      "</head>\n"
      "<body style=\"margin:0;padding:0\">\n"
      "<div lang=\"" +
      Escaped(letter.language) +
      "\" style=\"max-width:560px;margin:0 auto;padding:24px 16px;"
      "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;"
      "font-size:16px;line-height:1.5;overflow-wrap:break-word\">\n";
  for (const auto& paragraph : letter.opening) html += ParagraphHtml(paragraph);
  if (!letter.link.empty()) html += ButtonHtml(letter);
  for (const auto& note : letter.notes) html += ParagraphHtml(note);
  return html + FooterHtml(letter) + "</div>\n</body>\n</html>\n";
}

}  // namespace market::notification::templates
