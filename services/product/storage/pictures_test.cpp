#include "services/product/storage/pictures.hpp"

#include <gmock/gmock.h>

#include "services/product/testing/stores.hpp"

namespace market::product {
namespace {

using domain::PictureId;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

constexpr PictureLook Look() { return {.width = 500, .height = 400, .colour = "#a1b2c3"}; }

std::string EventsOfProduct(const std::string& product) {
  return Sql(
      "SELECT coalesce(string_agg(type || ' ' || aggregate_version, ', ' ORDER BY aggregate_version), '') "
      "FROM event WHERE aggregate = 'product/" +
      product + "'");
}

std::string RecordOf(const PictureId& picture) {
  return Sql(
      "SELECT coalesce(string_agg(before::text || after::text, ' ' ORDER BY id), '') FROM audit_event "
      "WHERE target_type = 'picture' AND target_id = '" +
      picture.ToString() + "'");
}

// When the files of a content are due: "never", "now" or "later".
std::string DueOf(const std::string& content) {
  return Sql(
      "SELECT CASE WHEN due_at IS NULL THEN 'never' WHEN due_at <= market_now() THEN 'now' ELSE 'later' END "
      "FROM picture_file WHERE content = '" +
      content + "'");
}

std::vector<std::string> PicturesOf(const api::product::Product& product) {
  std::vector<std::string> ids;
  for (const auto& picture : product.pictures()) ids.push_back(picture.id());
  return ids;
}

TEST(Picture_Created, IsTheShopsAlone) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto other = co_await OpenShop(stores);
    const auto picture = co_await PutPicture(stores, shop, 'a', "from the left");
    EXPECT_EQ(picture.seller, shop.seller);
    EXPECT_EQ(picture.look, Look());
    EXPECT_EQ(picture.alt_text, "from the left");
    EXPECT_EQ(picture.version, 1);
    EXPECT_EQ((co_await stores.pictures.Get(Soon(), picture.id, shop.Scope())).content, picture.content);
    EXPECT_EQ(co_await ReasonOf(stores.pictures.Get(Soon(), picture.id, other.Scope())), "NOT_FOUND");
    EXPECT_EQ((co_await stores.pictures.List(Soon(), other.seller, {}, 10)).size(), 0U);
    EXPECT_NE(RecordOf(picture.id).find("from the left"), std::string::npos);
  });
}

TEST(Picture_Created, OfTheSameContent_IsTheSame) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto picture = co_await PutPicture(stores, shop, 'b', "first");
    const auto again = co_await PutPicture(stores, shop, 'b', "second");
    EXPECT_EQ(again.id, picture.id);
    EXPECT_EQ(again.alt_text, "first");
    EXPECT_EQ((co_await stores.pictures.Find(Soon(), shop.seller, picture.content))->id, picture.id);
    EXPECT_FALSE(co_await stores.pictures.Find(Soon(), SellerId::New(), picture.content));
  });
}

TEST(Pictures_Listed, NewestFirst) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    std::vector<PictureId> made;
    for (const char digit : {'1', '2', '3'}) made.push_back((co_await PutPicture(stores, shop, digit)).id);
    const auto page = co_await stores.pictures.List(Soon(), shop.seller, {}, 2);
    EXPECT_EQ(page.size(), 2U);
    EXPECT_EQ(page.at(0).id, made[2]);
    const auto rest = co_await stores.pictures.List(Soon(), shop.seller, page.at(1).id, 2);
    EXPECT_EQ(rest.size(), 1U);
    EXPECT_EQ(rest.at(0).id, made[0]);
  });
}

TEST(Picture_Limit, IsOfEachShop) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    storage::Pictures two(stores.database, 2);
    co_await PutPicture(stores, shop, '1');
    const auto second = co_await PutPicture(stores, shop, '2');
    EXPECT_EQ(co_await ReasonOf(two.Find(Soon(), shop.seller, std::string(64, '3'))), "LIMIT_REACHED");
    EXPECT_TRUE(co_await two.Find(Soon(), shop.seller, second.content)) << "it has that one";
    const auto files = co_await two.Files().Expect(Soon(), std::string(64, '3'), Look());
    const storage::NewPicture third{.id = PictureId::New(),
                                    .seller = shop.seller,
                                    .content = std::string(64, '3'),
                                    .alt_text = "",
                                    .files = files};
    EXPECT_EQ(co_await ReasonOf(two.Create(Soon(), third, audit::SomeAct())), "LIMIT_REACHED");
    EXPECT_EQ(DueOf(third.content), "later") << "its files go all the same";
  });
}

