#include "services/product/storage/offers.hpp"

#include "platform/conversions/kept_picture.hpp"
#include "platform/events/event.hpp"
#include "services/product/messages.hpp"
#include "services/product/storage/new_offer.hpp"
#include "services/product/storage/own_offer.hpp"

namespace market::product::storage {
namespace {

using postgres::Batch;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::Sql;
using postgres::SqlError;

struct OfferKey {
  std::int64_t sold_out = 0;
};
constexpr Columns kOfferKey{Column{"o.sold_out", &OfferKey::sold_out}};

// A row without an offer: the product is there and has none after this place.
constexpr ComposedStatement kListOffers{
    "offer.list_of_product", "SELECT " + kGivenOffer + ", " + kOfferKey +
                                 " FROM product p LEFT JOIN LATERAL (SELECT * FROM (SELECT " + kChosenOffer +
                                 ", " + kSoldOut + "::int AS sold_out FROM offer o " + PriceIn(Sql{"$8"}) +
                                 kStockOfOffer +
                                 "WHERE o.product_id = p.id AND o.state = 'ACTIVE') o "
                                 "WHERE (o.sold_out, o.amount, o.id) > ($3::bigint, $4::bigint, $5::uuid) "
                                 "ORDER BY o.sold_out, o.amount, o.id LIMIT $6) o ON true "
                                 "WHERE p.id = $1 AND (p.state = 'PUBLISHED' OR $7 OR p.seller_id = ANY($2)) "
                                 "ORDER BY o.sold_out, o.amount, o.id"};

// The product that an offer is to hang on.
struct OfferedProduct {
  SellerId seller;
  bool own_shop_only = false;
};
constexpr Columns kOfferedProduct{Column{"seller_id", &OfferedProduct::seller},
                                  Column{"offers_by = 'OWN_SHOP'", &OfferedProduct::own_shop_only}};
constexpr ComposedStatement kLockForOffer{
    "product.lock_for_offer", "SELECT " + kOfferedProduct +
                                  " FROM product WHERE id = $1 AND state <> 'ARCHIVED' "
                                  "AND (seller_id = ANY($2) OR state = 'PUBLISHED') FOR NO KEY UPDATE"};

struct OfferCount {
  std::int64_t offers = 0;
};
constexpr Columns kOfferCount{Column{"count(*)", &OfferCount::offers}};

// Of the one among the sellers of $2 whose the new offer will be.
constexpr ComposedStatement kCountOffers{
    "offer.count",
    "SELECT " + kOfferCount +
        " FROM offer WHERE product_id = $1 AND seller_id = coalesce((SELECT seller_id FROM product "
        "WHERE id = $1 AND seller_id = ANY($2)), ($2::uuid[])[1])"};

struct Shown {
  bool to_its_shop = false;
};
constexpr Columns kShown{Column{"$3 OR o.seller_id = ANY($2)", &Shown::to_its_shop}};
// Whose offer it is sees it in its own currency, where it has no price in the one that was asked for.
constexpr ComposedStatement kGetOffer{
    "offer.get",
    "SELECT " + kWholeOffer + ", " + kShown +
        " FROM offer o JOIN product p ON p.id = o.product_id CROSS JOIN LATERAL ("
        "SELECT r.* FROM price_period r WHERE r.offer_id = o.id AND r.currency IN ($4, "
        "o.own_currency) AND " +
        kApplies + "ORDER BY r.currency = $4 DESC LIMIT 1) r " + kStockOfOffer + kPricesOfOffer +
        "WHERE o.id = $1 AND ((o.state = 'ACTIVE' AND p.state = 'PUBLISHED' AND r.currency = $4) "
        "OR $3 OR o.seller_id = ANY($2))"};

constexpr Columns kOfferForSale{
    Column{"o.id", Into<&api::product::OfferForSale::mutable_offer_id>()},
    Column{"o.product_id", Into<&api::product::OfferForSale::mutable_product_id>()},
    Column{"o.seller_id", Into<&api::product::OfferForSale::mutable_seller_id>()},
    Column{"p.title", Into<&api::product::OfferForSale::mutable_title>()},
    Column{"p.language",
           [](api::product::OfferForSale& offer, std::string_view language) {
             offer.mutable_text_language()->assign(language);
             offer.add_languages()->assign(language);
           }},
    Column{"p.languages",
           [](api::product::OfferForSale& offer, std::vector<std::string> languages) {
             for (auto& language : languages) offer.add_languages(std::move(language));
           }},
    Column{"p.pictures[1]",
           [](api::product::OfferForSale& offer, std::optional<std::string_view> kept) {
             if (kept) offer.set_picture(conversions::SmallestOf(*kept));
           }},
    Column{"o.sku", Into<&api::product::OfferForSale::mutable_sku>()},
    Column{"o.options", Into<&api::product::OfferForSale::mutable_options>()},
    Column{"r.amount",
           [](api::product::OfferForSale& offer, std::optional<std::int64_t> minor) {
             if (minor) offer.mutable_price()->set_amount(*minor);
           }},
    Column{"r.currency",
           [](api::product::OfferForSale& offer, std::optional<std::string_view> code) {
             if (code) offer.mutable_price()->mutable_currency()->assign(*code);
           }},
    Column{"s.available",
           [](api::product::OfferForSale& offer, std::int64_t units) { offer.set_available(units); }},
    Column{"p.state = 'PUBLISHED' AND o.state = 'ACTIVE'",
           [](api::product::OfferForSale& offer, bool for_sale) { offer.set_for_sale(for_sale); }},
    Column{"o.weight_grams",
           [](api::product::OfferForSale& offer, std::optional<std::int64_t> grams) {
             if (grams) offer.set_weight_grams(*grams);
           }},
    Column{"o.tax_class",
           [](api::product::OfferForSale& offer, std::optional<std::string_view> name) {
             if (name) offer.mutable_tax_class()->assign(*name);
           }},
    Column{R"sql(CASE WHEN (SELECT $3::boolean) THEN (
  WITH RECURSIVE up AS (
    SELECT c.id, c.parent_id, 1 AS above FROM category c WHERE c.id = p.category_id
    UNION ALL SELECT c.id, c.parent_id, above + 1 FROM category c JOIN up ON c.id = up.parent_id)
  SELECT array_agg(id ORDER BY above DESC) FROM up) END)sql",
           [](api::product::OfferForSale& offer, std::optional<std::vector<domain::CategoryId>> ids) {
             for (const auto& id : ids.value_or(std::vector<domain::CategoryId>()))
               offer.add_category_ids(id.ToString());
           }}};

