#include "services/product/storage/categories.hpp"

#include <algorithm>
#include <map>
#include <span>
#include <string>

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
using postgres::Sql;
using postgres::SqlError;
using postgres::Statement;

constexpr Columns kCategory{
    Column{"id", Into<&api::product::Category::mutable_id>()},
    Column{"parent_id",
           [](api::product::Category& category, std::optional<std::string_view> id) {
             category.mutable_parent_id()->assign(id.value_or(""));
           }},
    Column{"name", Into<&api::product::Category::mutable_name>()},
    Column{"slug", Into<&api::product::Category::mutable_slug>()},
    Column{"names", [](api::product::Category& category,
                       std::string_view json) { Assign(*category.mutable_translations(), json); }},
    Column{"version", Into<&api::product::Category::mutable_etag>()}};

constexpr ComposedStatement kListCategories{
    "category.list",
    "WITH RECURSIVE tree AS ("
    "  SELECT id, parent_id, name, slug, names, version, 0 AS depth FROM category WHERE parent_id IS NULL"
    "  UNION ALL"
    "  SELECT c.id, c.parent_id, c.name, c.slug, c.names, c.version, depth + 1"
    "  FROM category c JOIN tree ON c.parent_id = tree.id) "
    "SELECT " +
        kCategory + " FROM tree ORDER BY depth, name, id"};

constexpr ComposedStatement kInsertCategory{
    "category.insert",
    "INSERT INTO category (id, parent_id, name, slug, names) VALUES ($1, $2, $3, $4, "
    "jsonb_object($5::text[], $6::text[])) RETURNING " +
        kCategory};

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

constexpr ComposedStatement kLockCategory{"category.lock",
                                          "SELECT " + kCategory + " FROM category WHERE id = $1 FOR UPDATE"};

constexpr Sql kNamed{"(name, slug, parent_id, names)"};
constexpr Sql kRenamed{
    "(coalesce($2::text, name), coalesce($3::text, slug), CASE WHEN $4 THEN $5::uuid ELSE parent_id END, "
    "CASE WHEN $6::text[] IS NULL THEN names ELSE jsonb_object($6::text[], $7::text[]) END)"};
constexpr ComposedStatement kUpdateCategory{
    "category.update", "UPDATE category SET " + kNamed + " = " + kRenamed +
                           ", version = version + 1 WHERE id = $1 AND " + kNamed + " IS DISTINCT FROM " +
                           kRenamed + " RETURNING " + kCategory};
constexpr Statement kDeleteCategory{"category.delete", "DELETE FROM category WHERE id = $1"};

std::int64_t VersionOf(const api::product::Category& category) { return std::stoll(category.etag()); }

// As the two arrays that jsonb_object() takes; refers to the names.
struct NameColumns {
  explicit NameColumns(const google::protobuf::RepeatedPtrField<api::product::CategoryName>& names) {
    for (const auto& name : names) {
      languages.emplace_back(name.language());
      texts.emplace_back(name.name());
    }
  }
  std::vector<std::string_view> languages;
  std::vector<std::string_view> texts;
};

// Its name in the first of `wanted` that there is one in.
void NameIn(api::product::Category& category, std::span<const std::string> wanted,
            const google::protobuf::RepeatedPtrField<api::product::CategoryName>& names) {
  for (const auto& language : wanted) {
    if (language == category.text_language()) return;
    const auto found = std::ranges::find(names, language, &api::product::CategoryName::language);
    if (found == names.end()) continue;
    category.set_name(found->name());
    category.set_text_language(language);
    return;
  }
}

// The category as it is, to be changed.
api::product::Category Held(std::optional<api::product::Category> category,
                            std::optional<std::int64_t> if_version) {
  if (!category) throw NotFound("the category");
  if (if_version && *if_version != VersionOf(*category)) {
    throw Error(Code::kAborted, "ETAG_MISMATCH", "the category has changed since it was read");
  }
  return std::move(*category);
}

std::map<std::string, std::string> FieldsOf(const api::product::Category& category) {
  std::map<std::string, std::string> fields{
      {"name", category.name()}, {"slug", category.slug()}, {"parentId", category.parent_id()}};
  for (const auto& name : category.translations()) fields["name." + name.language()] = name.name();
  return fields;
}

Error SlugTaken() {
  return Error(Code::kAlreadyExists, "SLUG_TAKEN", "another category of the same parent has this slug");
}

}  // namespace

Task<api::product::ListCategoriesResponse> Categories::List(Work work, std::vector<std::string> languages) {
  const auto tree = co_await categories_.Get(work.deadline, [this, work] { return Read(work); });
  auto response = tree->as_made;
  if (languages.empty() || languages.front() == language_) co_return response;
  domain::EtagHash hash;
  for (int i = 0; i < response.categories_size(); ++i) {
    auto& category = *response.mutable_categories(i);
    NameIn(category, languages, tree->translations[static_cast<std::size_t>(i)]);
    hash.Add(category.text_language());
  }
  response.mutable_etag()->append("-").append(hash.Hex());
  co_return response;
}

Task<Categories::Tree> Categories::Read(Work work) {
  const auto result = co_await database_.List(work, kListCategories);
  Tree tree;
  domain::EtagHash hash;
  for (const auto row : result) {
    auto& category = *tree.as_made.add_categories();
    kCategory.ReadInto(category, row);
    category.set_text_language(language_);
    tree.translations.push_back(std::move(*category.mutable_translations()));
    category.clear_translations();
    hash.Add(category.id()).Add(category.etag());
  }
  tree.as_made.set_etag(hash.Hex());
  co_return tree;
}

