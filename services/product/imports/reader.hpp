// Takes rows off a file that comes in pieces of any size, and holds no more of it than one row.
//
//   auto reader = MakeReader(format);
//   std::string_view rest = piece;                  // from reader->At().bytes on
//   while (auto row = reader->Next(rest)) …;        // rest is used up: the next piece
//   if (auto row = reader->Last()) …;               // there is none
//
// Throws Unreadable where there is no way to go on: a header that can't be used, a quote that is never closed. What is wrong
// with one row is a fault of that row. Pure; linear in the bytes.
#pragma once
#include <memory>
#include <optional>
#include <string_view>

#include "services/product/domain/import.hpp"
#include "services/product/imports/row.hpp"

namespace market::product::imports {

class Reader {
 public:
  virtual ~Reader() = default;
  // Takes bytes off `rest` until a row is complete; nullopt: it has taken all of them and wants more.
  virtual std::optional<Row> Next(std::string_view& rest) = 0;
  // The row that ends with the file, if there is one.
  virtual std::optional<Row> Last() = 0;
  // Whether it has read what a file begins with, and may go on anywhere.
  virtual bool KnowsHeader() const = 0;
  // Goes on there: an At() after some row of the same file, told with the file's beginning read.
  virtual void GoTo(const Position& position) = 0;
  // Behind the last row that was given.
  virtual Position At() const = 0;
};

std::unique_ptr<Reader> MakeReader(domain::ImportFormat format);

}  // namespace market::product::imports
