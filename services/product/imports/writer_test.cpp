#include "services/product/imports/writer.hpp"

#include <gtest/gtest.h>

#include "platform/core/csv.hpp"
#include "services/product/imports/price.hpp"
#include "services/product/imports/reader.hpp"

namespace market::product::imports {
namespace {

using domain::ImportFormat;

Row SomeRow() {
  Row row;
  row[Column::kProduct] = "p";
  row[Column::kTitle] = "=cmd|' /C calc'!A0";
  row[Column::kDescription] = "a,\"b\"\r\nc; d\te";
  row[Column::kCategory] = "tools/hammers";
  row[Column::kSku] = "-1";
  row[Column::kPrice] = "19.90";
  row.attributes = {{"Colour", "'@red"}, {"Origin", " Ulm "}};
  row.options = {{"Size", "+L"}};
  return row;
}

std::string Written(ImportFormat format, const Row& row) {
  const NamedColumns columns{.attributes = {"Colour", "Height", "Origin"}, .options = {"Size"}};
  auto file = Header(format, columns);
  AppendRow(file, format, columns, row);
  return file;
}

TEST(Writer, WhatIsWritten_IsRead) {
  for (const auto format : {ImportFormat::kCsv, ImportFormat::kJsonLines}) {
    const auto file = Written(format, SomeRow());
    const auto reader = MakeReader(format);
    std::string_view rest = file;
    const auto row = reader->Next(rest);
    ASSERT_TRUE(row) << file;
    EXPECT_TRUE(row->faults.empty());
    for (std::size_t i = 0; i < kColumnNames.size(); ++i) {
      EXPECT_EQ(row->Text(static_cast<Column>(i)), SomeRow().Text(static_cast<Column>(i))) << kColumnNames[i];
    }
    auto attributes = row->attributes;
    std::erase_if(attributes, [](const auto& pair) { return pair.second.empty(); });
    EXPECT_EQ(attributes, SomeRow().attributes);
    EXPECT_EQ(row->options, SomeRow().options);
  }
}

TEST(Writer, NoCellOfCsv_IsAFormula) {
  const auto file = Written(ImportFormat::kCsv, SomeRow());
  EXPECT_EQ(
      file,
      "\xef\xbb\xbfproduct,title,description,category,productState,sku,price,currency,stock,"
      "lowStockThreshold,weightGrams,taxClass,state,attribute:Colour,attribute:Height,attribute:Origin,"
      "option:Size\r\n"
      "p,'=cmd|' /C calc'!A0,\"a,\"\"b\"\"\r\nc; d\te\",tools/hammers,,'-1,19.90,,,,,,,''@red,,\" Ulm \","
      "'+L\r\n");
  for (const std::string cell :
       {"=1", "+1", "-1", "@a", "\tx", "\rx", "\nx", "'=1", "''-1", "'", "''", "'a", "a", ""}) {
    EXPECT_EQ(csv::Unguarded(csv::Guarded(cell)), cell);
    EXPECT_FALSE(std::string("=+-@\t\r\n").contains(csv::Guarded(cell).substr(0, 1)) && !cell.empty())
        << cell;
  }
}

TEST(Writer, AJsonLine_LeavesOutWhatIsEmpty) {
  Row row;
  row[Column::kSku] = "A";
  row[Column::kStock] = "";
  EXPECT_EQ(Written(ImportFormat::kJsonLines, row), "{\"sku\":\"A\"}\n");
  row[Column::kSku].reset();
  row.options = {{"a\"", "b\n"}};
  EXPECT_EQ(Written(ImportFormat::kJsonLines, row), "{\"options\":{\"a\\\"\":\"b\\n\"}}\n");
}

TEST(Price, DecimalsOfTheCurrency_Exactly) {
  const auto euro = Currency::Parse("EUR");
  const auto yen = Currency::Parse("JPY");
  EXPECT_EQ(MinorFrom("19.99", euro), 1999);
  EXPECT_EQ(MinorFrom("19.9", euro), 1990);
  EXPECT_EQ(MinorFrom("19", euro), 1900);
  EXPECT_EQ(MinorFrom("0.07", euro), 7);
  EXPECT_EQ(MinorFrom("90071992547409.93", euro), 9'007'199'254'740'993) << "no double has it";
  EXPECT_EQ(MinorFrom("1999", yen), 1999);
  for (const auto* text : {"", ".", "1.", ".5", "1,5", "1.999", "+1", "-1", "1e2", " 1", "1 ", "1 000", "0x1",
                           "NaN", "99999999999999999999"}) {
    EXPECT_FALSE(MinorFrom(text, euro)) << text;
  }
  EXPECT_FALSE(MinorFrom("1999.0", yen));
  EXPECT_EQ(PriceText(1990, euro), "19.90");
  EXPECT_EQ(PriceText(7, euro), "0.07");
  EXPECT_EQ(PriceText(0, euro), "0.00");
  EXPECT_EQ(PriceText(1999, yen), "1999");
}

}  // namespace
}  // namespace market::product::imports
