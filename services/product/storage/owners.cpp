// Whose a product or an offer is, of the sellers that the caller reaches: asked before a write, for the shop's state.
#include "services/product/storage/catalogue.hpp"
#include "services/product/storage/rows.hpp"

namespace market::product::storage {
namespace {

using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;

struct Owner {
  SellerId seller;
};
constexpr Columns kOwner{Column{"seller_id", &Owner::seller}};
constexpr ComposedStatement kOwnerOfProduct{
    "product.owner", "SELECT " + kOwner + " FROM product WHERE id = $1 AND seller_id = ANY($2)"};
constexpr ComposedStatement kOwnerOfOffer{
    "offer.owner", "SELECT " + kOwner + " FROM offer WHERE id = $1 AND seller_id = ANY($2)"};

}  // namespace

Task<std::optional<SellerId>> Catalogue::SellerOf(Work work, domain::ProductId id, SellerScope scope) {
  const auto owner = kOwner.ReadAtMostOne(co_await database_.Read(work, kOwnerOfProduct, id, scope));
  co_return owner ? std::optional(owner->seller) : std::nullopt;
}

Task<std::optional<SellerId>> Catalogue::SellerOf(Work work, domain::OfferId id, SellerScope scope) {
  const auto owner = kOwner.ReadAtMostOne(co_await database_.Read(work, kOwnerOfOffer, id, scope));
  co_return owner ? std::optional(owner->seller) : std::nullopt;
}

}  // namespace market::product::storage
