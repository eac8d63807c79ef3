#include "services/notification/templates/templates.hpp"

#include <cstddef>
#include <utility>
#include <vector>

#include "services/notification/templates/filling.hpp"
#include "services/notification/templates/layout.hpp"
#include "services/notification/templates/texts.hpp"

namespace market::notification::templates {
namespace {

const Texts& TextsOf(Language language) {
  switch (language) {
    case Language::kEnglish:
      break;
    case Language::kRussian:
      return Russian();
  }
  return English();
}

void AddUnlessEmpty(std::vector<std::string>& paragraphs, std::string paragraph) {
  if (!paragraph.empty()) paragraphs.push_back(std::move(paragraph));
}

}  // namespace

Language LanguageOf(std::string_view locale) {
  const auto is = [](char c, char lower) { return (c | 0x20) == lower; };
  const auto language = locale.substr(0, locale.find_first_of("-_"));
  return language.size() == 2 && is(language[0], 'r') && is(language[1], 'u') ? Language::kRussian
                                                                              : Language::kEnglish;
}

std::string_view TagOf(Language language) { return TextsOf(language).tag; }

Rendered Render(domain::Kind kind, Language language, const Values& values) {
  const auto& texts = TextsOf(language);
  const auto& mail = texts.mails.at(static_cast<std::size_t>(kind));
  const Filling filling(kind, texts, values);
  const auto fill = [&](Text text) { return filling.Fill(text).value_or(""); };

  Letter letter;
  letter.language = texts.tag;
  letter.subject = filling.Fill(mail.subject);
  letter.opening.push_back(filling.Fill(texts.greeting));
  for (const auto& paragraph : mail.paragraphs) AddUnlessEmpty(letter.opening, filling.Fill(paragraph));
  for (const auto& note : mail.notes) AddUnlessEmpty(letter.notes, filling.Fill(note));
  letter.button = fill(mail.button);
  letter.link_hint = fill(texts.link_hint);
  if (IsLink(values.link)) letter.link = values.link;
  letter.sender = fill("{market}");
  letter.reason = fill(mail.reason);
  letter.unsubscribe_hint = fill(texts.unsubscribe_hint);
  letter.unsubscribe = fill(texts.unsubscribe);
  if (!domain::MailIsRequired(kind) && IsLink(values.unsubscribe_link))
    letter.unsubscribe_link = values.unsubscribe_link;
  return {.subject = letter.subject, .text = AsText(letter), .html = AsHtml(letter)};
}

}  // namespace market::notification::templates
