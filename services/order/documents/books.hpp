// The documents of a shop as rows of its books: CSV (RFC 4180) with a row for each document and rate of tax. Pure; any thread.
#pragma once
#include <string>
#include <string_view>

#include "services/order/domain/invoice.hpp"

namespace market::order::documents {

// The first line, with its end.
std::string_view BooksHeader();

// What a credit note takes back is negative. Amounts are in major units with a point, days by UTC; texts that a program of
// spreadsheets would run are guarded (platform/core/csv.hpp).
void AppendToBooks(std::string& file, const domain::Invoice& invoice);

}  // namespace market::order::documents
