// The ids of the catalogue and of what points at it.
#pragma once
#include "platform/core/id.hpp"

namespace market::product::domain {

using CategoryId = Id<struct CategoryTag>;
using ProductId = Id<struct ProductTag>;
using OfferId = Id<struct OfferTag>;
using OrderId = Id<struct OrderTag>;

}  // namespace market::product::domain
