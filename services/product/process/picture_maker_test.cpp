#include "services/product/process/picture_maker.hpp"

#include <gmock/gmock.h>

#include "platform/pictures/testing/drawn.hpp"
#include "platform/pictures/testing/memory_store.hpp"
#include "services/product/testing/stores.hpp"

namespace market::product {
namespace {

using pictures::Gradient;
using pictures::Plain;
using pictures::Png;

storage::NewPicture WantedOf(const SellerId& seller, const std::string& file) {
  return {.id = domain::PictureId::New(),
          .seller = seller,
          .content = pictures::ContentOf(file),
          .alt_text = "drawn"};
}

struct Making {
  explicit Making(Stores& stores, pictures::Maker::Options options = {})
      : maker(stores.pictures, &store, options) {}

  Task<domain::Picture> Make(const SellerId& seller, std::string file) {
    auto wanted = WantedOf(seller, file);
    return maker.Make(Soon(), std::move(wanted), std::move(file), audit::SomeAct());
  }

  pictures::MemoryStore store;
  PictureMaker maker;
};

// Of its own in each test.
std::string Drawing(unsigned char shade) { return Png(Plain(200, 100, {shade, 90, 90})); }

TEST(PictureMaker, PutsFilesBeforeThePictureIsThere) {
  WithStores([](Stores& stores) -> Task<> {
    Making making(stores);
    const auto seller = SellerId::New();
    const auto file = Drawing(1);
    const auto picture = co_await making.Make(seller, file);
    EXPECT_EQ(picture.content, pictures::ContentOf(file));
    EXPECT_EQ(picture.look.width, 200);
    const auto files = making.store.Files();
    EXPECT_EQ(files.size(), 2U);
    for (const auto& name : FilesOf(PicturePlace::kShops, picture.content, picture.look))
      EXPECT_TRUE(files.contains(name)) << name;
    EXPECT_EQ((co_await making.Make(seller, file)).id, picture.id) << "the same file again";
    EXPECT_NE((co_await making.Make(SellerId::New(), file)).id, picture.id) << "of another shop";
    EXPECT_EQ(making.store.Files(), files);
  });
}

TEST(PictureMaker, TellsWhatIsWrongWithAFile) {
  WithStores([](Stores& stores) -> Task<> {
    Making making(stores, {.limits = {.pixels_max = 10'000}});
    EXPECT_EQ(co_await ReasonOf(making.Make(SellerId::New(), "<svg/>")), "PICTURE_UNREADABLE");
    EXPECT_EQ(co_await ReasonOf(making.Make(SellerId::New(), Drawing(2))), "PICTURE_TOO_LARGE");
    EXPECT_TRUE(making.store.Files().empty());
  });
}

TEST(PictureMaker, WithoutAStore_MakesNone) {
  WithStores([](Stores& stores) -> Task<> {
    PictureMaker maker(stores.pictures, nullptr, {});
    const auto file = Drawing(3);
    EXPECT_EQ(co_await ReasonOf(maker.Make(Soon(), WantedOf(SellerId::New(), file), file, audit::SomeAct())),
              "UNAVAILABLE");
    EXPECT_FALSE(co_await maker.RemoveDue(Soon()));
  });
}

TEST(PictureMaker, AFullDisk_LeavesNoPicture) {
  WithStores([](Stores& stores) -> Task<> {
    Making making(stores);
    const auto seller = SellerId::New();
    const auto file = Drawing(4);
    making.store.Fill();
    bool failed = false;
    try {
      co_await making.Make(seller, file);
    } catch (const std::runtime_error&) {
      failed = true;
    }
    EXPECT_TRUE(failed);
    EXPECT_EQ((co_await stores.pictures.List(Soon(), seller, {}, 10)).size(), 0U);
    making.store.Mend();
    co_await making.Make(seller, file);
    EXPECT_EQ(making.store.Files().size(), 2U);
  });
}

TEST(PictureMaker, MoreThanMayWait_AreRefused) {
  WithStores([](Stores& stores) -> Task<> {
    Making making(stores, {.threads = 1, .queue = 1});
    int refused = 0;
    int made = 0;
    runtime::TaskGroup group(stores.io.get_executor(), Unexpected);
    const auto make = [&](unsigned char shade) -> Task<> {
      const auto reason = co_await ReasonOf(making.Make(SellerId::New(), Drawing(shade)));
      refused += reason == "OVERLOADED" ? 1 : 0;
      made += reason.empty() ? 1 : 0;
    };
    for (unsigned char i = 0; i < 8; ++i) group.Spawn("make", make(static_cast<unsigned char>(10 + i)));
    co_await group.Join(Soon());
    EXPECT_GT(refused, 0);
    EXPECT_GT(made, 0);
    EXPECT_EQ(refused + made, 8);
  });
}

TEST(PictureMaker, LetsFilesGoThatNobodyHas) {
  WithStores([](Stores& stores) -> Task<> {
    Making making(stores);
    const auto seller = SellerId::New();
    const auto picture = co_await making.Make(seller, Drawing(5));
    const auto kept = co_await making.Make(seller, Drawing(6));
    co_await stores.pictures.Delete(Soon(), picture.id, {seller}, {}, audit::SomeAct());
    making.store.Fill();
    bool failed = false;
    try {
      co_await making.maker.RemoveDue(Soon());
    } catch (const std::runtime_error&) {
      failed = true;
    }
    EXPECT_TRUE(failed);
    making.store.Mend();
    co_await FilesAreFree(picture.content);
    while (co_await making.maker.RemoveDue(Soon())) {
    }
    const auto files = making.store.Files();
    for (const auto& name : FilesOf(PicturePlace::kShops, picture.content, picture.look))
      EXPECT_FALSE(files.contains(name));
    for (const auto& name : FilesOf(PicturePlace::kShops, kept.content, kept.look))
      EXPECT_TRUE(files.contains(name));
  });
}

// Somebody uploads what somebody else has just deleted, while its files go: in the end each picture has its
// files, and no file is there that nobody has.
TEST(PictureMaker, UploadsAndDeletionsOfOneFile_AgreeInTheEnd) {
  WithStores([](Stores& stores) -> Task<> {
    Making making(stores, {.threads = 3, .queue = 100});
    const auto file = Drawing(7);
    const auto seller = SellerId::New();
    runtime::TaskGroup group(stores.io.get_executor(), Unexpected);
    int at_work = 3;
    const auto upload_and_delete = [&](int rounds) -> Task<> {
      for (int i = 0; i < rounds; ++i) {
        const auto own = SellerId::New();
        const auto picture = co_await making.Make(own, file);
        co_await stores.pictures.Delete(Soon(), picture.id, {own}, {}, audit::SomeAct());
      }
      --at_work;
    };
    const auto remove = [&]() -> Task<> {
      while (at_work > 0) co_await making.maker.RemoveDue(Soon());
    };
    for (int i = 0; i < 3; ++i) group.Spawn("upload", upload_and_delete(8));
    group.Spawn("remove", remove());
    co_await group.Join(Soon());
    while (co_await making.maker.RemoveDue(Soon())) {
    }
    const auto content = WantedOf(seller, file).content;
    EXPECT_EQ(Sql("SELECT count(*) FROM picture_file WHERE content = '" + content + "'"), "0");
    EXPECT_TRUE(making.store.Files().empty());
    const auto last = co_await making.Make(seller, file);
    EXPECT_EQ(making.store.Files().size(), FilesOf(PicturePlace::kShops, last.content, last.look).size());
  });
}

}  // namespace
}  // namespace market::product
