#include "platform/documents/pen.hpp"

#include <chrono>
#include <utility>

#include "platform/unicode/formats.hpp"

namespace market::documents {
namespace {

constexpr PaperWords kEnglishPaper{.locale = "en_GB",
                                   .date = "d MMMM y",
                                   .vat_number = "VAT no.",
                                   .register_number = "Register",
                                   .amounts_in = "All amounts in {currency}",
                                   .page = "Page {page} of {pages}"};
constexpr PaperWords kRussianPaper{.locale = "ru",
                                   .date = "d MMMM y 'г.'",
                                   .vat_number = "Номер НДС",
                                   .register_number = "Реестр",
                                   .amounts_in = "Все суммы в {currency}",
                                   .page = "Страница {page} из {pages}"};

}  // namespace

std::string Filled(std::string_view text, std::string_view name, std::string_view value) {
  const auto place = "{" + std::string(name) + "}";
  const auto at = text.find(place);
  std::string filled(text.substr(0, at));
  if (at != std::string_view::npos) filled.append(value).append(text.substr(at + place.size()));
  return filled;
}

const PaperWords& PaperWordsOf(Language language) {
  return language == Language::kRussian ? kRussianPaper : kEnglishPaper;
}

Pen::Pen(Language language, std::string_view currency)
    : words_(PaperWordsOf(language)), locale_(words_.locale), currency_(currency) {}

std::string Pen::Amount(std::int64_t minor) const { return unicode::FormatAmount(minor, currency_, locale_); }
std::string Pen::Money(std::int64_t minor) const { return unicode::FormatMoney(minor, currency_, locale_); }
std::string Pen::Rate(std::int64_t ppm) const { return unicode::FormatPpm(ppm, locale_); }

std::string Pen::Date(Time time) const {
  return unicode::FormatUtc(std::chrono::floor<std::chrono::seconds>(time), std::string(words_.date),
                            locale_);
}

std::string Pen::AmountsNote() const { return Filled(words_.amounts_in, "currency", currency_); }

Block Pen::BlockOf(std::string_view label, const Party& party) const {
  Block block{.label = std::string(label), .name = party.name, .lines = party.lines, .facts = {}};
  std::string town = party.postal_code;
  if (!town.empty() && !party.city.empty()) town += ' ';
  town += party.city;
  if (!party.region.empty()) town += (town.empty() ? "" : ", ") + party.region;
  if (!town.empty()) block.lines.push_back(std::move(town));
  if (!party.country_code.empty()) block.lines.push_back(unicode::CountryName(party.country_code, locale_));
  if (!party.vat_number.empty()) block.facts.push_back({std::string(words_.vat_number), party.vat_number});
  if (!party.register_number.empty())
    block.facts.push_back({std::string(words_.register_number), party.register_number});
  return block;
}

}  // namespace market::documents
