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
std::string Violations(const google::protobuf::Message& message) {
  try {
    Validate(message);
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
    EXPECT_EQ(Violations(message), each.violations) << each.text;
  }
}

TEST(Validation, MissingFields_AreNamed) {
  EXPECT_EQ(Violations(probe::Ruled()), "name REQUIRED; tags REQUIRED; price REQUIRED");
}

TEST(Validation, UnknownEnumValue_IsRefused) {
  auto message = Parse<probe::Ruled>(kGood);
  message.set_color(static_cast<probe::Ruled::Color>(7));
  EXPECT_EQ(Violations(message), "color UNKNOWN_VALUE");
}

TEST(Validation, TypeWithoutRules_Passes) { EXPECT_EQ(Violations(Parse<probe::Plain>("number: -1")), ""); }

TEST(Validation, TextWithoutRules_IsStillText) {
  probe::ProbeRequest request;
  request.set_seller_id(std::string("a\0b", 3));
  (*request.mutable_labels())["k\x7f"] = "v";
  EXPECT_EQ(Violations(request), "sellerId INVALID_TEXT; labels.? INVALID_TEXT");
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
    Validate(message);
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

TEST(TextRules, Emails) {
  for (const char* good : {"a@b.co", "ada.lovelace+tag@mail.example.com", "o'neil@x-y.org"})
    EXPECT_TRUE(IsEmail(good)) << good;
  for (const char* bad : {"", "a", "@b.co", "a@", "a@b", "a b@c.co", "a@b..co", "a@-b.co", "a@b.co.",
                          "a@@b.co", "a@b@c.co", "\"a b\"@c.co", "a@\xc3\xa9.co"}) {
    EXPECT_FALSE(IsEmail(bad)) << bad;
  }
  EXPECT_FALSE(IsEmail(std::string(65, 'a') + "@b.co"));
}

TEST(TextRules, Urls) {
  for (const char* good : {"https://b.co", "https://b.co/", "https://b.co:8443/p/a?x=1&y=%20#f"})
    EXPECT_TRUE(IsHttpsUrl(good)) << good;
  for (const char* bad : {"", "https://", "http://b.co", "HTTPS://b.co", "https://b", "https://u:p@b.co/",
                          "https://b.co:/", "https://b.co:123456", "https://b.co/a b", "https://b.co/<x>",
                          "https://b.co/\xc3\xa9", "javascript:alert(1)"}) {
    EXPECT_FALSE(IsHttpsUrl(bad)) << bad;
  }
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

}  // namespace
}  // namespace market::rules
