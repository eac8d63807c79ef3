#include "services/product/storage/categories.hpp"

#include "platform/events/event.hpp"
#include "services/product/domain/etag.hpp"
#include "services/product/messages.hpp"
#include "services/product/storage/rows.hpp"

namespace market::product::storage {
namespace {

using postgres::Batch;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::SqlError;
using postgres::Statement;

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

Error SlugTaken() {
  return Error(Code::kAlreadyExists, "SLUG_TAKEN", "another category of the same parent has this slug");
}

}  // namespace

Task<api::product::ListCategoriesResponse> Categories::List(Work work) {
  co_return *co_await categories_.Get(work.deadline, [this, work] { return Read(work); });
}

Task<api::product::ListCategoriesResponse> Categories::Read(Work work) {
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

Task<api::product::Category> Categories::Create(Work work, domain::CategoryId id,
                                                api::product::CreateCategoryRequest request, audit::Act act) {
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
    if (kCategoryCount.ReadOne(found[1]).categories >= max_) throw TooMany();
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

Error Categories::TooMany() const {
  return Error(Code::kFailedPrecondition, "LIMIT_REACHED",
               "there can be at most " + std::to_string(max_) + " categories")
      .WithMetadata("limit", std::to_string(max_));
}

}  // namespace market::product::storage
