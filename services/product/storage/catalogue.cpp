#include "services/product/storage/catalogue.hpp"

#include "platform/events/event.hpp"
#include "services/product/domain/etag.hpp"
#include "services/product/messages.hpp"

namespace market::product::storage {
namespace {

using postgres::Batch;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::Sql;
using postgres::SqlError;
using postgres::Statement;

// The offers that a product shows; the rest is in the list of its offers.
constexpr auto BestOffers(const auto& condition) {
  return "LEFT JOIN LATERAL (SELECT " + kChosenOffer + "FROM offer o " + kStockOfOffer +
         "WHERE o.product_id = p.id " + condition + "ORDER BY " + kSoldOut +
         ", o.price, o.id LIMIT 20) o ON true ";
}
static_assert(Catalogue::kOffersShown == 20);
constexpr auto kBestOffers = BestOffers(Sql{""});
constexpr auto kBestActiveOffers = BestOffers(Sql{"AND o.state = 'ACTIVE' "});
constexpr auto kByOffer = kGivenSoldOut + ", o.price, o.id";

constexpr Columns kCategory{Column{"id", Into<&api::product::Category::mutable_id>()},
                            Column{"parent_id",
                                   [](api::product::Category& category, std::optional<std::string_view> id) {
                                     category.mutable_parent_id()->assign(id.value_or(""));
                                   }},
                            Column{"name", Into<&api::product::Category::mutable_name>()},
                            Column{"slug", Into<&api::product::Category::mutable_slug>()}};

constexpr ComposedStatement kListCategories{
    "category.list",
    "WITH RECURSIVE tree AS ("
    "  SELECT id, parent_id, name, slug, 0 AS depth FROM category WHERE parent_id IS NULL"
    "  UNION ALL"
    "  SELECT c.id, c.parent_id, c.name, c.slug, depth + 1"
    "  FROM category c JOIN tree ON c.parent_id = tree.id) "
    "SELECT " +
        kCategory + " FROM tree ORDER BY depth, name, id"};

constexpr ComposedStatement kInsertCategory{
    "category.insert",
    "INSERT INTO category (id, parent_id, name, slug) VALUES ($1, $2, $3, $4) RETURNING " + kCategory};

// Of the tree: who moves in it waits here too (refuse_category_cycle).
constexpr Statement kLockTree{"category.lock_tree",
                              "SELECT pg_advisory_xact_lock(hashtext('category_tree'))"};
struct CategoryCount {
  std::int64_t categories = 0;
};
constexpr Columns kCategoryCount{Column{"count(*)", &CategoryCount::categories}};
constexpr ComposedStatement kCountCategories{"category.count", "SELECT " + kCategoryCount + " FROM category"};

constexpr ComposedStatement kFindCategory{"category.find",
                                          "SELECT " + kCategory + " FROM category WHERE id = $1"};

// The hottest statement of the marketplace: two index look-ups and one per offer.
constexpr ComposedStatement kGetProduct{
    "product.get", "SELECT " + kProduct + ", " + kGivenOffer + " FROM product p " + kBestActiveOffers +
                       "WHERE p.id = $1 AND (p.state = 'PUBLISHED' OR p.seller_id = ANY($2)) "
                       "ORDER BY " +
                       kByOffer};

struct OfferKey {
  std::int64_t sold_out = 0;
};
constexpr Columns kOfferKey{Column{"o.sold_out", &OfferKey::sold_out}};

// A row without an offer: the product is there and has none after this place.
constexpr ComposedStatement kListOffers{
    "offer.list_of_product", "SELECT " + kGivenOffer + ", " + kOfferKey +
                                 " FROM product p LEFT JOIN LATERAL (SELECT * FROM (SELECT " + kChosenOffer +
                                 ", " + kSoldOut + "::int AS sold_out FROM offer o " + kStockOfOffer +
                                 "WHERE o.product_id = p.id AND o.state = 'ACTIVE') o "
                                 "WHERE (o.sold_out, o.price, o.id) > ($3::bigint, $4::bigint, $5::uuid) "
                                 "ORDER BY o.sold_out, o.price, o.id LIMIT $6) o ON true "
                                 "WHERE p.id = $1 AND (p.state = 'PUBLISHED' OR p.seller_id = ANY($2)) "
                                 "ORDER BY o.sold_out, o.price, o.id"};

constexpr ComposedStatement kListOfSeller{
    "product.list_of_seller",
    "WITH page AS MATERIALIZED ("
    "  SELECT * FROM product WHERE seller_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3) "
    "SELECT " +
        kProduct + ", " + kGivenOffer + " FROM page p " + kBestOffers + "ORDER BY p.id DESC, " + kByOffer};

constexpr Statement kInsertProduct{
    "product.insert",
    "INSERT INTO product (id, operation_id, seller_id, category_id, title, description, attributes, "
    "pictures) "
    "VALUES ($1, $2, $3, $4, $5, $6, jsonb_object($7::text[], $8::text[]), $9)"};

constexpr ComposedStatement kProductOfOperation{
    "product.of_operation", "SELECT " + kProduct + ", " + kGivenOffer + " FROM product p " + kBestOffers +
                                "WHERE p.operation_id = $1 AND p.seller_id = $2 ORDER BY " + kByOffer};

struct ProductStand {
  SellerId seller;
  domain::ProductState state = domain::ProductState::kDraft;
  std::int64_t version = 0;
};
constexpr Columns kProductStand{Column{"seller_id", &ProductStand::seller},
                                Column{"state", &ProductStand::state},
                                Column{"version", &ProductStand::version}};

constexpr ComposedStatement kLockOwnProduct{
    "product.lock_own",
    "SELECT " + kProductStand + " FROM product WHERE id = $1 AND seller_id = ANY($2) FOR NO KEY UPDATE"};

constexpr ComposedStatement kPublish{
    "product.publish",
    "UPDATE product SET state = $2, published_at = market_now(), updated_at = market_now(), "
    "version = version + 1 WHERE id = $1 RETURNING " +
        kProductStand};

constexpr ComposedStatement kOwnProduct{
    "product.own", "SELECT " + kProduct + ", " + kGivenOffer + " FROM product p " + kBestOffers +
                       "WHERE p.id = $1 AND p.seller_id = ANY($2) ORDER BY " + kByOffer};

constexpr ComposedStatement kLockForOffer{
    "product.lock_for_offer", "SELECT " + kProductStand +
                                  " FROM product WHERE id = $1 AND state <> 'ARCHIVED' "
                                  "AND (seller_id = ANY($2) OR state = 'PUBLISHED') FOR NO KEY UPDATE"};

struct OfferCount {
  std::int64_t offers = 0;
};
constexpr Columns kOfferCount{Column{"count(*)", &OfferCount::offers}};

constexpr ComposedStatement kCountOffers{
    "offer.count", "SELECT " + kOfferCount + " FROM offer WHERE product_id = $1 AND seller_id = ANY($2)"};

constexpr Statement kInsertOffer{
    "offer.insert",
    "WITH made AS ("
    "  INSERT INTO offer (id, product_id, seller_id, sku, options, price, currency)"
    "  VALUES ($1, $2, $3, $4, jsonb_object($5::text[], $6::text[]), $7, $8) RETURNING id), "
    "stocked AS ("
    "  INSERT INTO stock (id, offer_id, on_hand) SELECT $9, id, $10::bigint FROM made"
    "  RETURNING id, offer_id, on_hand) "
    "INSERT INTO stock_movement (kind, stock_id, offer_id, on_hand, reserved, cause_id) "
    "SELECT 'INITIAL', id, offer_id, on_hand, 0, offer_id FROM stocked WHERE on_hand > 0"};

constexpr ComposedStatement kOwnOffer{"offer.own", "SELECT " + kOffer + " FROM offer o " + kStockOfOffer +
                                                       "WHERE o.id = $1 AND o.seller_id = ANY($2)"};

struct ChangedOffer {
  std::int64_t version = 0;
};
constexpr Columns kChangedOffer{Column{"version", &ChangedOffer::version}};

constexpr ComposedStatement kUpdateOffer{
    "offer.update",
    "UPDATE offer SET price = coalesce($3::bigint, price), currency = coalesce($4::text, currency), "
    "options = CASE WHEN $5::text[] IS NULL THEN options ELSE jsonb_object($5::text[], $6::text[]) END, "
    "version = version + 1, updated_at = market_now() "
    "WHERE id = $1 AND seller_id = ANY($2) AND ($7::bigint IS NULL OR version = $7) "
    "AND (price, currency, options) IS DISTINCT FROM "
    "(coalesce($3::bigint, price), coalesce($4::text, currency), "
    "CASE WHEN $5::text[] IS NULL THEN options ELSE jsonb_object($5::text[], $6::text[]) END) RETURNING " +
        kChangedOffer};

struct MovedStock {
  std::int64_t version = 0;
};
constexpr Columns kMovedStock{Column{"version", &MovedStock::version}};

constexpr ComposedStatement kAdjustStock{
    "stock.adjust",
    "WITH moved AS ("
    "  UPDATE stock SET on_hand = on_hand + $3, version = stock.version + 1 FROM offer"
    "  WHERE offer.id = $1 AND offer.seller_id = ANY($2)"
    "  AND offer_id = $1 AND location = default_location() AND shard = 0"
    "  RETURNING stock.id, offer_id, stock.version), "
    "noted AS ("
    "  INSERT INTO stock_movement (kind, stock_id, offer_id, on_hand, reserved, cause_id, reason, account_id)"
    "  SELECT 'ADJUSTMENT', id, offer_id, $3, 0, $4, $5, $6 FROM moved) "
    "SELECT " +
        kMovedStock + " FROM moved"};

constexpr Columns kOfferForSale{
    Column{"o.id", Into<&api::product::OfferForSale::mutable_offer_id>()},
    Column{"o.product_id", Into<&api::product::OfferForSale::mutable_product_id>()},
    Column{"o.seller_id", Into<&api::product::OfferForSale::mutable_seller_id>()},
    Column{"p.title", Into<&api::product::OfferForSale::mutable_title>()},
    Column{"o.sku", Into<&api::product::OfferForSale::mutable_sku>()},
    Column{"o.options", Into<&api::product::OfferForSale::mutable_options>()},
    Column{"o.price", [](api::product::OfferForSale& offer,
                         std::int64_t minor) { offer.mutable_price()->set_amount(minor); }},
    Column{"o.currency",
           [](api::product::OfferForSale& offer, std::string_view code) {
             offer.mutable_price()->mutable_currency()->assign(code);
           }},
    Column{"s.available",
           [](api::product::OfferForSale& offer, std::int64_t units) { offer.set_available(units); }},
    Column{"p.state = 'PUBLISHED' AND o.state = 'ACTIVE'",
           [](api::product::OfferForSale& offer, bool for_sale) { offer.set_for_sale(for_sale); }}};

// The ids stand in a subselect, so that no plan looks cheaper for knowing how many there are: else it would
// be made anew for each call.
constexpr ComposedStatement kGetOffers{
    "offer.get_many", "SELECT " + kOfferForSale + " FROM offer o JOIN product p ON p.id = o.product_id " +
                          kStockOfOffer + "WHERE o.id = ANY ((SELECT $1)::uuid[])"};

Error SkuTaken() {
  return Error(Code::kAlreadyExists, "SKU_TAKEN", "the seller already has an offer with this SKU");
}

Error SlugTaken() {
  return Error(Code::kAlreadyExists, "SLUG_TAKEN", "another category of the same parent has this slug");
}

Error NotPublishable(domain::ProductState from) {
  return Error(Code::kFailedPrecondition, "ILLEGAL_TRANSITION", "only a draft can be published")
      .WithMetadata("from", std::string(Name(from)))
      .WithMetadata("to", std::string(Name(domain::ProductState::kPublished)));
}

void AddOffer(Batch& batch, const Work& work, const domain::OfferId& id, const domain::ProductId& product,
              const SellerId& seller, const api::product::OfferDraft& offer) {
  const TextMapColumns options(offer.options());
  batch.Add(kInsertOffer, id, product, seller, offer.sku(), options.keys, options.values,
            offer.price().amount(), offer.price().currency(), Uuid::NewV7(), offer.stock());
  events::Append(batch, work, OfferCreatedEvent(id, product, seller, offer));
}

api::product::Product OnlyProduct(const postgres::Result& result) {
  auto products = ReadProducts(kProduct, result, EtagOf::kAllShown);
  if (products.empty()) throw NotFound("the product");
  return std::move(products.front());
}

api::product::Offer OnlyOffer(const postgres::Result& result) {
  auto offer = kOffer.ReadAtMostOne(result);
  if (!offer) throw NotFound("the offer");
  return std::move(*offer);
}

// The seller a new offer belongs to.
SellerId OfferingSeller(const SellerId& product_seller, const SellerScope& scope) {
  if (std::ranges::find(scope, product_seller) != scope.end()) return product_seller;
  if (scope.size() == 1) return scope.front();
  throw InvalidArgument("productId", "AMBIGUOUS_SELLER",
                        "you belong to several sellers, and none of them made this product");
}

}  // namespace

Task<api::product::ListCategoriesResponse> Catalogue::ListCategories(Work work) {
  co_return *co_await categories_.Get(work.deadline, [this, work] { return ReadCategories(work); });
}

Task<api::product::ListCategoriesResponse> Catalogue::ReadCategories(Work work) {
  const auto result = co_await database_.List(work, kListCategories);
  api::product::ListCategoriesResponse response;
  domain::EtagHash hash;
  for (const auto row : result) {
    auto& category = *response.add_categories();
    kCategory.ReadInto(category, row);
    hash.Add(category.id()).Add(category.parent_id()).Add(category.name()).Add(category.slug());
  }
  response.set_etag(hash.Hex());
  co_return response;
}

Task<api::product::Category> Catalogue::CreateCategory(Work work, domain::CategoryId id,
                                                       api::product::CreateCategoryRequest request,
                                                       audit::Act act) {
  api::product::Category category;
  category.set_id(id.ToString());
  category.set_parent_id(request.parent_id());
  category.set_name(request.name());
  category.set_slug(request.slug());
  act.target_type = "category";
  act.target_id = category.id();
  act.after = {{"name", request.name()}, {"slug", request.slug()}, {"parentId", request.parent_id()}};
  const auto insert = [&](postgres::Tx& tx) -> Task<api::product::Category> {
    Batch look("category.look");
    look.Add(kLockTree).Add(kCountCategories).Add(kFindCategory, id);
    const auto found = co_await tx.Execute(std::move(look));
    if (auto earlier = kCategory.ReadAtMostOne(found[2])) co_return std::move(*earlier);  // of an earlier run
    if (kCategoryCount.ReadOne(found[1]).categories >= categories_max_) throw TooManyCategories();
    Batch batch("category.create");
    batch.Add(kInsertCategory, id, domain::CategoryId::Parse(request.parent_id()), request.name(),
              request.slug());
    events::Append(batch, work, CategoryCreatedEvent(category));
    audit::Append(batch, work, act);
    co_return kCategory.ReadOne((co_await tx.ExecuteAndCommit(std::move(batch))).front());
  };
  try {
    co_return co_await database_.Transaction(work, insert);
  } catch (const SqlError& error) {
    if (error.Is("23503")) throw NotFound("the parent category");
    if (error.IsUniqueViolation("category_slug_per_parent")) throw SlugTaken();
    throw;
  }
}

Error Catalogue::TooManyCategories() const {
  return Error(Code::kFailedPrecondition, "LIMIT_REACHED",
               "there can be at most " + std::to_string(categories_max_) + " categories")
      .WithMetadata("limit", std::to_string(categories_max_));
}

Task<std::optional<api::product::Product>> Catalogue::GetProduct(Work work, domain::ProductId id,
                                                                 SellerScope viewer) {
  const auto result = co_await database_.Read(work, kGetProduct, id, viewer);
  if (result.empty()) co_return std::nullopt;
  co_return OnlyProduct(result);
}

Task<std::optional<std::vector<ListedOffer>>> Catalogue::ListOffers(Work work, domain::ProductId product,
                                                                    SellerScope viewer,
                                                                    std::optional<OfferPosition> after,
                                                                    int limit) {
  const auto start = after.value_or(OfferPosition());
  const auto result = co_await database_.List(work, kListOffers, product, viewer, start.sold_out, start.price,
                                              start.id, limit);
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

Task<std::vector<api::product::Product>> Catalogue::ListSellerProducts(Work work, SellerId seller,
                                                                       std::optional<domain::ProductId> after,
                                                                       int limit) {
  const auto start =
      after.value_or(domain::ProductId(Uuid::Parse("ffffffff-ffff-ffff-ffff-ffffffffffff").value()));
  co_return ReadProducts(kProduct, co_await database_.List(work, kListOfSeller, seller, start, limit),
                         EtagOf::kVersion);
}

Task<api::product::Product> Catalogue::CreateProduct(Work work, Uuid operation_id,
                                                     api::product::CreateProductRequest request) {
  const auto id = domain::ProductId::New();
  const auto seller = SellerId::From(request.seller_id());
  const TextMapColumns attributes(request.attributes());
  Batch batch("product.create");
  batch.Add(kInsertProduct, id, operation_id, seller, domain::CategoryId::From(request.category_id()),
            request.title(), request.description(), attributes.keys, attributes.values, request.pictures());
  events::Append(batch, work, ProductCreatedEvent(id, seller));
  for (const auto& offer : request.offers()) AddOffer(batch, work, domain::OfferId::New(), id, seller, offer);
  batch.Add(kOwnProduct, id, std::array{seller});
  try {
    const auto results = co_await database_.Write(work, std::move(batch));
    co_return OnlyProduct(results.back());
  } catch (const SqlError& error) {
    if (error.IsUniqueViolation("offer_sku_per_seller")) throw SkuTaken();
    if (error.Is("23503")) throw NotFound("the category");
    if (!error.IsUniqueViolation("product_operation")) throw;
  }
  co_return OnlyProduct(co_await database_.Read(work, kProductOfOperation, operation_id, seller));
}

Task<api::product::Product> Catalogue::PublishProduct(Work work, domain::ProductId id, SellerScope scope) {
  const auto publish = [&](postgres::Tx& tx) -> Task<api::product::Product> {
    const auto before = kProductStand.ReadAtMostOne(co_await tx.Execute(kLockOwnProduct, id, scope));
    if (!before) throw NotFound("the product");
    const auto next = domain::AfterPublishing(before->state);
    if (!next) throw NotPublishable(before->state);
    if (*next == before->state) co_return OnlyProduct(co_await tx.Execute(kOwnProduct, id, scope));

    Batch batch("product.publish");
    batch.Add(kPublish, id, *next).Add(kOwnProduct, id, scope);
    const auto results = co_await tx.Execute(std::move(batch));
    const auto published = kProductStand.ReadOne(results.front());
    Batch told("product.published");
    events::Append(told, work, ProductPublishedEvent(id, published.seller, published.version));
    co_await tx.ExecuteAndCommit(std::move(told));
    co_return OnlyProduct(results.back());
  };
  co_return co_await database_.Transaction(work, publish);
}

Task<api::product::Offer> Catalogue::CreateOffer(Work work, domain::OfferId id, domain::ProductId product,
                                                 SellerScope scope, api::product::OfferDraft offer) {
  const auto insert = [&](postgres::Tx& tx) -> Task<api::product::Offer> {
    Batch look("offer.look");
    look.Add(kLockForOffer, product, scope).Add(kCountOffers, product, scope).Add(kOwnOffer, id, scope);
    const auto found = co_await tx.Execute(std::move(look));
    const auto stand = kProductStand.ReadAtMostOne(found[0]);
    if (!stand) throw NotFound("the product");
    if (auto earlier = kOffer.ReadAtMostOne(found[2])) co_return std::move(*earlier);  // of an earlier run
    const auto seller = OfferingSeller(stand->seller, scope);
    if (kOfferCount.ReadOne(found[1]).offers >= kOffersPerProductMax) {
      throw Error(Code::kFailedPrecondition, "LIMIT_REACHED",
                  "a seller can have at most 50 offers of one product")
          .WithMetadata("limit", std::to_string(kOffersPerProductMax));
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
    throw;
  }
}

Task<api::product::Offer> Catalogue::UpdateOffer(Work work, domain::OfferId id, SellerScope scope,
                                                 OfferEdit edit) {
  std::optional<std::int64_t> amount;
  std::optional<std::string_view> currency;
  if (edit.price) {
    amount = edit.price->minor;
    currency = edit.price->currency.Code();
  }
  std::optional<std::vector<std::string_view>> keys;
  std::optional<std::vector<std::string_view>> values;
  if (edit.options) {
    TextMapColumns columns(*edit.options);
    keys = std::move(columns.keys);
    values = std::move(columns.values);
  }
  const auto update = [&](postgres::Tx& tx) -> Task<api::product::Offer> {
    Batch batch("offer.update");
    batch.Add(kUpdateOffer, id, scope, amount, currency, keys, values, edit.if_version)
        .Add(kOwnOffer, id, scope);
    const auto results = co_await tx.Execute(std::move(batch));
    auto offer = OnlyOffer(results[1]);
    const auto changed = kChangedOffer.ReadAtMostOne(results[0]);
    if (!changed && edit.if_version && offer.etag() != std::to_string(*edit.if_version))
      throw Error(Code::kAborted, "ETAG_MISMATCH", "the offer has changed since it was read");
    if (!changed) co_return offer;  // it was so before
    Batch told("offer.changed");
    events::Append(told, work, OfferChangedEvent(offer, changed->version));
    co_await tx.ExecuteAndCommit(std::move(told));
    co_return offer;
  };
  co_return co_await database_.Transaction(work, update);
}

Task<api::product::Offer> Catalogue::AdjustStock(Work work, StockAdjustment adjustment, SellerScope scope) {
  const auto adjust = [&](postgres::Tx& tx) -> Task<api::product::Offer> {
    Batch batch("stock.adjust");
    batch
        .Add(kAdjustStock, adjustment.offer, scope, adjustment.delta, adjustment.operation_id,
             adjustment.reason, adjustment.account)
        .Add(kOwnOffer, adjustment.offer, scope);
    const auto results = co_await tx.Execute(std::move(batch));
    auto offer = OnlyOffer(results[1]);
    const auto moved = kMovedStock.ReadOne(results[0]);
    Batch told("stock.adjusted");
    events::Append(told, work, StockAdjustedEvent(offer, adjustment.delta, moved.version));
    co_await tx.ExecuteAndCommit(std::move(told));
    co_return offer;
  };
  try {
    co_return co_await database_.Transaction(work, adjust);
  } catch (const SqlError& error) {
    if (error.constraint == "stock_within_bounds" && adjustment.delta > 0) {
      throw InvalidArgument("delta", "TOO_LARGE", "the stock of an offer can't be larger than that");
    }
    if (error.constraint == "stock_within_bounds") {
      throw Error(Code::kFailedPrecondition, "STOCK_BELOW_RESERVED",
                  "the stock can't fall below what orders have reserved");
    }
    // An earlier run of this operation moved the stock.
    if (!error.IsUniqueViolation("stock_movement_cause")) throw;
  }
  co_return OnlyOffer(co_await database_.Read(work, kOwnOffer, adjustment.offer, scope));
}

Task<api::product::GetOffersResponse> Catalogue::GetOffers(Work work, std::vector<domain::OfferId> ids) {
  const auto result = co_await database_.Read(work, kGetOffers, ids);
  api::product::GetOffersResponse response;
  for (const auto row : result) kOfferForSale.ReadInto(*response.add_offers(), row);
  co_return response;
}

}  // namespace market::product::storage
