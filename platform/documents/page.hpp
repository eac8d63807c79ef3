// A document as a page: HTML that needs nothing from anywhere, for a screen and for a printer. Everything that stands on it is
// escaped in one place, as it is written.
//
// Pure; any thread.
#pragma once
#include <string>

#include "platform/documents/sheet.hpp"

namespace market::documents {

std::string AsPage(const Sheet& sheet);

}  // namespace market::documents
