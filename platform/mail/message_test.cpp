#include "platform/mail/message.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include "platform/core/error.hpp"

namespace market::mail {
namespace {

Message Welcome() {
  return {.id = "0197a3c2.notification@market.example",
          .from_name = "Market",
          .from = "no-reply@market.example",
          .to = "ada@example.com",
          .subject = "Welcome",
          .text = "Hello, Ada.\n\n.\n..two dots\n",
          .html = "<p>Hello, Ada.</p>\n",
          .language = "en",
          .date = std::chrono::sys_days(std::chrono::year(2026) / 3 / 1) + std::chrono::hours(9) +
                  std::chrono::minutes(5) + std::chrono::microseconds(7'000'001)};
}

// The fields before the empty line, unfolded.
std::vector<std::string> Headers(const std::string& bytes) {
  std::vector<std::string> headers;
  std::string_view rest = std::string_view(bytes).substr(0, bytes.find("\r\n\r\n") + 2);
  while (!rest.empty()) {
    const auto line = rest.substr(0, rest.find("\r\n"));
    if (line.starts_with(' ') && !headers.empty()) {
      headers.back() += line;
    } else {
      headers.emplace_back(line);
    }
    rest.remove_prefix(line.size() + 2);
  }
  return headers;
}

std::vector<std::string> Names(const std::string& bytes) {
  std::vector<std::string> names;
  for (const auto& header : Headers(bytes)) names.push_back(header.substr(0, header.find(':')));
  return names;
}

std::size_t LongestLineOf(std::string_view text) {
  std::size_t longest = 0;
  for (std::size_t start = 0; start < text.size();) {
    const auto end = std::min(text.find("\r\n", start), text.size());
    longest = std::max(longest, end - start);
    start = end + 2;
  }
  return longest;
}

TEST(Compose, PlainMail) {
  EXPECT_EQ(Compose(Welcome()),
            "Date: Sun, 01 Mar 2026 09:05:07 +0000\r\n"
            "From: \"Market\" <no-reply@market.example>\r\n"
            "To: ada@example.com\r\n"
            "Subject: Welcome\r\n"
            "Message-ID: <0197a3c2.notification@market.example>\r\n"
            "Auto-Submitted: auto-generated\r\n"
            "Content-Language: en\r\n"
            "MIME-Version: 1.0\r\n"
            "Content-Type: multipart/alternative;\r\n"
            " boundary=\"=_75ac1b2a05f2124067cab6a880a76c6d\"\r\n"
            "\r\n"
            "--=_75ac1b2a05f2124067cab6a880a76c6d\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n"
            "\r\n"
            "Hello, Ada.\r\n"
            "\r\n"
            ".\r\n"
            "..two dots\r\n"
            "\r\n"
            "--=_75ac1b2a05f2124067cab6a880a76c6d\r\n"
            "Content-Type: text/html; charset=utf-8\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n"
            "\r\n"
            "<p>Hello, Ada.</p>\r\n"
            "\r\n"
            "--=_75ac1b2a05f2124067cab6a880a76c6d--\r\n");
}

TEST(Compose, RussianMailThatCanBeUnsubscribed) {
  auto message = Welcome();
  message.from_name = "Лавка Ольги";
  message.reply_to = "olga@shop.example";
  message.subject = "Заказ № 1024 отправлен: ожидайте доставку в течение трёх дней 🎉";
  message.text = "Ваш заказ в пути.\n";
  message.html = "<p>Ваш заказ в пути.</p>\n";
  message.language = "ru";
  message.unsubscribe_url =
      "https://market.example/unsubscribe?token=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
  EXPECT_EQ(Compose(message),
            "Date: Sun, 01 Mar 2026 09:05:07 +0000\r\n"
            "From: =?UTF-8?B?0JvQsNCy0LrQsCDQntC70YzQs9C4?= <no-reply@market.example>\r\n"
            "To: ada@example.com\r\n"
            "Reply-To: olga@shop.example\r\n"
            "Subject: =?UTF-8?B?0JfQsNC60LDQtyDihJYgMTAyNCDQvtGC0L/RgNCw0LLQu9C10L06?=\r\n"
            " =?UTF-8?B?INC+0LbQuNC00LDQudGC0LUg0LTQvtGB0YLQsNCy0LrRgyDQsiDRgtC10Yc=?=\r\n"
            " =?UTF-8?B?0LXQvdC40LUg0YLRgNGR0YUg0LTQvdC10Lkg8J+OiQ==?=\r\n"
            "Message-ID: <0197a3c2.notification@market.example>\r\n"
            "Auto-Submitted: auto-generated\r\n"
            "List-Unsubscribe:\r\n"
            " <https://market.example/unsubscribe?token=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa>\r\n"
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
            "Content-Language: ru\r\n"
            "MIME-Version: 1.0\r\n"
            "Content-Type: multipart/alternative;\r\n"
            " boundary=\"=_75ac1b2a05f2124067cab6a880a76c6d\"\r\n"
            "\r\n"
            "--=_75ac1b2a05f2124067cab6a880a76c6d\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: base64\r\n"
            "\r\n"
            "0JLQsNGIINC30LDQutCw0Lcg0LIg0L/Rg9GC0LguDQo=\r\n"
            "--=_75ac1b2a05f2124067cab6a880a76c6d\r\n"
            "Content-Type: text/html; charset=utf-8\r\n"
            "Content-Transfer-Encoding: base64\r\n"
            "\r\n"
            "PHA+0JLQsNGIINC30LDQutCw0Lcg0LIg0L/Rg9GC0LguPC9wPg0K\r\n"
            "--=_75ac1b2a05f2124067cab6a880a76c6d--\r\n");
}

TEST(Compose, SameMessage_SameBytes) {
  EXPECT_EQ(Compose(Welcome()), Compose(Welcome()));
  auto other = Welcome();
  other.id = "0197a3c3.notification@market.example";
  EXPECT_EQ(Compose(other).find("=_75ac1b2a05f2124067cab6a880a76c6d"), std::string::npos);
}

TEST(Compose, LongTexts_HaveShortLines) {
  auto message = Welcome();
  message.from_name = std::string(500, 'n');
  message.subject = std::string(5000, 's');
  message.text = std::string(5000, 't');
  std::string russian;
  for (int i = 0; i < 1000; ++i) russian += "ёж";
  message.html = russian;
  EXPECT_LE(LongestLineOf(Compose(message)), 78U);
  message.subject = russian;
  EXPECT_LE(LongestLineOf(Compose(message)), 78U);
  message.unsubscribe_url = "https://market.example/" + std::string(972, 'u');
  EXPECT_EQ(LongestLineOf(Compose(message)), 998U);
}

TEST(Compose, ControlCharactersInTexts_MakeNoHeader) {
  const auto names = Names(Compose(Welcome()));
  for (const std::string_view end : {"\r\n", "\n", "\r", "\xc2\x85", "\xe2\x80\xa8", "\r\n\r\n"}) {
    auto message = Welcome();
    message.subject = "Hello" + std::string(end) + "Bcc: eve@example.com";
    message.from_name = "Market" + std::string(end) + "Bcc: eve@example.com";
    const auto bytes = Compose(message);
    EXPECT_EQ(Names(bytes), names);
    EXPECT_EQ(bytes.find("\r\nBcc"), std::string::npos);
  }
  auto message = Welcome();
  message.subject = std::string("nul\0bell\a", 9);
  EXPECT_NE(Compose(message).find("Subject: =?UTF-8?B?bnVsIGJlbGwg?=\r\n"), std::string::npos);
}

TEST(Compose, BoundaryInTheText_EndsNothing) {
  auto message = Welcome();
  message.text = "--=_75ac1b2a05f2124067cab6a880a76c6d--\n";
  const auto bytes = Compose(message);
  EXPECT_NE(bytes.find("\r\n--=3D_75ac1b2a05f2124067cab6a880a76c6d--\r\n"), std::string::npos);
}

TEST(Compose, AddressBeyondAscii_StandsAsItIs) {
  auto message = Welcome();
  message.to = "ольга@пример.рф";
  EXPECT_EQ(Headers(Compose(message)).at(2), "To: ольга@пример.рф");
}

// The field that is refused; empty: none.
std::string Refused(const std::function<void(Message&)>& change) {
  auto message = Welcome();
  change(message);
  try {
    Compose(message);
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.code, Code::kInvalidArgument);
    return error.fields.at(0).field;
  }
}

TEST(Compose, WhatIsNoAddress_IsRefused) {
  const std::string nul("a\0@b.c", 6);
  for (const std::string& bad : {std::string(),
                                 std::string("ada"),
                                 std::string("@b.c"),
                                 std::string("ada@"),
                                 std::string("a@b@c"),
                                 std::string("a@b.c\r\nBcc: e@f.g"),
                                 std::string("a@b.c\n"),
                                 std::string("a\r@b.c"),
                                 nul,
                                 std::string("a b@c.d"),
                                 std::string("a@b.c>"),
                                 std::string("<a@b.c"),
                                 std::string("\"a\"@b.c"),
                                 std::string("a,b@c.d"),
                                 std::string(".a@b.c"),
                                 std::string("a.@b.c"),
                                 std::string("a..b@c.d"),
                                 std::string("a@b..c"),
                                 std::string("a@[1.2.3.4]"),
                                 std::string("a\xff@b.c"),
                                 std::string(250, 'a') + "@b.cd"}) {
    EXPECT_EQ(Refused([&](Message& m) { m.to = bad; }), "to") << bad;
    EXPECT_EQ(Refused([&](Message& m) { m.from = bad; }), "from") << bad;
    EXPECT_EQ(Refused([&](Message& m) { m.reply_to = bad; }), "reply_to") << bad;
    EXPECT_EQ(Refused([&](Message& m) { m.id = bad; }), "id") << bad;
  }
  EXPECT_EQ(Refused([](Message& m) { m.from = "ольга@example.com"; }), "from");
  EXPECT_EQ(Refused([](Message& m) { m.reply_to = "a@пример.рф"; }), "reply_to");
  EXPECT_EQ(Refused([](Message& m) { m.to = "a!#$%&'*+/=?^_`{|}~-b@localhost"; }), "");
}

TEST(Compose, WhatIsNoUrlOrLanguage_IsRefused) {
  for (const std::string& bad : {std::string("ftp://a.b"), std::string("javascript:x"),
                                 std::string("https://a.b/\r\nBcc: e@f.g"), std::string("https://a.b/ c"),
                                 std::string("https://a.b/>,<mailto:e@f.g"), std::string("https://a.b/ё"),
                                 std::string("https://a.b/\0", 13), "https://a.b/" + std::string(984, 'u')}) {
    EXPECT_EQ(Refused([&](Message& m) { m.unsubscribe_url = bad; }), "unsubscribe_url") << bad;
  }
  EXPECT_EQ(Refused([](Message& m) { m.unsubscribe_url = "http://127.0.0.1:8080/u?t=a%20b"; }), "");
  for (const std::string bad : {"", "de\r\nBcc: e@f.g", "de DE", "русский"})
    EXPECT_EQ(Refused([&](Message& m) { m.language = bad; }), "language") << bad;
  EXPECT_EQ(Refused([](Message& m) { m.language = "zh-Hant-TW"; }), "");
}

TEST(Compose, EmptyPart_IsRefused) {
  EXPECT_EQ(Refused([](Message& m) { m.text.clear(); }), "text");
  EXPECT_EQ(Refused([](Message& m) { m.html.clear(); }), "html");
}

}  // namespace
}  // namespace market::mail
