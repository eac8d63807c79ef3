#include "services/order/documents/books.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "platform/core/csv.hpp"
#include "platform/unicode/formats.hpp"

namespace market::order::documents {
namespace {

constexpr int kPercentDigits = 4;  // of parts per million

// "-1234.50" of -123450 with two digits.
std::string DecimalText(std::int64_t value, int digits) {
  std::string text = std::to_string(value < 0 ? -value : value);
  const auto least = static_cast<std::size_t>(digits) + 1;
  if (text.size() < least) text.insert(0, least - text.size(), '0');
  if (digits > 0) text.insert(text.size() - static_cast<std::size_t>(digits), 1, '.');
  return value < 0 ? "-" + text : text;
}

// "5.5" of 55,000
std::string PercentText(std::int64_t ppm) {
  auto text = DecimalText(ppm, kPercentDigits);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

std::string DayText(Time time) {
  return unicode::FormatUtc(std::chrono::floor<std::chrono::seconds>(time), "yyyy-MM-dd", "en");
}

}  // namespace

std::string_view BooksHeader() {
  return "kind,number,issued,supplied,order,corrects,buyer,country,currency,tax_percent,net,tax,gross\r\n";
}

void AppendToBooks(std::string& file, const domain::Invoice& invoice) {
  const auto digits = unicode::FractionDigits(std::string(invoice.currency.Code()));
  const bool credits = invoice.kind == domain::InvoiceKind::kCreditNote;
  const auto amount = [&](std::int64_t minor) { return DecimalText(credits ? -minor : minor, digits); };
  const auto& content = invoice.content;
  const std::array<std::string, 9> cells = {std::string(Name(invoice.kind)),
                                            invoice.number,
                                            DayText(invoice.issued_at),
                                            DayText(content.supplied_at),
                                            content.order_number,
                                            content.corrects ? content.corrects->number : std::string(),
                                            content.buyer.name,
                                            content.buyer.country_code,
                                            std::string(invoice.currency.Code())};
  for (const auto& tax : content.taxes) {
    for (const auto& cell : cells) {
      csv::AppendCell(file, cell);
      file += ',';
    }
    // Numbers, which a guard would make texts of.
    file += PercentText(tax.rate_ppm) + ',' + amount(tax.net_minor) + ',' + amount(tax.tax_minor) + ',' +
            amount(tax.Gross()) + "\r\n";
  }
}

}  // namespace market::order::documents
