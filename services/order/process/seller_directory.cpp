#include "services/order/process/seller_directory.hpp"

#include "platform/conversions/conversions.hpp"

namespace market::order {

bool SellerDirectory::MaySell(const SellerId& seller, Time now) const {
  const auto* card = Find(seller);
  if (card == nullptr) return true;
  if (card->state() != api::user::Seller::ACTIVE) return false;
  return !card->has_holiday_until() ||
         conversions::TimeFrom(card->holiday_until(), "seller.holidayUntil") <= now;
}

bool SellerDirectory::IsVatRegistered(const SellerId& seller) const {
  const auto* card = Find(seller);
  return card != nullptr && card->vat_registered();
}

std::string SellerDirectory::CountryOf(const SellerId& seller) const {
  const auto* card = Find(seller);
  return card == nullptr ? "" : card->country_code();
}

}  // namespace market::order
