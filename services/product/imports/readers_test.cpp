#include <gtest/gtest.h>

#include <string>
#include <variant>
#include <vector>

#include "services/product/imports/reader.hpp"

namespace market::product::imports {
namespace {

using domain::ImportFormat;

std::string Shown(const Row& row) {
  std::string text = std::to_string(row.line) + ":";
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    if (row.cells[i]) text += ' ' + std::string(kColumnNames[i]) + "=[" + *row.cells[i] + ']';
  }
  for (const auto& [name, value] : row.attributes) text += " attribute:" + name + "=[" + value + ']';
  for (const auto& [name, value] : row.options) text += " option:" + name + "=[" + value + ']';
  for (const auto& fault : row.faults) text += " !" + fault.column + ' ' + fault.reason;
  return text;
}

// All rows of a file whose pieces have `size` bytes each, with what ended it; each row was read on from the one before by
// a reader of its own, too, as after a crash.
std::vector<std::string> ReadAll(ImportFormat format, const std::string& file, std::size_t size) {
  std::vector<std::string> rows;
  const auto reader = MakeReader(format);
  const auto feed = [&](Reader& into, std::size_t from) -> std::optional<Row> {
    for (std::size_t at = from; at < file.size(); at += size) {
      std::string_view rest = std::string_view(file).substr(at, size);
      if (auto row = into.Next(rest)) return row;
    }
    return into.Last();
  };
  const auto again_from = [&](const Position& position) {
    const auto other = MakeReader(format);
    std::string_view rest = file;
    while (!other->KnowsHeader() && !rest.empty()) other->Next(rest);
    other->GoTo(position);
    const auto row = feed(*other, static_cast<std::size_t>(position.bytes));
    return row ? Shown(*row) : std::string();
  };
  try {
    std::string_view rest;
    std::size_t at = 0;
    Position before;
    for (;;) {
      auto row = reader->Next(rest);
      if (!row && rest.empty() && at < file.size()) {
        rest = std::string_view(file).substr(at, size);
        at += rest.size();
        continue;
      }
      if (!row) row = reader->Last();
      if (!row) break;
      rows.push_back(Shown(*row));
      if (before.bytes > 0) {
        EXPECT_EQ(again_from(before), rows.back()) << "from byte " << before.bytes;
      }
      before = reader->At();
    }
    EXPECT_LE(reader->At().bytes, static_cast<std::int64_t>(file.size()));
  } catch (const Unreadable& fault) {
    rows.push_back("line " + std::to_string(fault.line) + ": " + fault.detail);
  }
  return rows;
}

using Rows = std::vector<std::string>;

void ExpectRows(ImportFormat format, const std::string& file, const Rows& expected) {
  for (std::size_t size = 1; size <= file.size() + 1; ++size) {
    ASSERT_EQ(ReadAll(format, file, size), expected) << "in pieces of " << size;
  }
}

void ExpectCsv(const std::string& file, const Rows& expected) {
  ExpectRows(ImportFormat::kCsv, file, expected);
}
void ExpectJson(const std::string& file, const Rows& expected) {
  ExpectRows(ImportFormat::kJsonLines, file, expected);
}

TEST(CsvReader, RowsEndAsTheyLike_QuotedOnesHoldAnything) {
  ExpectCsv("sku,title\nA,One\nB,Two", {"2: title=[One] sku=[A]", "3: title=[Two] sku=[B]"});
  ExpectCsv("sku,title\r\nA,One\r\nB,Two\r\n", {"2: title=[One] sku=[A]", "3: title=[Two] sku=[B]"});
  ExpectCsv("sku,title\rA,One\rB,Two\r", {"2: title=[One] sku=[A]", "3: title=[Two] sku=[B]"});
  ExpectCsv("sku,title\r\nA,\"a \"\"b\"\", c\r\nd\ne\rf\"\r\nB,\"\"\n",
            {"2: title=[a \"b\", c\r\nd\ne\rf] sku=[A]", "6: title=[] sku=[B]"});
  ExpectCsv("sku,title\n\n\r\nA,One\n,\n\nB,\n", {"4: title=[One] sku=[A]", "7: title=[] sku=[B]"});
  ExpectCsv("sku,title\nA,5\" pipe\n", {"2: title=[5\" pipe] sku=[A]"});
  ExpectCsv("\"sku\",\"title\"\n\"A\",\"One\"", {"2: title=[One] sku=[A]"});
}

TEST(CsvReader, SeparatorsAndTheMark_AreAsTheFirstLineSays) {
  ExpectCsv("sku;title\nA;a,b\n", {"2: title=[a,b] sku=[A]"});
  ExpectCsv("sku\ttitle\nA\ta;b\n", {"2: title=[a;b] sku=[A]"});
  ExpectCsv("\"attribute:a,b\";sku\nx;A\n", {"2: sku=[A] attribute:a,b=[x]"});
  ExpectCsv("\xef\xbb\xbfsku,title\nA,One\n", {"2: title=[One] sku=[A]"});
  ExpectCsv("\xef\xbb\xbf\"sku\"\nA\n", {"2: sku=[A]"});
  ExpectCsv("sku\nA\n", {"2: sku=[A]"});
  ExpectCsv("SKU, Title ,taxclass,ATTRIBUTE: Colour,option:Size\nA,One,x,red,L\n",
            {"2: title=[One] sku=[A] taxClass=[x] attribute:Colour=[red] option:Size=[L]"});
}

TEST(CsvReader, WhatIsNoHeader_EndsTheFile) {
  ExpectCsv("", {});
  ExpectCsv("\n\n", {});
  ExpectCsv("title,price\nOne,1\n", {"line 1: there is no column sku"});
  ExpectCsv("\nsku,vendor\nA,One\n", {"line 2: there is no column of the name vendor"});
  ExpectCsv("sku,,title\nA,,One\n", {"line 1: column 2 has no name"});
  ExpectCsv("sku,SKU\nA,A\n", {"line 1: there are two columns sku"});
  ExpectCsv("sku,attribute:\nA,x\n", {"line 1: there is no column of the name attribute:"});
  ExpectCsv("\xef\xbb\x41sku\nA\n", {"line 1: the file must be text in UTF-8"});
  ExpectCsv(std::string("\xff\xfes\0k\0u\0\n\0", 10), {"line 1: the file must be text in UTF-8"});
  ExpectCsv("sku,title\nA,One\nB,\"Two\nC,Three\n",
            {"2: title=[One] sku=[A]", "line 3: the quote that opens in this line is never closed"});
}

TEST(CsvReader, WhatIsWrongWithARow_IsOfThatRow) {
  ExpectCsv("sku,title\nA\nB,Two,3\nC,Three\n",
            {"2: ! INVALID_FORMAT", "3: ! INVALID_FORMAT", "4: title=[Three] sku=[C]"});
  ExpectCsv("sku,title\nA,\"One\" more\nB,Two\n", {"2: ! INVALID_FORMAT", "3: title=[Two] sku=[B]"});
  ExpectCsv("sku,title\nA,\xc3\nB,Tw\xc3\xb6\n",
            {"2: sku=[A] !title INVALID_TEXT", "3: title=[Tw\xc3\xb6] sku=[B]"});
  ExpectCsv(std::string("sku,title\nA,a\0b\n", 16), {"2: sku=[A] !title INVALID_TEXT"});
}

TEST(CsvReader, ARowThatIsTooLong_IsThrownAwayAsItComes) {
  const std::string large(kRowBytesMax * 4, 'x');
  for (const auto& row : {"A," + large, "A,\"" + large + "\nmore\"", std::string(kRowBytesMax * 2, ',')}) {
    const auto rows = ReadAll(ImportFormat::kCsv, "sku,title\n" + row + "\nB,Two\n", 65'536);
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[0], "2: ! TOO_LARGE");
    EXPECT_TRUE(rows[1].ends_with("title=[Two] sku=[B]")) << rows[1];
  }
  const std::string fits(kRowBytesMax - 3, 'x');
  EXPECT_EQ(ReadAll(ImportFormat::kCsv, "sku,title\nA," + fits + "\n", 65'536)[0],
            "2: title=[" + fits + "] sku=[A]");
  EXPECT_EQ(ReadAll(ImportFormat::kCsv, large, 65'536), Rows{"line 1: the first line is too long"});
}

TEST(CsvReader, GuardedCells_AreWhatTheyWere) {
  ExpectCsv("sku,title\n'-A,'=1+1\nB,''=x\nC,'quoted'\nD,=2\n",
            {"2: title=[=1+1] sku=[-A]", "3: title=['=x] sku=[B]", "4: title=['quoted'] sku=[C]",
             "5: title=[=2] sku=[D]"});
}

TEST(JsonLinesReader, AnObjectALine) {
  ExpectJson(
      "{\"sku\":\"A\",\"price\":19.90,\"stock\":3,\"attributes\":{\"Colour\":\"r\\u00e9d\"},"
      "\"options\":{\"Size\":\"L\",\"Cut\":null}}\n\n"
      "{\"sku\":\"B\",\"description\":\"a\\nb\",\"weightGrams\":null,\"attributes\":null}",
      {"1: sku=[A] price=[19.90] stock=[3] attribute:Colour=[r\xc3\xa9"
       "d] option:Size=[L] option:Cut=[]",
       "3: description=[a\nb] sku=[B] weightGrams=[]"});
  ExpectJson("\xef\xbb\xbf{\"sku\":\"A\"}\r\n", {"1: sku=[A]"});
  ExpectJson("", {});
  ExpectJson("{\"sku\":\"A\",\"price\":1e2}\n{\"sku\":\"B\",\"price\":100000000000000000000.01}\n",
             {"1: sku=[A] price=[1e2]", "2: sku=[B] price=[100000000000000000000.01]"});
}

TEST(JsonLinesReader, WhatIsWrongWithALine_IsOfThatLine) {
  const std::string good = "{\"sku\":\"A\"}\n";
  const auto expect = [&](const std::string& line, const std::string& row) {
    ExpectJson(good + line + "\n" + good, {"1: sku=[A]", "2:" + row, "3: sku=[A]"});
  };
  expect("{\"sku\":", " ! MALFORMED_JSON");
  expect("[]", " ! MALFORMED_JSON");
  expect("{} {}", " ! MALFORMED_JSON");
  expect("{\"sku\":\"\xff\"}", " ! MALFORMED_JSON");
  expect("{\"a\":[[[[[[[[[[[[]]]]]]]]]]]]}", " ! MALFORMED_JSON");
  expect("{\"vendor\":1,\"sku\":\"B\"}", " sku=[B] !vendor UNKNOWN_FIELD");
  expect("{\"sku\":\"B\",\"SKU\":\"C\"}", " sku=[B] !SKU DUPLICATE");
  expect("{\"attribute:x\":\"B\"}", " !attribute:x UNKNOWN_FIELD");
  expect("{\"sku\":true}", " !sku INVALID_FORMAT");
  expect("{\"sku\":[\"B\"]}", " !sku INVALID_FORMAT");
  expect("{\"sku\":{\"a\":\"B\"}}", " !sku INVALID_FORMAT");
  expect("{\"attributes\":\"x\"}", " !attributes INVALID_FORMAT");
  expect("{\"attributes\":{\"a\":{\"b\":\"c\"}}}", " !attribute:a INVALID_FORMAT");
  expect("{\"attributes\":{\"a\":\"1\",\"a\":\"2\"}}", " attribute:a=[1] !attribute:a DUPLICATE");
  expect("{\"title\":\"a\\u0000b\"}", " !title INVALID_TEXT");
  ExpectJson("sku,title\n", {"line 1: the first line is no JSON object"});
  const std::string large(kRowBytesMax * 3, ' ');
  const auto rows = ReadAll(ImportFormat::kJsonLines, good + large + "\n" + good, 65'536);
  EXPECT_EQ(rows, (Rows{"1: sku=[A]", "2: ! TOO_LARGE", "3: sku=[A]"}));
}

// Whatever comes: no crash, an end, and the same rows in whatever pieces.
TEST(Readers, AnyBytes_ReadTheSameInPieces) {
  const std::string alphabet = "\"\"\"\r\n,;'={}[]:sku1\xc3\xa9";
  std::uint32_t chance = 7;
  for (int round = 0; round < 300; ++round) {
    for (const bool csv : {true, false}) {
      std::string file = csv ? "sku,title\n" : "{\"sku\":\"A\"}\n";
      for (int i = 0; i < 60; ++i) {
        chance = chance * 1664525 + 1013904223;
        file += alphabet[(chance >> 16) % alphabet.size()];
      }
      const auto format = csv ? ImportFormat::kCsv : ImportFormat::kJsonLines;
      const auto whole = ReadAll(format, file, file.size());
      for (const std::size_t size : {1, 2, 3, 7}) ASSERT_EQ(ReadAll(format, file, size), whole) << file;
    }
  }
}

}  // namespace
}  // namespace market::product::imports
