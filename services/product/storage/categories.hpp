// The tree of categories in PostgreSQL. Owner: the service; io thread only. Fails as platform/postgres does, plus the
// refusals named at each function.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

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
  std::optional<std::int64_t> if_version;                   // the version that the caller saw
};

class Categories {
 public:
  // So many fit in an answer of 1 MiB: at most 606 bytes of JSON each, 400 of them a name of 100 characters.
  static constexpr std::int64_t kFit = 1'700;

  explicit Categories(postgres::Database& database, std::int64_t max = kFit)
      : database_(database), max_(max) {}

  // The whole tree, parents before children: one read for all who ask at the same time, since every page of a
  // shop begins with it.
  Task<api::product::ListCategoriesResponse> List(Work work);
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
  Task<api::product::ListCategoriesResponse> Read(Work work);
  Error TooMany() const;

  postgres::Database& database_;
  const std::int64_t max_;
  runtime::SharedRead<api::product::ListCategoriesResponse> categories_;
};

}  // namespace market::product::storage
