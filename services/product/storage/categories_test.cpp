#include "services/product/storage/categories.hpp"

#include <gmock/gmock.h>

#include "platform/audit/testing/some_act.hpp"
#include "platform/events/testing/told.hpp"
#include "services/product/messages.hpp"
#include "services/product/testing/stores.hpp"

namespace market::product {
namespace {

api::product::CreateCategoryRequest CategoryOf(const std::string& slug) {
  api::product::CreateCategoryRequest request;
  request.set_name("Limited");
  request.set_slug(slug);
  return request;
}

TEST(Categories_Tree, ListsParentsFirstAndChangesItsEtag) {
  WithStores([](Stores& stores) -> Task<> {
    const auto before = co_await stores.categories.List(Soon());
    const auto shop = co_await OpenShop(stores);
    api::product::CreateCategoryRequest request;
    request.set_name("Aaa: sorts before its parent");
    request.set_slug("child");
    request.set_parent_id(shop.category.ToString());
    const auto child =
        co_await stores.categories.Create(Soon(), domain::CategoryId::New(), request, audit::SomeAct());
    const auto list = co_await stores.categories.List(Soon());
    EXPECT_NE(list.etag(), before.etag());
    EXPECT_EQ(list.etag(), (co_await stores.categories.List(Soon())).etag());
    int parent = -1;
    int found = -1;
    for (int i = 0; i < list.categories_size(); ++i) {
      if (list.categories(i).id() == shop.category.ToString()) parent = i;
      if (list.categories(i).id() == child.id()) found = i;
    }
    EXPECT_GE(parent, 0);
    EXPECT_GT(found, parent);
    EXPECT_EQ(list.categories(found).parent_id(), shop.category.ToString());
    EXPECT_EQ(Sql("SELECT after->>'slug' FROM audit_event WHERE target_type = 'category' AND target_id = '" +
                  child.id() + "'"),
              "child");
  });
}

// More than may wait for a connection of their class.
TEST(Categories_ManyAskAtOnce, AreServedByOneConnection) {
  RunLoop([](boost::asio::io_context& io) -> Task<> {
    auto options = Settings();
    options.list_connections = 1;
    Stores stores(io, options);
    co_await stores.database.Open(Soon());
    co_await testing::AtOnce(static_cast<int>(options.max_queued_lists) * 3, [&](int) -> Task<> {
      EXPECT_NE((co_await stores.categories.List(Soon())).etag(), "");
    });
    co_await stores.database.Close(Soon());
  });
}

TEST(Categories_SlugOfASibling_IsTaken, AlsoAmongRoots) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    api::product::CreateCategoryRequest request;
    request.set_name("Books");
    request.set_slug("books");
    co_await stores.categories.Create(Soon(), domain::CategoryId::New(), request, audit::SomeAct());
    EXPECT_EQ(co_await ReasonOf(
                  stores.categories.Create(Soon(), domain::CategoryId::New(), request, audit::SomeAct())),
              "SLUG_TAKEN");
    request.set_parent_id(shop.category.ToString());
    co_await stores.categories.Create(Soon(), domain::CategoryId::New(), request, audit::SomeAct());
    EXPECT_EQ(co_await ReasonOf(
                  stores.categories.Create(Soon(), domain::CategoryId::New(), request, audit::SomeAct())),
              "SLUG_TAKEN");
    request.set_parent_id(Uuid::NewV7().ToString());
    EXPECT_EQ(co_await ReasonOf(
                  stores.categories.Create(Soon(), domain::CategoryId::New(), request, audit::SomeAct())),
              "NOT_FOUND");
  });
}

TEST(Categories_PastTheLimit, AreRefusedHoweverManyAskAtOnce) {
  RunLoop([](boost::asio::io_context& io) -> Task<> {
    Stores stores(io, Settings());
    co_await stores.database.Open(Soon());
    const auto before = (co_await stores.categories.List(Soon())).categories_size();
    storage::Categories limited(stores.database, before + 3);
    std::vector<domain::CategoryId> made;
    int refused = 0;
    co_await testing::AtOnce(8, [&](int i) -> Task<> {
      const auto id = domain::CategoryId::New();
      const auto request = CategoryOf("limited-" + std::to_string(i));
      const auto reason = co_await ReasonOf(limited.Create(Soon(), id, request, audit::SomeAct()));
      if (reason.empty()) made.push_back(id);
      refused += reason == "LIMIT_REACHED" ? 1 : 0;
    });
    EXPECT_EQ(made.size(), 3U);
    EXPECT_EQ(refused, 5);
    EXPECT_EQ((co_await stores.categories.List(Soon())).categories_size(), before + 3);
    for (const auto& id : made) {
      const auto again = co_await limited.Create(Soon(), id, CategoryOf("again"), audit::SomeAct());
      EXPECT_EQ(again.id(), id.ToString());
    }
    co_await stores.database.Close(Soon());
  });
}

