// A document as a page: HTML that needs nothing from anywhere, for a screen and for a printer. Everything that stands on it is
// escaped in one place, as it is written.
//
// Pure; any thread.
#pragma once
#include <string>

#include "services/order/documents/sheet.hpp"

namespace market::order::documents {

std::string AsPage(const Sheet& sheet);

}  // namespace market::order::documents
