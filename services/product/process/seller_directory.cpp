#include "services/product/process/seller_directory.hpp"

#include <utility>

namespace market::product {

using api::user::SellerCard;

Task<> SellerDirectory::CatchUp() {
  co_await cards_.CatchUp();
  if (noted_changes_ == cards_.Changes()) co_return;
  noted_changes_ = cards_.Changes();
  NoteChanges();
}

void SellerDirectory::NoteChanges() {
  Sellers inactive;
  cards_.ForEach([&](const SellerCard& card) {
    const auto seller = SellerId::From(card.id());
    if (card.state() != api::user::Seller::ACTIVE) inactive.insert(seller);
    auto& name = names_[seller];
    if (name == card.display_name()) return;
    name = card.display_name();
    renamed_.push_back(seller);
  });
  inactive_ = std::make_shared<const Sellers>(std::move(inactive));
}

std::string SellerDirectory::NameOf(const SellerId& seller) const {
  const auto known = names_.find(seller);
  return known == names_.end() ? "" : known->second;
}

bool SellerDirectory::IsActive(const std::string& seller_id) const {
  const auto* card = cards_.Find(seller_id);
  return card == nullptr || card->state() == api::user::Seller::ACTIVE;
}

}  // namespace market::product