TEST(Categories_SameId, IsTheSameCategory) {
  WithStores([](Stores& stores) -> Task<> {
    api::product::CreateCategoryRequest request;
    request.set_name("Twice");
    request.set_slug("twice");
    const auto id = domain::CategoryId::New();
    const auto made = co_await stores.categories.Create(Soon(), id, request, audit::SomeAct());
    const auto again = co_await stores.categories.Create(Soon(), id, request, audit::SomeAct());
    EXPECT_EQ(again.SerializeAsString(), made.SerializeAsString());
    EXPECT_EQ(Sql("SELECT count(*) FROM audit_event WHERE target_id = '" + made.id() + "'"), "1");
  });
}

Task<api::product::Category> Made(Stores& stores, std::string slug, std::string parent = {}) {
  auto request = CategoryOf(slug);
  request.set_parent_id(parent);
  return stores.categories.Create(Soon(), domain::CategoryId::New(), request, audit::SomeAct());
}

Task<api::product::Category> Updated(Stores& stores, const api::product::Category& category,
                                     storage::CategoryEdit edit) {
  return stores.categories.Update(Soon(), domain::CategoryId::From(category.id()), std::move(edit),
                                  audit::SomeAct());
}

const std::optional<std::optional<domain::CategoryId>> kRoot(std::in_place, std::nullopt);
std::optional<std::optional<domain::CategoryId>> Below(const api::product::Category& category) {
  return std::optional(domain::CategoryId::From(category.id()));
}

TEST(Categories_Update, RenamesAndMoves) {
  WithStores([](Stores& stores) -> Task<> {
    const auto a = co_await Made(stores, "update-a");
    const auto b = co_await Made(stores, "update-b", a.id());
    const auto c = co_await Made(stores, "update-c", b.id());
    EXPECT_EQ(a.etag(), "1");
    const auto same = co_await Updated(stores, a, {.name = "Limited", .parent = kRoot});
    EXPECT_EQ(same.etag(), "1");

    const auto list = (co_await stores.categories.List(Soon())).etag();
    const auto renamed =
        co_await Updated(stores, a, {.name = "Renamed", .slug = "update-z", .if_version = 1});
    EXPECT_EQ(renamed.name() + renamed.slug() + renamed.parent_id(), "Renamedupdate-z");
    EXPECT_EQ(renamed.etag(), "2");
    EXPECT_NE((co_await stores.categories.List(Soon())).etag(), list);
    EXPECT_EQ(co_await ReasonOf(Updated(stores, a, {.name = "Late", .if_version = 1})), "ETAG_MISMATCH");
    EXPECT_EQ(co_await ReasonOf(Updated(stores, a, {.parent = Below(c)})), "CATEGORY_CYCLE");
    EXPECT_EQ(co_await ReasonOf(Updated(stores, a, {.parent = Below(a)})), "CATEGORY_CYCLE");
    api::product::Category nowhere;
    nowhere.set_id(Uuid::NewV7().ToString());
    EXPECT_EQ(co_await ReasonOf(Updated(stores, a, {.parent = Below(nowhere)})), "NOT_FOUND");
    EXPECT_EQ(co_await ReasonOf(Updated(stores, nowhere, {.name = "Nothing"})), "NOT_FOUND");

    const auto moved = co_await Updated(stores, b, {.parent = kRoot});
    EXPECT_EQ(moved.parent_id(), "");
    EXPECT_EQ((co_await Updated(stores, a, {.parent = Below(c)})).parent_id(), c.id());
    EXPECT_EQ(co_await ReasonOf(Updated(stores, c, {.slug = "update-b", .parent = kRoot})), "SLUG_TAKEN");
    EXPECT_EQ(events::Told(Disk(), "category/" + a.id()),
              "product.CategoryCreated 1, product.CategoryChanged 2, product.CategoryChanged 3");
    const auto told = events::LastTold<api::product::CategoryChanged>(Disk(), "category/" + a.id());
    EXPECT_EQ(told.name() + told.slug() + told.parent_id(), "Renamedupdate-z" + c.id());
    EXPECT_EQ(Sql("SELECT string_agg((before->>'slug') || '>' || (after->>'slug') || ' ' || "
                  "(after->>'parentId'), ', ' ORDER BY id) FROM audit_event WHERE before <> '{}' "
                  "AND target_id = '" +
                  a.id() + "'"),
              "update-a>update-z , update-z>update-z " + c.id());
  });
}

