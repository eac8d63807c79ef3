// In which currencies the market sells: settings (product.currencies), the first of which is meant where
// nothing is said. Pure.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/core/money.hpp"

namespace market::product::domain {

class Market {
 public:
  // Three letters each. Throws Error INVALID_ARGUMENT for what is no currency, and for none and twice the
  // same.
  explicit Market(std::span<const std::string> codes);

  Currency First() const { return currencies_.front(); }
  // The one that is asked for; the first one for "". Throws Error INVALID_ARGUMENT, which names `field`, for
  // one that the market does not sell in.
  Currency Chosen(std::string_view code, std::string field = "currency") const;

 private:
  std::vector<Currency> currencies_;
};

}  // namespace market::product::domain
