#include "services/product/domain/market.hpp"

#include <algorithm>

#include "platform/core/error.hpp"
#include "platform/core/utf8.hpp"

namespace market::product::domain {

Market::Market(std::span<const std::string> codes) {
  for (const auto& code : codes) {
    const auto currency = Currency::Parse(code);
    if (std::ranges::find(currencies_, currency) != currencies_.end())
      throw InvalidArgument("currencies", "DUPLICATE", code + " is there twice");
    currencies_.push_back(currency);
  }
  if (currencies_.empty()) throw InvalidArgument("currencies", "REQUIRED", "at least one currency is needed");
}

Currency Market::Chosen(std::string_view code, std::string field) const {
  if (code.empty()) return First();
  const auto found = std::ranges::find(currencies_, code, &Currency::Code);
  if (found != currencies_.end()) return *found;
  throw InvalidArgument(std::move(field), "UNKNOWN_CURRENCY",
                        "'" + ToValidUtf8(code, 8) + "' is not a currency of this marketplace");
}

}  // namespace market::product::domain