TEST(Categories_MovedIntoEachOtherAtOnce, MakeNoCircle) {
  WithStores([](Stores& stores) -> Task<> {
    for (int round = 0; round < 6; ++round) {
      const auto a = co_await Made(stores, Uuid::NewV7().ToString());
      const auto b = co_await Made(stores, Uuid::NewV7().ToString());
      std::vector<std::string> reasons(2);
      co_await testing::AtOnce(2, [&](int i) -> Task<> {
        reasons[static_cast<std::size_t>(i)] = co_await ReasonOf(
            i == 0 ? Updated(stores, a, {.parent = Below(b)}) : Updated(stores, b, {.parent = Below(a)}));
      });
      EXPECT_THAT(reasons, ::testing::UnorderedElementsAre("", "CATEGORY_CYCLE"));
    }
  });
}

TEST(Categories_Delete, OnlyWhatNothingIsIn) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto removed = [&](std::string id, std::optional<std::int64_t> version = std::nullopt) {
      return ReasonOf(
          stores.categories.Delete(Soon(), domain::CategoryId::From(id), version, audit::SomeAct()));
    };
    const auto a = co_await Made(stores, "delete-a");
    const auto b = co_await Made(stores, "delete-b", a.id());
    EXPECT_EQ(co_await removed(a.id()), "CATEGORY_NOT_EMPTY");
    EXPECT_EQ(co_await removed(b.id(), 7), "ETAG_MISMATCH");
    EXPECT_EQ(co_await removed(b.id(), 1), "");
    EXPECT_EQ(co_await removed(b.id()), "NOT_FOUND");
    EXPECT_EQ(co_await removed(a.id()), "");
    EXPECT_EQ(events::Told(Disk(), "category/" + b.id()),
              "product.CategoryCreated 1, product.CategoryDeleted 2");
    EXPECT_EQ(
        Sql("SELECT before->>'slug' FROM audit_event WHERE before ? 'slug' AND target_id = '" + b.id() + "'"),
        "delete-b");
    co_await stores.products.Create(Soon(), Uuid::NewV7(), ProductOf(shop, "A draft"));
    EXPECT_EQ(co_await removed(shop.category.ToString()), "CATEGORY_NOT_EMPTY");
  });
}

TEST(Categories_FilledWhileTheyAreDeleted, HoldWhatCameFirst) {
  WithStores([](Stores& stores) -> Task<> {
    for (int round = 0; round < 6; ++round) {
      const auto shop = co_await OpenShop(stores);
      std::vector<std::string> reasons(2);
      co_await testing::AtOnce(2, [&](int i) -> Task<> {
        reasons[static_cast<std::size_t>(i)] =
            i == 0 ? co_await ReasonOf(
                         stores.categories.Delete(Soon(), shop.category, std::nullopt, audit::SomeAct()))
                   : co_await ReasonOf(stores.products.Create(Soon(), Uuid::NewV7(), ProductOf(shop, "In")));
      });
      EXPECT_THAT(reasons, ::testing::AnyOf(::testing::ElementsAre("CATEGORY_NOT_EMPTY", ""),
                                            ::testing::ElementsAre("", "NOT_FOUND")));
    }
  });
}

TEST(Categories_Schema, RefusesACycle) {
  const auto a = Uuid::NewV7().ToString();
  const auto b = Uuid::NewV7().ToString();
  Sql("INSERT INTO category (id, name, slug) VALUES ('" + a + "', 'A', 'cycle-a')");
  Sql("INSERT INTO category (id, parent_id, name, slug) VALUES ('" + b + "', '" + a + "', 'B', 'cycle-b')");
  EXPECT_THROW(Sql("UPDATE category SET parent_id = '" + b + "' WHERE id = '" + a + "'"), std::exception);
  EXPECT_THROW(Sql("UPDATE category SET parent_id = id WHERE id = '" + b + "'"), std::exception);
}

}  // namespace
}  // namespace market::product
