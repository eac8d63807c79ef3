// Cells of CSV that no program of spreadsheets takes for a formula. Pure.
//
// Such a program runs what begins with = + - @, a tab or a line end. So an apostrophe is put before it, which people don't
// see and reading takes away again. One is put before apostrophes that stand before such a character, too, so that what was
// written is what is read.
#pragma once
#include <string>
#include <string_view>

namespace market::csv {

// What is written of a cell, without the quotes of CSV; and back. What was not guarded stays as it is.
std::string Guarded(std::string_view cell);
std::string Unguarded(std::string cell);

// Appends a guarded cell, in quotes where RFC 4180 asks for them.
void AppendCell(std::string& line, std::string_view cell);

}  // namespace market::csv