TEST(Picture_OfAProduct, StandsInItsPlace) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    std::vector<PictureId> pictures;
    for (const char digit : {'1', '2', '3'})
      pictures.push_back((co_await PutPicture(stores, shop, digit, std::string("alt ") + digit)).id);
    auto request = ProductOf(shop, "Shown", {OfferOf(Uuid::NewV7().ToString(), 100, 1)});
    for (const auto i : {2, 0}) request.add_picture_ids(pictures[static_cast<std::size_t>(i)].ToString());
    const auto product = co_await Put(stores, shop, request);
    EXPECT_THAT(PicturesOf(product), ElementsAre(pictures[2].ToString(), pictures[0].ToString()));
    const auto& shown = product.pictures(0);
    EXPECT_EQ(shown.alt_text(), "alt 3");
    EXPECT_EQ(shown.width(), 500);
    EXPECT_EQ(shown.height(), 400);
    EXPECT_EQ(shown.colour(), "#a1b2c3");
    EXPECT_EQ(shown.media_size(), 2);
    EXPECT_EQ(shown.media(1).width(), 480);
    EXPECT_EQ(shown.media(1).height(), 384);
    const auto content = (co_await stores.pictures.Get(Soon(), pictures[2], shop.Scope())).content;
    EXPECT_EQ(shown.media(1).webp(),
              "/pictures/" + content.substr(0, 2) + "/" + content.substr(2) + "/480.webp");
    EXPECT_EQ(shown.media(1).jpeg(),
              "/pictures/" + content.substr(0, 2) + "/" + content.substr(2) + "/480.jpg");

    const auto sold = co_await stores.offers.GetMany(Soon(), {domain::OfferId::From(product.offers(0).id())},
                                                     kEur, storage::WithCategories::kNo);
    EXPECT_EQ(sold.offers(0).picture(),
              "/pictures/" + content.substr(0, 2) + "/" + content.substr(2) + "/160.jpg");

    const auto id = domain::ProductId::From(product.id());
    const auto moved = co_await stores.products.Update(
        Soon(), id, shop.Member(), {.pictures = std::vector{pictures[0], pictures[1], pictures[2]}});
    EXPECT_THAT(PicturesOf(moved),
                ElementsAre(pictures[0].ToString(), pictures[1].ToString(), pictures[2].ToString()));
    EXPECT_THAT(PicturesOf((co_await stores.products.Get(Soon(), id, {}, kEur)).value()),
                ElementsAre(pictures[0].ToString(), pictures[1].ToString(), pictures[2].ToString()));
    const auto found =
        co_await stores.search.Find(Soon(), {.currency = kEur, .seller = shop.seller}, std::nullopt, 10);
    EXPECT_THAT(PicturesOf(found.products.at(0)), ElementsAre(pictures[0].ToString()));
    const auto listed = co_await stores.search.Show(Soon(), {id}, {.currency = kEur});
    EXPECT_THAT(PicturesOf(listed.at(0)), ElementsAre(pictures[0].ToString()));
  });
}

TEST(Picture_OfAProduct, IsOneOfItsShop) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto other = co_await OpenShop(stores);
    const auto own = (co_await PutPicture(stores, shop, '1')).id;
    const auto theirs = (co_await PutPicture(stores, other, '1')).id;
    const auto refused = [](Task<api::product::Product> task) -> Task<std::string> {
      try {
        co_await std::move(task);
      } catch (const Error& error) {
        co_return error.fields.at(0).field + " " + error.fields.at(0).reason;
      }
      co_return "nothing";
    };
    for (const auto& wrong : {theirs, PictureId::New()}) {
      auto request = ProductOf(shop, "Wrong");
      request.add_picture_ids(own.ToString());
      request.add_picture_ids(wrong.ToString());
      EXPECT_EQ(co_await refused(stores.products.Create(Soon(), Uuid::NewV7(), request)),
                "pictureIds[1] UNKNOWN_PICTURE");
    }
    const auto product = co_await stores.products.Create(Soon(), Uuid::NewV7(), ProductOf(shop, "Right"));
    const storage::Viewer both{.sellers = {shop.seller, other.seller}};
    EXPECT_EQ(co_await refused(stores.products.Update(Soon(), domain::ProductId::From(product.id()), both,
                                                      {.pictures = std::vector{theirs}})),
              "product.pictureIds[0] UNKNOWN_PICTURE");
  });
}

