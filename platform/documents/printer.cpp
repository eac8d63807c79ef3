#include "platform/documents/printer.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "platform/documents/page.hpp"
#include "platform/documents/pdf.hpp"

namespace market::documents {
namespace {

constexpr std::string_view kPageType = "text/html";
constexpr std::size_t kPieceBytes = 512 * 1024;

}  // namespace

Task<std::string> Printer::Print(std::function<Sheet()> write, Time issued_at, Form form) {
  co_return co_await pool_.Run([write = std::move(write), issued_at, form] {
    const auto sheet = write();
    return form == Form::kPage ? AsPage(sheet) : AsPdf(sheet, issued_at);
  });
}

Printer::Form FormOf(std::string_view media_type) {
  return media_type == kPageType ? Printer::Form::kPage : Printer::Form::kPdf;
}

Shown ShownAs(Printer::Form form) {
  if (form == Printer::Form::kPage) return {.media_type = "text/html; charset=utf-8", .ending = ".html"};
  return {.media_type = "application/pdf", .ending = ".pdf"};
}

Piece PieceOf(const std::string& document, std::string_view after) {
  std::size_t from = 0;
  std::from_chars(after.data(), after.data() + after.size(), from);
  from = std::min(from, document.size());
  Piece piece{.content = document.substr(from, kPieceBytes), .next = {}};
  if (from + kPieceBytes < document.size()) piece.next = std::to_string(from + kPieceBytes);
  return piece;
}

}  // namespace market::documents
