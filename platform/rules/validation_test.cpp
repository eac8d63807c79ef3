#include "platform/rules/validation.hpp"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "marketplace/probe/v1/probe.pb.h"
#include "platform/core/error.hpp"
#include "platform/rules/text_rules.hpp"

namespace market::rules {
namespace {

namespace probe = marketplace::probe::v1;

// "name REQUIRED; code INVALID_FORMAT"
std::string Violations(google::protobuf::Message&& message) {
  try {
    Apply(message);
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.code, Code::kInvalidArgument);
    std::string text;
    for (const auto& field : error.fields)
      text += (text.empty() ? "" : "; ") + field.field + " " + field.reason;
    return text;
  }
}

template <class Message>
Message Parse(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

constexpr const char* kGood = R"(name: "ab" tags: "x" price {amount: 1 currency: "EUR"})";

TEST(Validation, Rules_NameTheFieldAndTheReason) {
  struct Case {
    const char* text;
    const char* violations;
  };
  const std::vector<Case> cases = {
      {"", ""},
      {R"(code: "EU" id: "01976b2a-0000-7000-8000-000000000001" email: "a@b.co" picture: "https://b.co/x?y#z")",
       ""},
      {R"(name: "a")", "name TOO_SHORT"},
      {R"(name: "abcdef")", "name TOO_LONG"},
      {R"(name: "\303\251\303\251\303\251\303\251\303\251")", ""},
      {R"(name: "")", "name REQUIRED"},
      {R"(name: "a\001b")", "name INVALID_TEXT"},
      {R"(name: "a\342\200\256b")", "name INVALID_TEXT"},
      {R"(code: "eu")", "code INVALID_FORMAT"},
      {R"(code: "EUR")", "code INVALID_FORMAT"},
      {R"(id: "x")", "id INVALID_UUID"},
      {R"(id: "{01976b2a-0000-7000-8000-000000000001}")", "id INVALID_UUID"},
      {R"(id: "00000000-0000-0000-0000-000000000000")", "id INVALID_UUID"},
      {R"(email: "nobody")", "email INVALID_EMAIL"},
      {R"(picture: "http://b.co/x")", "picture INVALID_URL"},
      {"count: -5", ""},
      {"count: -6", "count TOO_SMALL"},
      {"count: 11", "count TOO_LARGE"},
      {"size: 4", "size TOO_LARGE"},
      {"size: -1", "size TOO_SMALL"},
      {R"(tags: "" tags: "abcde")", "tags[1] TOO_SHORT; tags[2] TOO_LONG"},
      {R"(tags: ["a", "b", "c"])", "tags TOO_MANY"},
      {R"(labels {key: "abcd" value: "1234"})", ""},
      {R"(labels {key: "k" value: "12345"})", "labels.k TOO_LONG"},
      {R"(labels {key: "abcde" value: ""})", "labels.abcde TOO_LONG"},
      {R"(labels {key: "" value: "a"})", "labels.? INVALID_TEXT"},
      {R"(labels {key: "a"} labels {key: "b"} labels {key: "c"})", "labels TOO_MANY"},
      {"price {amount: 101}", "price.amount TOO_LARGE"},
      {R"(price {amount: -1})", "price.amount TOO_SMALL; price.amount TOO_SMALL"},
      {R"(price {currency: "eur"})", "price.currency INVALID_FORMAT"},
      {R"(children {name: "ab" tags: "x" price {amount: 1 currency: "EUR"}})", ""},
      {R"(children {name: "ab" tags: "x" price {amount: 1}})", "children[0].price.currency REQUIRED"},
      {"color: RED", ""},
      {R"(note: "")", "note TOO_SHORT"},
      {"plain {number: 5}", ""},
  };
  for (const auto& each : cases) {
    auto message = Parse<probe::Ruled>(kGood);
    const auto more = Parse<probe::Ruled>(each.text);
    message.MergeFrom(more);
    if (std::string_view(each.text) == R"(name: "")") message.clear_name();
    EXPECT_EQ(Violations(std::move(message)), each.violations) << each.text;
  }
}

TEST(Validation, MissingFields_AreNamed) {
  EXPECT_EQ(Violations(probe::Ruled()), "name REQUIRED; tags REQUIRED; price REQUIRED");
}

TEST(Validation, UnknownEnumValue_IsRefused) {
  auto message = Parse<probe::Ruled>(kGood);
  message.set_color(static_cast<probe::Ruled::Color>(7));
  EXPECT_EQ(Violations(std::move(message)), "color UNKNOWN_VALUE");
}

TEST(Validation, TypeWithoutRules_Passes) { EXPECT_EQ(Violations(Parse<probe::Plain>("number: -1")), ""); }

TEST(Validation, TextWithoutRules_IsStillText) {
  probe::ProbeRequest request;
  request.set_seller_id(std::string("a\0b", 3));
  (*request.mutable_labels())["k\x7f"] = "v";
  EXPECT_EQ(Violations(std::move(request)), "sellerId INVALID_TEXT; labels.? INVALID_TEXT");
}

TEST(Validation, Violations_EndAtTwenty) {
  probe::Ruled message = Parse<probe::Ruled>(kGood);
  for (int i = 0; i < 2; ++i) {
    auto* child = message.add_children();
    *child = Parse<probe::Ruled>(kGood);
    for (int j = 0; j < 15; ++j) child->mutable_children()->Add()->set_code("x");
    child->mutable_children()->DeleteSubrange(2, 13);
    for (auto& inner : *child->mutable_children()) {
      for (const char* key : {"aaaaa", "bbbbb"}) (*inner.mutable_labels())[key] = "12345";
    }
  }
  try {
    Apply(message);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.fields.size(), 20u);
  }
}

TEST(Validation, PartialUpdate_RequiresOnlyWhatTheMaskNames) {
  constexpr const char* kId = R"(id: "01976b2a-0000-7000-8000-000000000001" )";
  const auto check = [&](const std::string& rest) {
    return Violations(Parse<probe::UpdateRuledRequest>(kId + rest));
  };
  EXPECT_EQ(check(""), "ruled REQUIRED");
  EXPECT_EQ(check("ruled {}"), "");
  EXPECT_EQ(check(R"(ruled {code: "EU"} update_mask {paths: "code"})"), "");
  EXPECT_EQ(check(R"(ruled {code: "x"} update_mask {paths: "code"})"), "ruled.code INVALID_FORMAT");
  EXPECT_EQ(check(R"(ruled {} update_mask {paths: "name"})"), "ruled.name REQUIRED");
  EXPECT_EQ(check(R"(ruled {} update_mask {paths: "price.amount"})"), "ruled.price REQUIRED");
  EXPECT_EQ(check(R"(ruled {} update_mask {paths: "*"})"),
            "ruled.name REQUIRED; ruled.tags REQUIRED; ruled.price REQUIRED");
  EXPECT_EQ(check(R"(ruled {price {amount: 1}} update_mask {paths: "price"})"),
            "ruled.price.currency REQUIRED");
}

// What `text` reads like after the rules, or its violations.
std::string Kept(const std::string& text) {
  auto written = Parse<probe::Written>(text);
  try {
    Apply(written);
  } catch (const Error&) {
    return Violations(Parse<probe::Written>(text));
  }
  std::string kept;
  google::protobuf::TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  printer.SetUseUtf8StringEscaping(true);
  EXPECT_TRUE(printer.PrintToString(written, &kept));
  return kept;
}

TEST(Form, EveryText_IsKeptInNfc) {
  EXPECT_EQ(Kept("plain: \"Jose\u0301\""), "plain: \"Jos\u00e9\" ");
  EXPECT_EQ(Kept("rows: \"e\u0301\" rows: \"\u00e9\""), "rows: \"\u00e9\" rows: \"\u00e9\" ");
  EXPECT_EQ(Kept("labels {key: \"e\u0301\" value: \"e\u0301\"}"),
            "labels { key: \"\u00e9\" value: \"\u00e9\" } ");
  EXPECT_EQ(Kept("inner {plain: \"e\u0301\"}"), "inner { plain: \"\u00e9\" } ");
}

TEST(Form, Lengths_AreThoseOfTheForm) {
  EXPECT_EQ(Kept("line: \"e\u0301e\u0301e\u0301e\u0301e\u0301\""),
            "line: \"\u00e9\u00e9\u00e9\u00e9\u00e9\" ");
  EXPECT_EQ(Kept("line: \"\u0958\u0958\u0958\""), "line TOO_LONG");  // each is two in NFC
}

TEST(Form, KeysThatBecomeOne_AreRefused) {
  EXPECT_EQ(Kept("labels {key: \"e\u0301\" value: \"1\"} labels {key: \"\u00e9\" value: \"2\"}"),
            "labels.\u00e9 DUPLICATE");
  EXPECT_EQ(Kept("labels {key: \" a\" value: \"1\"} labels {key: \"a\" value: \"2\"}"), "labels.a DUPLICATE");
  EXPECT_EQ(Kept("labels {key: \"e\u0301\" value: \"1\"} labels {key: \"e\" value: \"2\"}"),
            "labels { key: \"e\" value: \"2\" } labels { key: \"\u00e9\" value: \"1\" } ");
}

TEST(Form, Line_HasSomethingToSeeAndNoBreak) {
  EXPECT_EQ(Kept("line: \" \u3000ab\u00a0 \""), "line: \"ab\" ");
  EXPECT_EQ(Kept("line: \"a b\""), "line: \"a b\" ");
  for (const char* bad : {" ", "\u200b", "\u200d\u200c", "\ufe0f", "\u3164", "\u2800", "\u00ad", "\u0301",
                          "a\\nb", "a\\tb", "a\u2028b", "a\u2029b", "a\\rb", "a\u0085b"}) {
    EXPECT_EQ(Kept(std::string("line: \"") + bad + '"'), "line INVALID_TEXT") << bad;
  }
  EXPECT_EQ(Kept("rows: \"a\" rows: \"\\n\""), "rows[1] INVALID_TEXT");
  EXPECT_EQ(Kept("labels {key: \"a\\nb\" value: \"\u200b\"}"),
            "labels.a\nb INVALID_TEXT; labels.a\nb INVALID_TEXT");
  EXPECT_EQ(Kept("labels {key: \"a\" value: \"\"}"), "labels.a INVALID_TEXT");
  EXPECT_EQ(Kept("other: \"\""), "other: \"\" ");  // clears it
}

TEST(Form, Lines_KeepTheirBreaksAsLineFeeds) {
  EXPECT_EQ(Kept("lines: \"a\\r\\nb\\rc\u2028d\u2029\u00e9\u0085f\\tg \""),
            "lines: \"a\\nb\\nc\\nd\\n\u00e9\\nf\\tg \" ");
  EXPECT_EQ(Kept("lines: \"\\n\\t\u200b\""), "lines INVALID_TEXT");
  EXPECT_EQ(Kept("lines: \"a\\013\""), "lines INVALID_TEXT");
}

TEST(Form, Languages_AreKeptInTheirCase) {
  EXPECT_EQ(Kept("language: \"ZH-hant-tw\""), "language: \"zh-Hant-TW\" ");
  EXPECT_EQ(Kept("language: \"en-GB\""), "language: \"en-GB\" ");
  EXPECT_EQ(Kept("language: \"es-419\""), "language: \"es-419\" ");
  EXPECT_EQ(Kept("language: \"TLH\""), "language: \"tlh\" ");
  for (const char* bad : {"e", "engl", "en-", "-GB", "en_GB", "en-GBR", "en-G", "en-Latn-Latn", "en-GB-Latn",
                          "en-GB-x", "de-1996", "e1", "en--GB", "english", " en", "en-41", "\u00e9n"}) {
    EXPECT_EQ(Kept(std::string("language: \"") + bad + '"'), "language INVALID_LANGUAGE") << bad;
  }
}

TEST(Form, Secrets_StayAsTheyCame) {
  EXPECT_EQ(Kept("secret: \" e\u0301abc\""), "secret: \" e\u0301abc\" ");
  EXPECT_EQ(Kept("secret: \"e\u0301e\u0301e\u0301\""), "secret TOO_SHORT");  // three to whoever reads them
  EXPECT_EQ(Kept("secret: \"e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301\""),
            "secret: \"e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301\" ");
  EXPECT_EQ(Kept("secret: \"\u0958\u0958\u0958\u0958\""), "secret TOO_LONG");
  for (const char* bad : {"abc\\n", "abc\\t", "abc\u200d", "abc\ufe0f", "abc\ue000"}) {
    EXPECT_EQ(Kept(std::string("secret: \"") + bad + '"'), "secret INVALID_TEXT") << bad;
  }
}

TEST(Form, IdsNamedTwice_CountOnce) {
  constexpr const char* kA = "01976b2a-0000-7000-8000-00000000000a";
  constexpr const char* kB = "01976b2a-0000-7000-8000-00000000000b";
  const std::string same = std::string("ids: \"") + kA + "\" ids: \"" + kB + "\" ";
  EXPECT_EQ(Kept(same), same);
  EXPECT_EQ(Kept(same + "ids: \"01976B2A-0000-7000-8000-00000000000A\""), same);
  EXPECT_EQ(Kept(std::string("ids: \"") + kA + "\" " + same + same), same);
}

TEST(Form, PicturesNamedTwice_AreRefused) {
  EXPECT_EQ(Kept(R"(pictures: "https://b.co/1" pictures: "https://b.co/2" pictures: "https://b.co/1")"),
            "pictures[2] DUPLICATE");
}

TEST(TextRules, Lengths_AreCodePointsOfCleanText) {
  EXPECT_EQ(CleanLength(""), 0u);
  EXPECT_EQ(CleanLength("a\tb\nc"), 5u);
  EXPECT_EQ(CleanLength("\xc3\xa9\xe2\x82\xac\xf0\x9f\x99\x82"), 3u);
  for (const char* bad :
       {"\r", "\x7f", "\xc2\x85", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff",
        "\xc3", "\xe2\x82", "\x80", "\xe2\x80\xae", "\xe2\x81\xa6", "\xf5\x80\x80\x80"}) {
    EXPECT_FALSE(CleanLength(bad)) << bad;
  }
}

// An empty one is how a client clears it.
TEST(Validation, ATelephoneNumber_IsReadInItsCountry_AndKeptInOneForm) {
  const auto kept = [](const std::string& text) {
    auto message = Parse<probe::Dialled>(text);
    Apply(message);
    return message.phone();
  };
  EXPECT_EQ(kept(R"(country_code: "GB" phone: "020 7946 0958")"), "+442079460958");
  EXPECT_EQ(kept(R"(country_code: "FR" phone: "+44 20 7946 0958")"), "+442079460958");
  EXPECT_EQ(kept(R"(phone: "+44 20 7946 0958")"), "+442079460958");
  EXPECT_EQ(kept(R"(country_code: "GB" phone: "")"), "");
  for (const char* bad : {R"(phone: "020 7946 0958")", R"(country_code: "GB" phone: "020 7946")",
                          R"(country_code: "XX" phone: "020 7946 0958")", R"(phone: "+44 20 7946 095O")"}) {
    EXPECT_EQ(Violations(Parse<probe::Dialled>(bad)), "phone INVALID_PHONE_NUMBER") << bad;
  }
  EXPECT_EQ(Violations(Parse<probe::Dialled>("phone: \"" + std::string(31, '1') + "\"")), "phone TOO_LONG");
}

}  // namespace
}  // namespace market::rules
