#include "platform/mail/encodings.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace market::mail {
namespace {

std::size_t LongestLine(std::string_view text) {
  std::size_t longest = 0;
  while (true) {
    const auto end = text.find("\r\n");
    longest = std::max(longest, std::min(end, text.size()));
    if (end == text.npos) return longest;
    text.remove_prefix(end + 2);
  }
}

TEST(EncodeText, MostlyAscii_StaysReadable) {
  const auto encoded = EncodeText("Caf\xc3\xa9 1 = 2\n.\n..two\nend \ntab\t\r\nlast");
  EXPECT_EQ(encoded.encoding, "quoted-printable");
  EXPECT_EQ(encoded.lines, "Caf=C3=A9 1 =3D 2\r\n.\r\n..two\r\nend=20\r\ntab=09\r\nlast");
}

TEST(EncodeText, AnotherScript_TakesTheShorter) {
  const auto encoded = EncodeText("Заказ отправлен\r\n");
  EXPECT_EQ(encoded.encoding, "base64");
  EXPECT_EQ(encoded.lines, "0JfQsNC60LDQtyDQvtGC0L/RgNCw0LLQu9C10L0NCg==");
}

TEST(EncodeText, LongLines_AreBrokenSoftly) {
  const auto quoted =
      EncodeText(std::string(75, 'a') + std::string(76, 'b') + "\xc3\xa9\n" + std::string(76, 'c'));
  EXPECT_EQ(quoted.lines, std::string(75, 'a') + "=\r\n" + std::string(75, 'b') + "=\r\nb=C3=A9\r\n" +
                              std::string(76, 'c'));
  std::string russian;
  for (int i = 0; i < 200; ++i) russian += "слово ";
  EXPECT_EQ(LongestLine(EncodeText(russian).lines), 76U);
  EXPECT_EQ(LongestLine(EncodeText(std::string(5000, 'x')).lines), 76U);
  // A sign of three that does not fit beside the "=" of a soft break.
  EXPECT_EQ(EncodeText(std::string(73, 'a') + "=b").lines, std::string(73, 'a') + "=\r\n=3Db");
  EXPECT_EQ(EncodeText(std::string(73, 'a') + "=").lines, std::string(73, 'a') + "=3D");
}

TEST(EncodeText, EveryLineEnd_IsCrlf) {
  EXPECT_EQ(EncodeText("a\rb\nc\r\nd\n\re\r").lines, "a\r\nb\r\nc\r\nd\r\n\r\ne\r\n");
  EXPECT_EQ(EncodeText(std::string("nul\0 bell\a", 10)).lines, "nul=00 bell=07");
}

TEST(EncodeText, NotUtf8_IsReplaced) {
  EXPECT_EQ(EncodeText("abc\xff"
                       "def, and so on")
                .lines,
            "abc=EF=BF=BDdef, and so on");
}

TEST(AppendTextHeader, PlainWords_FoldAtSpaces) {
  std::string words;
  for (int i = 0; i < 20; ++i) words += (i == 0 ? "" : " ") + std::string("parcel") + std::to_string(i);
  std::string out;
  AppendTextHeader(out, "Subject", words);
  EXPECT_EQ(out,
            "Subject: parcel0 parcel1 parcel2 parcel3 parcel4 parcel5 parcel6 parcel7\r\n"
            " parcel8 parcel9 parcel10 parcel11 parcel12 parcel13 parcel14 parcel15\r\n"
            " parcel16 parcel17 parcel18 parcel19\r\n");
}

TEST(AppendTextHeader, WhatAReaderWouldChange_IsEncoded) {
  const auto header = [](std::string_view text) {
    std::string out;
    AppendTextHeader(out, "S", text);
    return out;
  };
  EXPECT_EQ(header("plain"), "S: plain\r\n");
  EXPECT_EQ(header("=?UTF-8?Q?a?="), "S: =?UTF-8?B?PT9VVEYtOD9RP2E/PQ==?=\r\n");
  EXPECT_EQ(header("two  spaces"), "S: =?UTF-8?B?dHdvICBzcGFjZXM=?=\r\n");
  EXPECT_EQ(header(" before"), "S: =?UTF-8?B?IGJlZm9yZQ==?=\r\n");
  EXPECT_EQ(header("after "), "S: =?UTF-8?B?YWZ0ZXIg?=\r\n");
  EXPECT_EQ(header(std::string(61, 'x')).substr(0, 13), "S: =?UTF-8?B?");
  EXPECT_LE(LongestLine(header(std::string(3000, 'x'))), 76U);
  EXPECT_LE(LongestLine(header(std::string(3000, ' '))), 76U);
}

TEST(AppendTextHeader, ControlCharacters_AreSpaces) {
  for (const std::string_view control :
       {"\r", "\n", "\t", "\x1b", "\x7f", "\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xa9"}) {
    std::string out;
    AppendTextHeader(out, "S", "a" + std::string(control) + "b");
    EXPECT_EQ(out, "S: a b\r\n") << control;
  }
  std::string out;
  AppendTextHeader(out, "S", std::string_view("a\0b", 3));
  EXPECT_EQ(out, "S: a b\r\n");
}

TEST(AppendMailboxHeader, PersonOrNone) {
  const auto header = [](std::string_view person, std::string_view address = "a@b.c") {
    std::string out;
    AppendMailboxHeader(out, "From", person, address);
    return out;
  };
  EXPECT_EQ(header(""), "From: a@b.c\r\n");
  EXPECT_EQ(header("\r\n"), "From: a@b.c\r\n");
  EXPECT_EQ(header("Shop"), "From: \"Shop\" <a@b.c>\r\n");
  EXPECT_EQ(header("The \"Shop\\\" <x@y.z>, it"), "From: \"The \\\"Shop\\\\\\\" <x@y.z>, it\" <a@b.c>\r\n");
  EXPECT_EQ(header("Магазин"), "From: =?UTF-8?B?0JzQsNCz0LDQt9C40L0=?= <a@b.c>\r\n");
  EXPECT_EQ(header("Shop", std::string(70, 'a') + "@b.c"),
            "From: \"Shop\"\r\n <" + std::string(70, 'a') + "@b.c>\r\n");
}

}  // namespace
}  // namespace market::mail
