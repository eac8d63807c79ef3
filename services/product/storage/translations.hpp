// What products are called, and what is said of them, in the languages that they were not written in.
//
// A part of the product: its version moves with each change, which is told as ProductChanged. Changed and listed within a
// scope, as products are (products.hpp). Owner: the service; io thread only. Fails as platform/postgres does, plus the
// refusals named at each function.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "marketplace/product/v1/product.pb.h"
#include "platform/postgres/database.hpp"
#include "services/product/domain/ids.hpp"
#include "services/product/storage/seller_scope.hpp"

// As the generated interface calls it, which this room does not see.
namespace market::api {
namespace product = ::marketplace::product::v1;
}

namespace market::product::storage {

class Translations {
 public:
  explicit Translations(postgres::Database& database) : database_(database) {}

  struct Change {
    domain::ProductId product;
    std::string language;
    std::optional<std::int64_t> if_version;  // of the product, as the caller saw it
  };
  // Nothing happens where it was so before. NOT_FOUND, ETAG_MISMATCH, ILLEGAL_TRANSITION, LIMIT_REACHED; INVALID_ARGUMENT for
  // the language that the product was written in.
  Task<api::product::ProductTranslation> Put(Work work, Change change, Viewer scope, std::string title,
                                             std::string description);
  // NOT_FOUND (the translation too), ETAG_MISMATCH, ILLEGAL_TRANSITION.
  Task<> Remove(Work work, Change change, Viewer scope);
  // By language; nullopt: there is no such product for them.
  Task<std::optional<api::product::ListTranslationsResponse>> List(Work work, domain::ProductId product,
                                                                   Viewer viewer);

  // Gives things that have a title the texts of the first of `languages` that they can be read in, where that is another one
  // than they were written in; no statement where there is none. What was taken away meanwhile stays as it was written.
  Task<> Show(Work work, api::product::Product& product, std::vector<std::string> languages);
  // Titles alone.
  Task<> ShowTitles(Work work, std::span<api::product::Product> products, std::vector<std::string> languages);
  Task<> ShowTitles(Work work, api::product::GetOffersResponse& offers, std::vector<std::string> languages);
  // The same with descriptions, which some lists show.
  Task<> Show(Work work, std::span<api::product::Product> products, std::vector<std::string> languages);

 private:
  postgres::Database& database_;
};

}  // namespace market::product::storage
