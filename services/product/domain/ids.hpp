// The ids of the catalogue and of what points at it.
#pragma once
#include "platform/core/id.hpp"

namespace market::product::domain {

using CategoryId = Id<struct CategoryTag>;
using ProductId = Id<struct ProductTag>;
using OfferId = Id<struct OfferTag>;
using ReviewId = Id<struct ReviewTag>;
using ReportId = Id<struct ReportTag>;
using PictureId = Id<struct PictureTag>;
using ImportId = Id<struct ImportTag>;
using OrderId = Id<struct OrderTag>;
using LineId = Id<struct LineTag>;    // of an order
using CauseId = Id<struct CauseTag>;  // of an act that gives back or ships: repeated, it is the same act

}  // namespace market::product::domain
