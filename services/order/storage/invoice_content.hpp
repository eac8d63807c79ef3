// What stands on an invoice as JSON, which is how it is kept. It is read for as long as the books are kept, so what is
// added later may be missing in it, and nothing changes its meaning. Pure; any thread.
#pragma once
#include <string>
#include <string_view>

#include "services/order/domain/invoice.hpp"

namespace market::order::storage {

std::string InvoiceContentToJson(const domain::InvoiceContent& content);
// Throws for what is none (boost::system::system_error, std::exception).
domain::InvoiceContent InvoiceContentFromJson(std::string_view json);
// Of the member `corrects` alone.
domain::CorrectedInvoice CorrectedInvoiceFromJson(std::string_view json);

}  // namespace market::order::storage
