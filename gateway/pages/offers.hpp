// Which offer of a product a page begins with, what tells its offers apart and who else sells the very same: as
// web/src/shop/product/choice.ts. Pure.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/pages/answers.hpp"

namespace market::pages {

// The cheapest that can be bought; null: there are none.
const object* FirstOf(const array& offers);

struct Option {
  std::string_view name;
  std::vector<std::string_view> values;
};
// In the order in which they first come; sizes from small to large, numbers from low to high.
std::vector<Option> OptionsOf(const array& offers);

// Whether whoever takes this value, and keeps what he can of `chosen`, finds something to buy.
bool IsThere(const array& offers, const object& chosen, std::string_view name, std::string_view value);

// The others that can be bought, of other shops: the cheapest first, a few.
std::vector<const object*> RivalsOf(const array& offers, const object& chosen);

}  // namespace market::pages