TEST(Picture_Updated, ChangesWhatItsProductsSay) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto picture = co_await PutPicture(stores, shop, '1', "before");
    auto request = ProductOf(shop, "Shown", {OfferOf(Uuid::NewV7().ToString(), 100, 1)});
    request.add_picture_ids(picture.id.ToString());
    const auto product = co_await Put(stores, shop, request);
    const auto update = [&](std::optional<std::string> alt, std::optional<std::int64_t> version) {
      return stores.pictures.Update(Soon(), picture.id, shop.Scope(), std::move(alt), version,
                                    audit::SomeAct());
    };
    EXPECT_EQ((co_await update("before", 1)).version, 1) << "it was so before";
    EXPECT_EQ((co_await update(std::nullopt, {})).version, 1);
    EXPECT_EQ(co_await ReasonOf(update("late", 2)), "ETAG_MISMATCH");
    const auto after = co_await update("after", 1);
    EXPECT_EQ(after.alt_text, "after");
    EXPECT_EQ(after.version, 2);
    const auto shown = co_await stores.products.Get(Soon(), domain::ProductId::From(product.id()), {}, kEur);
    EXPECT_EQ(shown->pictures(0).alt_text(), "after");
    EXPECT_NE(shown->etag(), product.etag());
    EXPECT_EQ(EventsOfProduct(product.id()),
              "product.ProductCreated 1, product.ProductStateChanged 2, product.ProductChanged 3");
    EXPECT_NE(RecordOf(picture.id).find("\"before\""), std::string::npos);
    EXPECT_EQ(co_await ReasonOf(stores.pictures.Update(Soon(), picture.id, {SellerId::New()}, "theirs", {},
                                                       audit::SomeAct())),
              "NOT_FOUND");
  });
}

TEST(Picture_Deleted, OnlyWhereNoProductHasIt) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto picture = co_await PutPicture(stores, shop, '1', "gone");
    auto request = ProductOf(shop, "Shown");
    request.add_picture_ids(picture.id.ToString());
    const auto product = co_await stores.products.Create(Soon(), Uuid::NewV7(), request);
    const auto remove = [&](storage::SellerScope scope, std::optional<std::int64_t> version = {}) {
      return stores.pictures.Delete(Soon(), picture.id, std::move(scope), version, audit::SomeAct());
    };
    EXPECT_EQ(co_await ReasonOf(remove(shop.Scope())), "PICTURE_IN_USE");
    EXPECT_EQ(DueOf(picture.content), "never");
    co_await stores.products.Update(Soon(), domain::ProductId::From(product.id()), shop.Member(),
                                    {.pictures = std::vector<PictureId>()});
    EXPECT_EQ(co_await ReasonOf(remove({SellerId::New()})), "NOT_FOUND");
    EXPECT_EQ(co_await ReasonOf(remove(shop.Scope(), 7)), "ETAG_MISMATCH");
    co_await remove(shop.Scope(), 1);
    EXPECT_EQ(co_await ReasonOf(remove(shop.Scope())), "NOT_FOUND");
    EXPECT_EQ(DueOf(picture.content), "now");
  });
}

// Takes what is due until nothing is; the contents.
Task<std::vector<std::string>> TakeAll(Stores& stores) {
  std::vector<std::string> taken;
  const auto remove = [&](picture_files::Files::Kept kept) -> Task<> {
    EXPECT_EQ(kept.look, Look());
    taken.push_back(kept.content);
    co_return;
  };
  while (co_await stores.pictures.Files().TakeDue(Soon(), remove)) {
  }
  co_return taken;
}

TEST(Picture_Files, StayWhileAnybodyHasThem) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto picture = co_await PutPicture(stores, shop, '1');
    // The same file, of another shop.
    const auto files = co_await stores.pictures.Files().Expect(Soon(), picture.content, Look());
    const auto twin = co_await stores.pictures.Create(Soon(),
                                                      {.id = PictureId::New(),
                                                       .seller = SellerId::New(),
                                                       .content = picture.content,
                                                       .alt_text = "",
                                                       .files = files},
                                                      audit::SomeAct());
    co_await stores.pictures.Delete(Soon(), picture.id, shop.Scope(), {}, audit::SomeAct());
    EXPECT_EQ(DueOf(picture.content), "never");
    EXPECT_THAT(co_await TakeAll(stores), Not(Contains(picture.content)));
    co_await stores.pictures.Delete(Soon(), twin->id, {twin->seller}, {}, audit::SomeAct());
    EXPECT_THAT(co_await TakeAll(stores), Contains(picture.content));
    EXPECT_EQ(DueOf(picture.content), "");
  });
}

