// What stands on an invoice or a credit note for people, as words in their language.
//
// Pure; any thread; some 30 ms for a hundred lines, as ICU reads the data of a place for each number: not on the io thread.
#pragma once
#include "platform/documents/sheet.hpp"
#include "services/order/domain/invoice.hpp"

namespace market::order::documents {

market::documents::Sheet SheetOf(const domain::Invoice& invoice, market::documents::Language language);

}  // namespace market::order::documents
