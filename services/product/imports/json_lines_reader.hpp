// Rows of JSON lines: an object a line, whose members are the columns; `attributes` and `options` are objects of texts.
// Numbers are read as they are written. Null is an empty text. Fails as reader.hpp says.
#pragma once
#include <string>

#include "services/product/imports/reader.hpp"

namespace market::product::imports {

class JsonLinesReader final : public Reader {
 public:
  std::optional<Row> Next(std::string_view& rest) override;
  std::optional<Row> Last() override;
  bool KnowsHeader() const override { return true; }
  void GoTo(const Position& position) override;
  Position At() const override { return at_; }

 private:
  std::optional<Row> Finish();

  std::string text_;            // of the line under way
  std::size_t line_bytes_ = 0;  // more than kRowBytesMax: the rest of it is thrown away
  std::int64_t bytes_ = 0;      // taken
  std::int64_t line_ = 1;       // under way
  Position at_;
};

}  // namespace market::product::imports
