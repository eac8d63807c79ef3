// The tree of categories in PostgreSQL. Owner: the service; io thread only. Fails as platform/postgres does, plus the
// refusals named at each function.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "marketplace/product/v1/product.pb.h"
#include "platform/audit/audit.hpp"
#include "platform/postgres/database.hpp"
#include "platform/runtime/shared_read.hpp"
#include "services/product/domain/ids.hpp"

// As the generated interface calls it, which this room does not see.
namespace market::api {
namespace product = ::marketplace::product::v1;
}

namespace market::product::storage {

// What changes of a category; what is not there stays as it is.
struct CategoryEdit {
  std::optional<std::string> name;
  std::optional<std::string> slug;
  std::optional<std::optional<domain::CategoryId>> parent;  // none: a root
  std::optional<google::protobuf::RepeatedPtrField<api::product::CategoryName>> translations;
  std::optional<std::int64_t> if_version;  // the version that the caller saw
};

class Categories {
 public:
  // So many fit in an answer of 1 MiB: at most 636 bytes of JSON each, 400 of them a name of 100 characters.
  static constexpr std::int64_t kFit = 1'600;

  // `language`: of the names that are no translations.
  explicit Categories(postgres::Database& database, std::int64_t max = kFit, std::string language = "en")
      : database_(database), max_(max), language_(std::move(language)) {}

  const std::string& Language() const { return language_; }

  // The whole tree, parents before children: one read for all who ask at the same time, since every page of a
  // shop begins with it. Each with its name in the first of `languages` that it has, without the others.
  Task<api::product::ListCategoriesResponse> List(Work work, std::vector<std::string> languages = {});
  // With its names in all languages. NOT_FOUND.
  Task<api::product::Category> Get(Work work, domain::CategoryId id, std::vector<std::string> languages = {});
  // Whoever creates names the id: the same id twice is the same category. SLUG_TAKEN, NOT_FOUND (the parent),
  // LIMIT_REACHED.
  Task<api::product::Category> Create(Work work, domain::CategoryId id,
                                      api::product::CreateCategoryRequest request, audit::Act act);
  // Nothing happens where it was so before. NOT_FOUND (the parent too), SLUG_TAKEN, CATEGORY_CYCLE,
  // ETAG_MISMATCH.
  Task<api::product::Category> Update(Work work, domain::CategoryId id, CategoryEdit edit, audit::Act act);
  // NOT_FOUND, CATEGORY_NOT_EMPTY, ETAG_MISMATCH.
  Task<> Delete(Work work, domain::CategoryId id, std::optional<std::int64_t> if_version, audit::Act act);

 private:
  using Names = google::protobuf::RepeatedPtrField<api::product::CategoryName>;
  struct Tree {
    api::product::ListCategoriesResponse as_made;
    std::vector<Names> translations;  // of each
  };
  Task<Tree> Read(Work work);
  std::optional<api::product::Category> CategoryIn(const postgres::Result& result) const;
  Error TooMany() const;

  postgres::Database& database_;
  const std::int64_t max_;
  const std::string language_;
  runtime::SharedRead<Tree> categories_;
};

}  // namespace market::product::storage
