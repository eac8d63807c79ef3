// For the tests of storage and api: one migrated database per test program, the stores on a loop of
// their own, and the few steps that most tests begin with. Tests share the rows' tables, so each
// makes its own seller, category and products and looks at those alone.
#pragma once
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/audit/testing/some_act.hpp"
#include "platform/picture_claims/claims.hpp"
#include "platform/runtime/task_group.hpp"
#include "platform/testing/reason_of.hpp"
#include "platform/testing/run_loop.hpp"
#include "platform/testing/temporary_database.hpp"
#include "platform/uploads/uploads.hpp"
#include "services/product/domain/market.hpp"
#include "services/product/migrations.hpp"
#include "services/product/storage/categories.hpp"
#include "services/product/storage/exports.hpp"
#include "services/product/storage/imports.hpp"
#include "services/product/storage/offers.hpp"
#include "services/product/storage/pictures.hpp"
#include "services/product/storage/products.hpp"
#include "services/product/storage/reports.hpp"
#include "services/product/storage/reservations.hpp"
#include "services/product/storage/reviews.hpp"
#include "services/product/storage/search.hpp"
#include "services/product/storage/stock.hpp"
#include "services/product/storage/translations.hpp"

namespace market::product {

using namespace std::chrono_literals;
using runtime::After;
using testing::Eventually;
using testing::ReasonOf;
using testing::RunLoop;
using testing::Soon;

inline const Currency kEur = Currency::Parse("EUR");
inline const Currency kUsd = Currency::Parse("USD");

inline testing::TemporaryDatabase& Disk() {
  static testing::TemporaryDatabase disk(kMigrations);
  return disk;
}

inline std::string Sql(const std::string& sql) { return Disk().Execute(sql); }

inline void Unexpected(std::string_view task, std::exception_ptr error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& caught) {
    ADD_FAILURE() << task << ": " << caught.what();
  }
}

// The stores over one Database object, as one replica of the service has them.
struct Stores {
  Stores(boost::asio::io_context& io, postgres::Options options)
      : io(io),
        database(io, std::move(options)),
        categories(database),
        products(database),
        offers(database),
        search(database),
        reservations(database),
        reviews(database),
        review_claims(database, storage::Reviews::FindPictures()),
        reports(database),
        pictures(database),
        stock(database),
        translations(database),
        uploads(database, {.name = "product"}),
        imports(database, {}),
        exports(database) {}

  domain::Market market{std::vector<std::string>{"EUR", "USD", "JPY"}};
  boost::asio::io_context& io;
  postgres::Database database;
  storage::Categories categories;
  storage::Products products;
  storage::Offers offers;
  storage::Search search;
  storage::Reservations reservations;
  storage::Reviews reviews;
  picture_claims::Claims review_claims;
  storage::Reports reports;
  storage::Pictures pictures;
  storage::Stock stock;
  storage::Translations translations;
  uploads::Uploads uploads;
  storage::Imports imports;
  storage::Exports exports;
};

inline postgres::Options Settings() { return Disk().Options(4); }

// Runs body(stores) on an open database.
template <class Body>
void WithStores(Body body) {
  RunLoop([&](boost::asio::io_context& io) -> Task<> {
    Stores stores(io, Settings());
    co_await stores.database.Open(Soon());
    std::exception_ptr failure;
    try {
      co_await body(stores);
    } catch (...) {
      failure = std::current_exception();
    }
    co_await stores.database.Close(Soon());
    if (failure) std::rethrow_exception(failure);
  });
}

// What one seller starts with.
struct Shop {
  SellerId seller = SellerId::New();
  domain::CategoryId category;

  storage::SellerScope Scope() const { return {seller}; }
  storage::Viewer Member() const { return {.sellers = {seller}}; }
};

inline Task<Shop> OpenShop(Stores& stores) {
  Shop shop;
  api::product::CreateCategoryRequest request;
  request.set_name("Things");
  request.set_slug("c" + shop.seller.ToString().substr(24) + std::to_string(Uuid::NewV7().Bytes()[15]));
  shop.category = domain::CategoryId::From(
      (co_await stores.categories.Create(Soon(), domain::CategoryId::New(), request, audit::SomeAct())).id());
  co_return shop;
}

// A picture of the shop, whose file was of this one digit in hexadecimal.
inline Task<domain::Picture> PutPicture(Stores& stores, Shop shop, char digit, std::string alt_text = "") {
  const std::string content = shop.seller.ToString().substr(24) + std::string(52, digit);
  const auto files = co_await stores.pictures.Files().Expect(
      Soon(), content, {.width = 500, .height = 400, .colour = "#a1b2c3"});
  co_return (co_await stores.pictures.Create(Soon(),
                                             {.id = domain::PictureId::New(),
                                              .seller = shop.seller,
                                              .content = content,
                                              .alt_text = std::move(alt_text),
                                              .files = files},
                                             audit::SomeAct()))
      .value();
}

// When nobody holds the files of that content: a transaction that was given up is rolled back some time
// later.
inline Task<> FilesAreFree(std::string content) {
  co_await Eventually([&] {
    return Sql("SELECT count(*) FROM (SELECT FROM picture_file WHERE content = '" + content +
               "' FOR UPDATE SKIP LOCKED) f") == "1";
  });
}

