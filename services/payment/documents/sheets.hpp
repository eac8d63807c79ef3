// What stands on a shop's statement and on a commission invoice for people, as words in their language.
//
// Pure; any thread, but not the io thread (platform/documents/pen.hpp).
#pragma once
#include "platform/core/party.hpp"
#include "platform/documents/sheet.hpp"
#include "services/payment/domain/commission_invoice.hpp"
#include "services/payment/domain/statement.hpp"

namespace market::payment::documents {

// `now`: a month that is not over by then says so.
market::documents::Sheet SheetOf(const domain::Statement& statement, const Party& marketplace,
                                 const Party& shop, Time now, market::documents::Language language);
// A credit note shows what is given back as positive.
market::documents::Sheet SheetOf(const domain::CommissionInvoice& invoice,
                                 market::documents::Language language);

}  // namespace market::payment::documents