// The ids stand in a subselect, so that no plan looks cheaper for knowing how many there are: else it would
// be made anew for each call. So does whether categories are wanted.
constexpr ComposedStatement kGetOffers{
    "offer.get_many", "SELECT " + kOfferForSale +
                          " FROM offer o JOIN product p ON p.id = o.product_id LEFT " + PriceIn(Sql{"$2"}) +
                          kStockOfOffer + "WHERE o.id = ANY ((SELECT $1)::uuid[])"};

struct OfferOwner {
  SellerId seller;
};
constexpr Columns kOfferOwner{Column{"seller_id", &OfferOwner::seller}};
constexpr ComposedStatement kOwnerOfOffer{
    "offer.owner", "SELECT " + kOfferOwner + " FROM offer WHERE id = $1 AND seller_id = ANY($2)"};

// The seller a new offer belongs to.
SellerId OfferingSeller(const SellerId& product_seller, const SellerScope& scope) {
  if (std::ranges::find(scope, product_seller) != scope.end()) return product_seller;
  if (scope.size() == 1) return scope.front();
  throw InvalidArgument(
      "productId", "AMBIGUOUS_SELLER",
      "you belong to several shops, and none of them made this product: say by sellerId which");
}

}  // namespace

Task<std::optional<std::vector<ListedOffer>>> Offers::ListOfProduct(Work work, domain::ProductId product,
                                                                    Viewer viewer, Currency currency,
                                                                    std::optional<OfferPosition> after,
                                                                    int limit) {
  const auto start = after.value_or(OfferPosition());
  const auto result =
      co_await database_.List(work, kListOffers, product, viewer.sellers, start.sold_out, start.price,
                              start.id, limit, viewer.sees == Sees::kEverything, currency);
  if (result.empty()) co_return std::nullopt;
  std::vector<ListedOffer> offers;
  for (const auto row : result) {
    if (!kFirstColumn.Read(row, 0).id) continue;
    auto& listed = offers.emplace_back();
    kGivenOffer.ReadInto(listed.offer, row, 0);
    listed.position = {.sold_out = kOfferKey.Read(row, kGivenOffer.kCount).sold_out,
                       .price = listed.offer.price().amount(),
                       .id = domain::OfferId::From(listed.offer.id())};
  }
  co_return offers;
}

