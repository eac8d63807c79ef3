#include "services/order/process/printer.hpp"

#include <utility>

#include "services/order/documents/page.hpp"
#include "services/order/documents/pdf.hpp"

namespace market::order {

Task<std::string> Printer::Print(domain::Invoice invoice, documents::Language language, Form form) {
  co_return co_await pool_.Run([invoice = std::move(invoice), language, form] {
    const auto sheet = documents::SheetOf(invoice, language);
    return form == Form::kPage ? documents::AsPage(sheet) : documents::AsPdf(sheet, invoice.issued_at);
  });
}

}  // namespace market::order
