#include "services/product/storage/categories.hpp"

#include <gmock/gmock.h>

#include "platform/audit/testing/some_act.hpp"
#include "platform/events/testing/told.hpp"
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
