// How a product comes by its pictures, within the transaction that writes the product.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "platform/postgres/columns.hpp"
#include "platform/postgres/database.hpp"
#include "services/product/domain/ids.hpp"

namespace market::product::storage {

struct HeldPicture {
  domain::PictureId id;
  SellerId seller;
};
inline constexpr postgres::Columns kHeldPicture{postgres::Column{"id", &HeldPicture::id},
                                                postgres::Column{"seller_id", &HeldPicture::seller}};
// Before the product is locked: what its pictures say stays until the transaction ends.
inline constexpr postgres::ComposedStatement kHoldPictures{
    "product.hold_pictures",
    "SELECT " + kHeldPicture + " FROM picture WHERE id = ANY ($1::uuid[]) ORDER BY id FOR SHARE"};
inline constexpr postgres::Statement kClearPictures{"product.clear_pictures",
                                                    "DELETE FROM product_picture WHERE product_id = $1"};
inline constexpr postgres::Statement kAddPictures{
    "product.add_pictures",
    "INSERT INTO product_picture (product_id, place, picture_id) "
    "SELECT $1, wanted.place, wanted.id FROM unnest($2::uuid[]) WITH ORDINALITY AS wanted (id, place)"};

// Throws Error INVALID_ARGUMENT on the first of `wanted` in `field` that the shop does not have, of those
// held.
void RequireOwnPictures(const postgres::Result& held, const std::vector<domain::PictureId>& wanted,
                        const SellerId& seller, std::string_view field);

}  // namespace market::product::storage