TEST(Picture_Files, OfAnUploadThatBrokeOff_GoAfterAnHour) {
  WithStores([](Stores& stores) -> Task<> {
    const std::string content(64, 'e');
    const auto files = co_await stores.pictures.Files().Expect(Soon(), content, Look());
    EXPECT_EQ(DueOf(content), "later");
    EXPECT_THAT(co_await TakeAll(stores), Not(Contains(content)));
    Sql("UPDATE picture_file SET due_at = due_at - interval '1 hour' WHERE content = '" + content + "'");
    EXPECT_THAT(co_await TakeAll(stores), Contains(content));
    const auto shop = co_await OpenShop(stores);
    const auto create = [&](std::int64_t number) {
      return stores.pictures.Create(Soon(),
                                    {.id = PictureId::New(),
                                     .seller = shop.seller,
                                     .content = content,
                                     .alt_text = "",
                                     .files = number},
                                    audit::SomeAct());
    };
    EXPECT_FALSE(co_await create(files)) << "its files are gone: they have to be put again";
    const auto again = co_await stores.pictures.Files().Expect(Soon(), content, Look());
    EXPECT_FALSE(co_await create(files)) << "somebody puts them, but has not said that they are there";
    EXPECT_EQ((co_await stores.pictures.List(Soon(), shop.seller, {}, 10)).size(), 0U);
    EXPECT_TRUE(co_await create(again));
  });
}

TEST(Picture_Files, ThatCanNotBeRemoved_AreTakenAgain) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto picture = co_await PutPicture(stores, shop, '1');
    co_await stores.pictures.Delete(Soon(), picture.id, shop.Scope(), {}, audit::SomeAct());
    const auto fail = [](picture_files::Files::Kept) -> Task<> {
      throw std::runtime_error("the disk is away");
      co_return;
    };
    bool failed = false;
    try {
      co_await stores.pictures.Files().TakeDue(Soon(), fail);
    } catch (const std::runtime_error&) {
      failed = true;
    }
    EXPECT_TRUE(failed);
    co_await FilesAreFree(picture.content);
    EXPECT_THAT(co_await TakeAll(stores), Contains(picture.content));
  });
}

// While files go, who wants to put them waits, and puts them after.
TEST(Picture_Files, AreNotPutWhileTheyGo) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto picture = co_await PutPicture(stores, shop, '1');
    co_await stores.pictures.Delete(Soon(), picture.id, shop.Scope(), {}, audit::SomeAct());
    bool expected = false;
    runtime::TaskGroup group(stores.io.get_executor(), Unexpected);
    const auto expect = [&]() -> Task<> {
      co_await stores.pictures.Files().Expect(Soon(), picture.content, Look());
      expected = true;
    };
    const auto remove = [&](picture_files::Files::Kept) -> Task<> {
      group.Spawn("expect", expect());
      co_await Eventually([] {
        return Sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
                   "AND query LIKE '%INSERT INTO picture_file%'") == "1";
      });
      EXPECT_FALSE(expected);
    };
    Sql("DELETE FROM picture_file WHERE due_at <= market_now() AND content <> '" + picture.content + "'");
    EXPECT_TRUE(co_await stores.pictures.Files().TakeDue(Soon(), remove));
    co_await group.Join(Soon());
    EXPECT_TRUE(expected);
    EXPECT_EQ(DueOf(picture.content), "later");
  });
}

// A product that takes a picture, its new words and its deletion, all at once: whatever comes first, the
// product says what the picture says, and has no picture that is gone.
TEST(Picture_Races, EndWithProductsThatSayWhatItSays) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    for (int round = 0; round < 10; ++round) {
      const auto digit = static_cast<char>('0' + round);
      const auto picture = co_await PutPicture(stores, shop, digit, "before");
      const auto product = domain::ProductId::From(
          (co_await stores.products.Create(Soon(), Uuid::NewV7(), ProductOf(shop, "P"))).id());
      runtime::TaskGroup group(stores.io.get_executor(), [](std::string_view, std::exception_ptr) {});
      const auto take = [&]() -> Task<> {
        co_await stores.products.Update(Soon(), product, shop.Member(),
                                        {.pictures = std::vector{picture.id}});
      };
      const auto describe = [&]() -> Task<> {
        co_await stores.pictures.Update(Soon(), picture.id, shop.Scope(), "after", {}, audit::SomeAct());
      };
      const auto remove = [&]() -> Task<> {
        co_await stores.pictures.Delete(Soon(), picture.id, shop.Scope(), {}, audit::SomeAct());
      };
      group.Spawn("take", take());
      group.Spawn("describe", describe());
      if (round % 2 == 0) group.Spawn("remove", remove());
      co_await group.Join(Soon());
    }
    EXPECT_EQ(
        Sql("SELECT count(*) FROM product p WHERE p.pictures <> pictures_of((SELECT array_agg(picture_id "
            "ORDER BY place) FROM product_picture WHERE product_id = p.id))"),
        "0");
    EXPECT_EQ(Sql("SELECT count(*) > 4 FROM product WHERE seller_id = '" + shop.seller.ToString() +
                  "' AND pictures::text LIKE '%after%'"),
              "t");
  });
}

}  // namespace
}  // namespace market::product