std::optional<api::product::Category> Categories::CategoryIn(const postgres::Result& result) const {
  auto category = kCategory.ReadAtMostOne(result);
  if (category) category->set_text_language(language_);
  return category;
}

Task<api::product::Category> Categories::Get(Work work, domain::CategoryId id,
                                             std::vector<std::string> languages) {
  auto category = CategoryIn(co_await database_.Read(work, kFindCategory, id));
  if (!category) throw NotFound("the category");
  NameIn(*category, languages, category->translations());
  if (category->text_language() != language_)
    category->mutable_etag()->append("-").append(category->text_language());
  co_return *std::move(category);
}

Task<api::product::Category> Categories::Create(Work work, domain::CategoryId id,
                                                api::product::CreateCategoryRequest request, audit::Act act) {
  api::product::Category category;
  category.set_id(id.ToString());
  category.set_parent_id(request.parent_id());
  category.set_name(request.name());
  category.set_slug(request.slug());
  *category.mutable_translations() = request.translations();
  const NameColumns names(category.translations());
  act.target_type = "category";
  act.target_id = category.id();
  act.after = FieldsOf(category);
  const auto insert = [&](postgres::Tx& tx) -> Task<api::product::Category> {
    Batch look("category.look");
    look.Add(kLockTree).Add(kCountCategories).Add(kFindCategory, id);
    const auto found = co_await tx.Execute(std::move(look));
    if (auto earlier = CategoryIn(found[2])) co_return std::move(*earlier);  // of an earlier run
    if (kCategoryCount.ReadOne(found[1]).categories >= max_) throw TooMany();
    Batch batch("category.create");
    batch.Add(kInsertCategory, id, domain::CategoryId::Parse(request.parent_id()), request.name(),
              request.slug(), names.languages, names.texts);
    events::Append(batch, work, CategoryCreatedEvent(category));
    audit::Append(batch, work, act);
    co_return CategoryIn((co_await tx.ExecuteAndCommit(std::move(batch))).front()).value();
  };
  try {
    co_return co_await database_.Transaction(work, insert);
  } catch (const SqlError& error) {
    if (error.Is("23503")) throw NotFound("the parent category");
    if (error.IsUniqueViolation("category_slug_per_parent")) throw SlugTaken();
    throw;
  }
}

Task<api::product::Category> Categories::Update(Work work, domain::CategoryId id, CategoryEdit edit,
                                                audit::Act act) {
  const auto update = [&](postgres::Tx& tx) -> Task<api::product::Category> {
    Batch look("category.hold");
    look.Add(kLockTree).Add(kLockCategory, id);
    const auto before = Held(CategoryIn((co_await tx.Execute(std::move(look))).back()), edit.if_version);
    std::optional<NameColumns> names;
    if (edit.translations) names.emplace(*edit.translations);
    const auto given = [&](auto column) { return names ? std::optional((*names).*column) : std::nullopt; };
    auto after = CategoryIn(co_await tx.Execute(kUpdateCategory, id, edit.name, edit.slug,
                                                edit.parent.has_value(), edit.parent.value_or(std::nullopt),
                                                given(&NameColumns::languages), given(&NameColumns::texts)));
    if (!after) co_return before;  // it was so before
    act.target_type = "category";
    act.target_id = after->id();
    act.before = FieldsOf(before);
    act.after = FieldsOf(*after);
    Batch told("category.changed");
    events::Append(told, work, CategoryChangedEvent(*after, VersionOf(*after)));
    audit::Append(told, work, act);
    co_await tx.ExecuteAndCommit(std::move(told));
    co_return std::move(*after);
  };
  try {
    co_return co_await database_.Transaction(work, update);
  } catch (const SqlError& error) {
    if (error.Is("23503")) throw NotFound("the parent category");
    if (error.IsUniqueViolation("category_slug_per_parent")) throw SlugTaken();
    if (error.constraint != "category_no_cycle") throw;
  }
  throw Error(Code::kFailedPrecondition, "CATEGORY_CYCLE", "a category can't be a part of itself");
}

Task<> Categories::Delete(Work work, domain::CategoryId id, std::optional<std::int64_t> if_version,
                          audit::Act act) {
  const auto remove = [&](postgres::Tx& tx) -> Task<> {
    const auto before = Held(CategoryIn(co_await tx.Execute(kLockCategory, id)), if_version);
    act.target_type = "category";
    act.target_id = before.id();
    act.before = FieldsOf(before);
    Batch batch("category.delete");
    batch.Add(kDeleteCategory, id);
    events::Append(batch, work, CategoryDeletedEvent(id, VersionOf(before) + 1));
    audit::Append(batch, work, act);
    co_await tx.ExecuteAndCommit(std::move(batch));
  };
  try {
    co_await database_.Transaction(work, remove);
  } catch (const SqlError& error) {
    if (!error.Is("23503")) throw;
    throw Error(Code::kFailedPrecondition, "CATEGORY_NOT_EMPTY",
                "there are products or categories in the category");
  }
}

Error Categories::TooMany() const {
  return Error(Code::kFailedPrecondition, "LIMIT_REACHED",
               "there can be at most " + std::to_string(max_) + " categories")
      .WithMetadata("limit", std::to_string(max_));
}

}  // namespace market::product::storage
