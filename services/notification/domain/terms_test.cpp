#include "services/notification/domain/terms.hpp"

#include <gtest/gtest.h>

namespace market::notification::domain {
namespace {

Terms In(std::string language, TermsKind kind = TermsKind::kTerms) {
  return {.kind = kind,
          .language = std::move(language),
          .version = "1",
          .title = "t",
          .body = "b",
          .created_at = {}};
}

std::string LanguageFor(std::string_view wanted, std::vector<Terms> newest) {
  const auto chosen = Chosen(std::move(newest), wanted);
  return chosen.size() == 1 ? chosen[0].language : "not one";
}

TEST(Terms, AreInTheReadersLanguage_OrTheUsualOne_OrWhatThereIs) {
  const std::vector<Terms> all{In("de"), In("en"), In("pt-BR"), In("ru")};
  EXPECT_EQ(LanguageFor("ru", all), "ru");
  EXPECT_EQ(LanguageFor("ru-BY", all), "ru");
  EXPECT_EQ(LanguageFor("pt-BR", all), "pt-BR");
  EXPECT_EQ(LanguageFor("pt", all), "en") << "the text for a region is not everybody's";
  EXPECT_EQ(LanguageFor("fr", all), "en");
  EXPECT_EQ(LanguageFor("", all), "en");
  EXPECT_EQ(LanguageFor("fr", {In("de"), In("ru")}), "de");
}

TEST(Terms, OfEachKindOne_InTheirOrder) {
  const auto chosen = Chosen(
      {In("en", TermsKind::kPrivacy), In("ru", TermsKind::kPrivacy), In("de", TermsKind::kImprint)}, "ru");
  ASSERT_EQ(chosen.size(), 2u);
  EXPECT_EQ(chosen[0].kind, TermsKind::kImprint);
  EXPECT_EQ(chosen[0].language, "de");
  EXPECT_EQ(chosen[1].language, "ru");
  EXPECT_TRUE(Chosen({}, "en").empty());
}

}  // namespace
}  // namespace market::notification::domain
