// What stands on a commission invoice, as the JSON that it is kept as.
//
// Throws std::exception for what is none: a row that nobody of ours has written.
#pragma once
#include <string>
#include <string_view>

#include "services/payment/domain/commission_invoice.hpp"

namespace market::payment::storage {

std::string CommissionContentToJson(const domain::CommissionInvoiceContent& content);
domain::CommissionInvoiceContent CommissionContentFromJson(std::string_view text);

}  // namespace market::payment::storage