// A variant of its own.
inline api::product::OfferDraft OfferOf(std::string sku, std::int64_t price, std::int64_t stock) {
  api::product::OfferDraft offer;
  (*offer.mutable_options())["variant"] = sku;
  offer.set_sku(std::move(sku));
  offer.mutable_price()->set_amount(price);
  offer.mutable_price()->set_currency("EUR");
  offer.set_stock(stock);
  return offer;
}

inline api::product::CreateProductRequest ProductOf(const Shop& shop, std::string title,
                                                    std::vector<api::product::OfferDraft> offers = {}) {
  api::product::CreateProductRequest request;
  request.set_seller_id(shop.seller.ToString());
  request.set_category_id(shop.category.ToString());
  request.set_title(std::move(title));
  for (auto& offer : offers) *request.add_offers() = std::move(offer);
  return request;
}

// The shop's act on its product.
inline Task<api::product::Product> Do(Stores& stores, Shop shop, domain::ProductAct act,
                                      std::string product) {
  return stores.products.Do(Soon(), act, domain::ProductId::From(product), shop.Member(), std::nullopt);
}

// A published product; sold out where it comes without an offer, since nothing is published without one.
inline Task<api::product::Product> Put(Stores& stores, Shop shop,
                                       api::product::CreateProductRequest request) {
  if (request.offers().empty()) *request.add_offers() = OfferOf(Uuid::NewV7().ToString(), 1999, 0);
  const auto product = co_await stores.products.Create(Soon(), Uuid::NewV7(), std::move(request));
  co_return co_await Do(stores, std::move(shop), domain::ProductAct::kPublish, product.id());
}

// Says what it is in another language.
inline void Say(api::product::CreateProductRequest& request, std::string language, std::string title,
                std::string description = "") {
  auto& said = *request.add_translations();
  said.set_language(std::move(language));
  said.set_title(std::move(title));
  said.set_description(std::move(description));
}

// A published product with one offer.
inline Task<domain::OfferId> PutOffer(Stores& stores, Shop shop, std::int64_t stock) {
  const auto product =
      co_await Put(stores, shop, ProductOf(shop, "Thing", {OfferOf(Uuid::NewV7().ToString(), 1999, stock)}));
  co_return domain::OfferId::From(product.offers(0).id());
}

// A line of its own.
inline domain::Line LineOf(const domain::OfferId& offer, std::int64_t quantity) {
  return {domain::LineId::New(), offer, quantity};
}

// Another place where units of the offer lie.
inline void PutStock(const domain::OfferId& offer, std::string_view location, std::int64_t units) {
  Sql("WITH made AS (INSERT INTO stock (id, offer_id, location, on_hand) VALUES ('" +
      Uuid::NewV7().ToString() + "', '" + offer.ToString() + "', '" + std::string(location) + "', " +
      std::to_string(units) +
      ") RETURNING id, offer_id, on_hand) "
      "INSERT INTO stock_movement (kind, stock_id, offer_id, on_hand, reserved, cause_id) "
      "SELECT 'INITIAL', id, offer_id, on_hand, 0, offer_id FROM made");
}

// "on hand/reserved", of all places.
inline std::string StockOf(const domain::OfferId& offer) {
  return Sql("SELECT sum(on_hand) || '/' || sum(reserved) FROM stock WHERE offer_id = '" + offer.ToString() +
             "'");
}

// Invariants of the stock: the number of stock rows and lines that break one.
inline std::string BrokenInvariants() {
  return Sql(
      "SELECT (SELECT count(*) FROM stock s"
      "  LEFT JOIN (SELECT stock_id, sum(held + committed) AS units FROM reservation GROUP BY stock_id) r"
      "    ON r.stock_id = s.id"
      "  LEFT JOIN (SELECT stock_id, sum(on_hand) AS units FROM stock_movement GROUP BY stock_id) m"
      "    ON m.stock_id = s.id"
      "  WHERE s.reserved < 0 OR s.reserved > s.on_hand OR s.reserved <> coalesce(r.units, 0)"
      "  OR s.on_hand <> coalesce(m.units, 0)) "
      "+ (SELECT count(*) FROM reservation r FULL JOIN (SELECT order_id, line_id,"
      "    -coalesce(sum(reserved) FILTER (WHERE kind = 'RELEASE'), 0) AS released,"
      "    -coalesce(sum(on_hand) FILTER (WHERE kind <> 'RETURN'), 0) AS consumed,"
      "    coalesce(sum(on_hand) FILTER (WHERE kind = 'RETURN'), 0) AS restocked"
      "    FROM stock_movement WHERE line_id IS NOT NULL GROUP BY order_id, line_id) m USING (order_id, "
      "line_id)"
      "  WHERE r.released IS DISTINCT FROM coalesce(m.released, 0)"
      "  OR r.consumed IS DISTINCT FROM coalesce(m.consumed, 0)"
      "  OR r.restocked IS DISTINCT FROM coalesce(m.restocked, 0))");
}

}  // namespace market::product
