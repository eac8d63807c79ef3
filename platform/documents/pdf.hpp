// A document as a PDF of A4 pages, by pango and cairo. The same bytes for the same document and the same fonts: nothing in it says
// when it was drawn, only when it was issued.
//
// Any thread, but it blocks: a page takes some 20 ms, more when a thread draws its first. Throws std::runtime_error where cairo
// can't draw.
#pragma once
#include <string>

#include "platform/core/clock.hpp"
#include "platform/documents/sheet.hpp"

namespace market::documents {

std::string AsPdf(const Sheet& sheet, Time issued_at);

}  // namespace market::documents
