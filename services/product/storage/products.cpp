#include "services/product/storage/products.hpp"

#include "platform/events/event.hpp"
#include "services/product/messages.hpp"
#include "services/product/storage/new_offer.hpp"
#include "services/product/storage/product_stand.hpp"
#include "services/product/storage/rows.hpp"

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
static_assert(Products::kOffersShown == 20);
constexpr auto kBestOffers = BestOffers(Sql{""});
constexpr auto kBestActiveOffers = BestOffers(Sql{"AND o.state = 'ACTIVE' "});
constexpr auto kByOffer = kGivenSoldOut + ", o.price, o.id";

// The hottest statement of the marketplace: two index look-ups and one per offer.
constexpr ComposedStatement kGetProduct{
    "product.get", "SELECT " + kProduct + ", " + kGivenOffer + " FROM product p " + kBestActiveOffers +
                       "WHERE p.id = $1 AND (p.state = 'PUBLISHED' OR p.seller_id = ANY($2)) "
                       "ORDER BY " +
                       kByOffer};

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

struct ProductOwner {
  SellerId seller;
};
constexpr Columns kProductOwner{Column{"seller_id", &ProductOwner::seller}};
constexpr ComposedStatement kOwnerOfProduct{
    "product.owner", "SELECT " + kProductOwner + " FROM product WHERE id = $1 AND seller_id = ANY($2)"};

Error NotPublishable(domain::ProductState from) {
  return Error(Code::kFailedPrecondition, "ILLEGAL_TRANSITION", "only a draft can be published")
      .WithMetadata("from", std::string(Name(from)))
      .WithMetadata("to", std::string(Name(domain::ProductState::kPublished)));
}

api::product::Product OnlyProduct(const postgres::Result& result) {
  auto products = ReadProducts(kProduct, result, EtagOf::kAllShown);
  if (products.empty()) throw NotFound("the product");
  return std::move(products.front());
}

}  // namespace

Task<std::optional<api::product::Product>> Products::Get(Work work, domain::ProductId id,
                                                         SellerScope viewer) {
  const auto result = co_await database_.Read(work, kGetProduct, id, viewer);
  if (result.empty()) co_return std::nullopt;
  co_return OnlyProduct(result);
}

Task<std::vector<api::product::Product>> Products::ListOfSeller(Work work, SellerId seller,
                                                                std::optional<domain::ProductId> after,
                                                                int limit) {
  const auto start =
      after.value_or(domain::ProductId(Uuid::Parse("ffffffff-ffff-ffff-ffff-ffffffffffff").value()));
  co_return ReadProducts(kProduct, co_await database_.List(work, kListOfSeller, seller, start, limit),
                         EtagOf::kVersion);
}

Task<api::product::Product> Products::Create(Work work, Uuid operation_id,
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

Task<api::product::Product> Products::Publish(Work work, domain::ProductId id, SellerScope scope) {
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

Task<std::optional<SellerId>> Products::SellerOf(Work work, domain::ProductId id, SellerScope scope) {
  const auto owner = kProductOwner.ReadAtMostOne(co_await database_.Read(work, kOwnerOfProduct, id, scope));
  co_return owner ? std::optional(owner->seller) : std::nullopt;
}

}  // namespace market::product::storage
