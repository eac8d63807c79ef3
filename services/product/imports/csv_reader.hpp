// Rows of CSV (RFC 4180). The first row names the columns and tells what stands between cells: the first of comma,
// semicolon and tab in it. Rows end with CR LF, LF or CR, within quotes these are text. A BOM at the beginning is none of
// it, rows without anything in them are left out. Fails as reader.hpp says.
#pragma once
#include <string>
#include <vector>

#include "services/product/imports/reader.hpp"

namespace market::product::imports {

class CsvReader final : public Reader {
 public:
  std::optional<Row> Next(std::string_view& rest) override;
  std::optional<Row> Last() override;
  bool KnowsHeader() const override { return !columns_.empty(); }
  void GoTo(const Position& position) override;
  Position At() const override { return at_; }

 private:
  enum class State : std::uint8_t {
    kCellStart,
    kPlain,
    kQuoted,
    kQuoteSeen,  // in a quoted cell: its end, or the first half of a quote
    kAfterCr     // of a row that is complete, whatever comes
  };

  // Whether the row is complete with this byte, which is taken.
  bool Take(char c);
  void TakeMark(char c);
  bool TakeUnquoted(char c);
  void Append(char c);
  void EndCell();
  bool IsSeparator(char c);
  // Of the cells of a complete record: none for an empty line and for the header.
  std::optional<Row> Finish();
  Row MakeRow();
  void ReadHeader();

  std::vector<Target> columns_;
  char separator_ = 0;  // until it is known
  State state_ = State::kCellStart;
  std::vector<std::string> cells_;
  std::string cell_;
  std::size_t marked_ = 0;        // bytes of the mark at the beginning that have come
  std::size_t record_bytes_ = 0;  // more than kRowBytesMax: the rest of it is thrown away
  bool after_cr_ = false;         // the byte before was a CR within quotes
  bool stray_ = false;            // something stands between a quote that closes and the next cell
  bool quoted_ = false;           // a cell of the record is
  std::int64_t bytes_ = 0;        // taken
  std::int64_t line_ = 1;         // of the next byte
  std::int64_t record_line_ = 1;
  std::int64_t quote_line_ = 1;
  Position at_;
};

}  // namespace market::product::imports