Task<api::product::Offer> Offers::Create(Work work, domain::OfferId id, domain::ProductId product,
                                         SellerScope scope, api::product::OfferDraft offer) {
  const auto insert = [&](postgres::Tx& tx) -> Task<api::product::Offer> {
    Batch look("offer.look");
    look.Add(kLockForOffer, product, scope).Add(kCountOffers, product, scope).Add(kOwnOffer, id, scope);
    const auto found = co_await tx.Execute(std::move(look));
    const auto offered = kOfferedProduct.ReadAtMostOne(found[0]);
    if (!offered) throw NotFound("the product");
    if (auto earlier = kWholeOffer.ReadAtMostOne(found[2]))
      co_return std::move(*earlier);  // of an earlier run
    const auto seller = OfferingSeller(offered->seller, scope);
    if (offered->own_shop_only && seller != offered->seller)
      throw Error(Code::kFailedPrecondition, "OFFERS_CLOSED",
                  "the shop that made the product sells it alone");
    if (kOfferCount.ReadOne(found[1]).offers >= kPerProductMax) {
      throw Error(Code::kFailedPrecondition, "LIMIT_REACHED",
                  "a seller can have at most 50 offers of one product")
          .WithMetadata("limit", std::to_string(kPerProductMax));
    }
    Batch batch("offer.create");
    AddOffer(batch, work, id, product, seller, offer);
    batch.Add(kOwnOffer, id, scope);
    const auto results = co_await tx.ExecuteAndCommit(std::move(batch));
    co_return OnlyOffer(results.back());
  };
  try {
    co_return co_await database_.Transaction(work, insert);
  } catch (const SqlError& error) {
    if (error.IsUniqueViolation("offer_sku_per_seller")) throw SkuTaken();
    if (error.IsUniqueViolation("offer_options_once")) throw OptionsTaken();
    throw;
  }
}

Task<std::optional<api::product::Offer>> Offers::Get(Work work, domain::OfferId id, Viewer viewer,
                                                     Currency currency) {
  const auto result = co_await database_.Read(work, kGetOffer, id, viewer.sellers,
                                              viewer.sees == Sees::kEverything, currency);
  if (result.empty()) co_return std::nullopt;
  const auto row = result.One();
  api::product::Offer offer;
  kWholeOffer.ReadInto(offer, row, 0);
  if (!kShown.Read(row, kWholeOffer.kCount).to_its_shop) {
    offer.clear_on_hand();
    offer.clear_low_stock_threshold();
    offer.clear_detached_reason();
    offer.clear_prices();
  }
  co_return offer;
}

Task<std::optional<SellerId>> Offers::SellerOf(Work work, domain::OfferId id, SellerScope scope) {
  const auto owner = kOfferOwner.ReadAtMostOne(co_await database_.Read(work, kOwnerOfOffer, id, scope));
  co_return owner ? std::optional(owner->seller) : std::nullopt;
}

Task<api::product::GetOffersResponse> Offers::GetMany(Work work, std::vector<domain::OfferId> ids,
                                                      Currency currency, WithCategories categories) {
  const auto result =
      co_await database_.Read(work, kGetOffers, ids, currency, categories == WithCategories::kYes);
  api::product::GetOffersResponse response;
  for (const auto row : result) kOfferForSale.ReadInto(*response.add_offers(), row);
  co_return response;
}

}  // namespace market::product::storage
