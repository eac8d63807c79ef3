#include "services/notification/templates/templates.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <vector>

#include "platform/unicode/unicode.hpp"

namespace market::notification::templates {
namespace {

using domain::Kind;
using testing::HasSubstr;
using testing::Not;

constexpr std::array kLanguages = {Language::kEnglish, Language::kRussian};
constexpr std::string_view kMarket = "Bazaar";
constexpr std::string_view kNumber = "260829-7K3M9Q2A";

std::vector<Kind> AllKinds() {
  std::vector<Kind> kinds;
  kinds.reserve(domain::kKinds.words.size());
  for (const auto word : domain::kKinds.words) kinds.push_back(domain::kKinds.Require(word));
  return kinds;
}

bool IsAboutAShop(Kind kind) {
  return kind == Kind::kMemberInvited || (kind >= Kind::kShopApproved && kind <= Kind::kShopClosed);
}
bool IsAboutAnOrder(Kind kind) {
  return (kind >= Kind::kOrderPlaced && kind <= Kind::kSaleCancelled) || kind == Kind::kInvoiceIssued;
}

// As notification would ask for a mail of this kind.
Values ValuesOf(Kind kind, Language language) {
  const bool russian = language == Language::kRussian;
  Values values{.recipient = russian ? "Мария" : "Ada Lovelace",
                .market = std::string(kMarket),
                .link = "https://bazaar.example/shop?view=all&tab=orders",
                .unsubscribe_link = "https://bazaar.example/unsubscribe?token=ut_4f2a&once=1"};
  if (IsAboutAnOrder(kind)) {
    values.title = kNumber;
    values.amount = Money{123450, Currency::Parse("EUR")};
  }
  if (kind == Kind::kLowStock || kind == Kind::kOfferDetached || kind >= Kind::kReturnRequested)
    values.title = kNumber;
  if (IsAboutAShop(kind)) values.title = russian ? "Лавка & Ко" : "Crumb & Co.";
  const bool about_a_product = kind >= Kind::kProductApproved && kind <= Kind::kWishBackInStock;
  if (about_a_product) values.title = russian ? "Разностная машина" : "Difference engine";
  if (kind == Kind::kDisputeOpened || kind == Kind::kDisputeEnded)
    values.amount = Money{123450, Currency::Parse("EUR")};
  if (kind == Kind::kPayoutPaid || kind == Kind::kPayoutFailed) {
    values.title.clear();
    values.amount = Money{123450, Currency::Parse("EUR")};
  }
  if (kind == Kind::kShopFined) {
    values.title = russian ? "десять заказов отправлены поздно" : "sent ten orders late";
    values.amount = Money{123450, Currency::Parse("EUR")};
  }
  if (kind == Kind::kWishPriceFell || kind == Kind::kWishBackInStock)
    values.amount = Money{99900, Currency::Parse("EUR")};
  if (domain::HasToken(kind)) values.link = "https://bazaar.example/mailed?token=mt_8b0dQ4&for=you";
  if (domain::HasToken(kind) || kind == Kind::kPaymentDeclined || kind == Kind::kDisputeOpened) {
    using namespace std::chrono;
    values.expires_at = sys_days(2026y / 11 / 29) + 20h + 30min;
  }
  return values;
}

std::vector<std::string> LinesOf(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::string Replaced(std::string text, std::string_view what, std::string_view with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
  return text;
}

// What is between the tags, as a reader sees it.
std::string WithoutTags(std::string_view html) {
  std::string text;
  bool in_tag = false;
  for (const char c : html) {
    if (c == '<') in_tag = true;
    if (!in_tag) text += c;
    if (c == '>') in_tag = false;
  }
  for (const auto& [entity, character] :
       {std::pair{"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}, {"&amp;", "&"}})
    text = Replaced(text, entity, character);
  return text;
}

std::size_t ParagraphsOf(const std::string& text) {
  const auto lines = LinesOf(text);
  return static_cast<std::size_t>(std::ranges::count(lines, ""));
}

template <class Check>
void ForEachMail(Check check) {
  for (const auto language : kLanguages) {
    for (const auto kind : AllKinds()) {
      SCOPED_TRACE(std::string(TagOf(language)) + " " + std::string(Name(kind)));
      check(kind, language, Render(kind, language, ValuesOf(kind, language)));
    }
  }
}

// --- the languages

TEST(LanguageOf, IsThePrimaryOneOfTheLocale) {
  for (const char* locale : {"ru", "ru-RU", "RU", "ru-Cyrl-KZ", "ru_RU"})
    EXPECT_EQ(LanguageOf(locale), Language::kRussian) << locale;
  for (const char* locale : {"", "en", "en-GB", "de", "r", "run", "rue-UA", "de-RU", "-ru"})
    EXPECT_EQ(LanguageOf(locale), Language::kEnglish) << locale;
}

TEST(TagOf, IsOfBcp47) {
  EXPECT_EQ(TagOf(Language::kEnglish), "en");
  EXPECT_EQ(TagOf(Language::kRussian), "ru");
}

// --- how every mail reads: golden/

bool WritesGolden() { return std::getenv("MARKET_WRITE_GOLDEN") != nullptr; }  // NOLINT: no thread sets it

void ExpectGolden(const std::filesystem::path& file, const std::string& content) {
  if (WritesGolden()) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
    return;
  }
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream golden;
  golden << stream.rdbuf();
  EXPECT_EQ(content, golden.str())
      << file << ": if the change is meant: MARKET_WRITE_GOLDEN=1, run again, read the diff";
}

TEST(Golden, EveryMailReadsAsItDid) {
  const std::filesystem::path folder = MARKET_GOLDEN_DIR;
  std::set<std::filesystem::path> expected;
  ForEachMail([&](Kind kind, Language language, const Rendered& mail) {
    auto file = folder / TagOf(language) / Name(kind);
    ExpectGolden(*expected.insert(file.replace_extension("txt")).first,
                 "Subject: " + mail.subject + "\n\n" + mail.text);
    ExpectGolden(*expected.insert(file.replace_extension("html")).first, mail.html);
  });
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) EXPECT_TRUE(expected.contains(entry.path())) << entry << " is of no mail";
  }
}

// --- docs/mails.md

TEST(Page, HasEveryMailAndWhetherItCanBeSwitchedOff) {
  std::ifstream stream(MARKET_MAILS_MD);
  std::vector<std::string> rows;
  for (std::string line; std::getline(stream, line);) {
    if (!line.starts_with("| `")) continue;
    std::vector<std::string> cells;
    std::istringstream row(line);
    for (std::string cell; std::getline(row, cell, '|');) cells.push_back(cell);
    ASSERT_EQ(cells.size(), 6u) << line;
    rows.push_back(cells[1] + cells[4]);
  }
  std::vector<std::string> expected;
  for (const auto kind : AllKinds())
    expected.push_back(" `" + std::string(Name(kind)) + "` " +
                       (domain::MailIsRequired(kind) ? " no " : " yes "));
  EXPECT_EQ(rows, expected);
}

// --- what is true of all of them

TEST(Mails, SayWhatIsKnown) {
  ForEachMail([](Kind kind, Language language, const Rendered& mail) {
    const auto values = ValuesOf(kind, language);
    EXPECT_THAT(mail.text, HasSubstr(kMarket));
    EXPECT_THAT(mail.html, HasSubstr("<html lang=\"" + std::string(TagOf(language)) + "\""));
    EXPECT_FALSE(mail.subject.empty());
    EXPECT_THAT(mail.subject, HasSubstr(values.title));
    EXPECT_THAT(mail.text, HasSubstr(values.link));
    EXPECT_EQ(mail.text.contains(values.recipient), !domain::HasToken(kind));
    if (values.expires_at) EXPECT_THAT(mail.text, HasSubstr("20:30"));
    EXPECT_EQ(mail.text.contains(values.unsubscribe_link), !domain::MailIsRequired(kind));
  });
}

TEST(Mails, TextAndPageSayTheSame) {
  ForEachMail([](Kind kind, Language language, const Rendered& mail) {
    const auto page = Replaced(WithoutTags(mail.html), "\n", " ");
    for (const auto& line : LinesOf(mail.text)) {
      if (line == "---") continue;
      if (line.starts_with("https://"))
        EXPECT_THAT(mail.html, HasSubstr("href=\"" + Replaced(line, "&", "&amp;") + "\""));
      else
        EXPECT_THAT(page, HasSubstr(line.ends_with(':') ? line.substr(0, line.size() - 1) : line));
    }
  });
}

TEST(Mails, LinesAreAtMost78Characters) {
  ForEachMail([](Kind kind, Language language, const Rendered& mail) {
    EXPECT_LE(unicode::Length(mail.subject), 78u) << mail.subject;
    EXPECT_TRUE(mail.text.ends_with("\n"));
    for (const auto& line : LinesOf(mail.text)) {
      if (!line.starts_with("https://")) EXPECT_LE(unicode::Length(line), 78u) << line;
      EXPECT_FALSE(line.ends_with(' ') || line.starts_with(' ')) << line;
    }
    for (const auto& line : LinesOf(mail.html)) EXPECT_LE(line.size(), 998u) << "RFC 5321 section 4.5.3.1.6";
  });
}

TEST(Mails, InRussianHaveNoEnglishWord) {
  for (const auto kind : AllKinds()) {
    const auto values = ValuesOf(kind, Language::kRussian);
    const auto mail = Render(kind, Language::kRussian, values);
    auto seen = mail.subject + "\n" + mail.text + "\n" + WithoutTags(mail.html);
    for (const std::string_view foreign :
         {std::string_view(values.link), std::string_view(values.unsubscribe_link), kMarket, kNumber,
          std::string_view("UTC")})
      seen = Replaced(seen, foreign, "");
    EXPECT_THAT(seen, Not(testing::ContainsRegex("[A-Za-z]"))) << Name(kind);
    EXPECT_THAT(seen, Not(testing::ContainsRegex("№ |\"|'| - ")))
        << Name(kind) << ": «ёлочки», dashes, № and its space";
  }
}

TEST(Mails, InEnglishHaveNoRussianLetterAndNoStraightQuote) {
  for (const auto kind : AllKinds()) {
    const auto mail = Render(kind, Language::kEnglish, ValuesOf(kind, Language::kEnglish));
    EXPECT_THAT(mail.subject + mail.text, Not(testing::ContainsRegex("[\"']|\xd0|\xd1"))) << Name(kind);
  }
}

TEST(Mails, ReadWellWithoutAnyValue) {
  for (const auto language : kLanguages) {
    for (const auto kind : AllKinds()) {
      SCOPED_TRACE(std::string(TagOf(language)) + " " + std::string(Name(kind)));
      const auto mail = Render(kind, language, {.market = std::string(kMarket)});
      EXPECT_FALSE(mail.subject.empty());
      EXPECT_THAT(mail.subject + mail.text, Not(testing::ContainsRegex("[{}]|  |http|“”|«»|№")));
      // Greeting, what happened, sender, why.
      EXPECT_GE(LinesOf(mail.text).size(), 7u) << mail.text;
      EXPECT_THAT(mail.html, Not(HasSubstr("<a ")));
    }
  }
}

// --- what strangers try

TEST(Injection, ANameIsNoLineAndNoMarkup) {
  const std::string evil = "Eve\r\nBcc: all@example.com\r\n\r\n<b onclick=\"x()\">&'\u2028\u202ehi";
  for (const auto language : kLanguages) {
    for (const auto kind : AllKinds()) {
      SCOPED_TRACE(std::string(TagOf(language)) + " " + std::string(Name(kind)));
      auto values = ValuesOf(kind, language);
      const auto paragraphs = ParagraphsOf(Render(kind, language, values).text);
      values.recipient = values.title = evil;
      values.market = "<i>" + evil;
      const auto mail = Render(kind, language, values);
      EXPECT_TRUE(unicode::IsOneLine(mail.subject)) << mail.subject;
      EXPECT_EQ(ParagraphsOf(mail.text), paragraphs) << mail.text;
      EXPECT_THAT(mail.text, Not(testing::ContainsRegex("\r|\u2028|\u202e")));
      EXPECT_THAT(mail.html, Not(testing::ContainsRegex("\r|\u2028|\u202e|\nBcc|<b on|<i>|onclick=\"|&'")));
      EXPECT_THAT(
          mail.html,
          HasSubstr("&lt;i&gt;Eve Bcc: all@example.com &lt;b onclick=&quot;x()&quot;&gt;&amp;&#39; hi"));
    }
  }
}

TEST(Injection, ALinkIsHttpOrNone) {
  for (const char* evil :
       {"javascript:alert(1)", "data:text/html,<b>", "https://a\" onclick=\"x()", "https://a\nBcc: b"}) {
    auto values = ValuesOf(Kind::kParcelShipped, Language::kEnglish);
    values.link = values.unsubscribe_link = evil;
    const auto mail = Render(Kind::kParcelShipped, Language::kEnglish, values);
    EXPECT_THAT(mail.html, Not(testing::ContainsRegex("<a |javascript|data:|onclick|Bcc")));
    EXPECT_THAT(mail.text, Not(testing::ContainsRegex("javascript|data:|onclick|Bcc|View|unsubscribe")));
  }
}

TEST(Injection, AMailThatMayReachAStranger_HasNoNameOfAnybody) {
  for (const auto kind : AllKinds()) {
    if (!domain::HasToken(kind)) continue;
    auto values = ValuesOf(kind, Language::kEnglish);
    values.title = "You won, see win.example";
    const auto mail = Render(kind, Language::kEnglish, values);
    EXPECT_THAT(mail.subject + mail.text + mail.html, Not(testing::ContainsRegex("Ada|win.example")));
  }
}

}  // namespace
}  // namespace market::notification::templates
