#include "services/product/workers/unused_pictures.hpp"

#include <gtest/gtest.h>

#include "platform/pictures/testing/memory_store.hpp"
#include "platform/runtime/task_group.hpp"
#include "services/product/testing/stores.hpp"

namespace market::product {
namespace {

TEST(UnusedPicturesWorker, RemovesByItself) {
  RunLoop([](boost::asio::io_context& io) -> Task<> {
    Stores stores(io, Settings());
    co_await stores.database.Open(Soon());
    const auto shop = co_await OpenShop(stores);
    const auto picture = co_await PutPicture(stores, shop, 'f');
    pictures::MemoryStore store;
    for (const auto& name : FilesOf(PicturePlace::kShops, picture.content, picture.look))
      store.Put(name, "x", "");
    co_await stores.pictures.Delete(Soon(), picture.id, shop.Scope(), {}, audit::SomeAct());
    PictureMaker maker(stores.pictures, &store, {});
    UnusedPictures unused(maker);
    runtime::TaskGroup group(io.get_executor(), [](std::string_view, std::exception_ptr) {});
    group.Keep("unused_pictures", unused.Removing().Run());
    co_await Eventually([&] { return Sql("SELECT count(*) FROM picture_file") == "0"; });
    EXPECT_TRUE(store.Files().empty());
    group.Cancel();
    co_await group.Join(Soon());
    co_await stores.database.Close(Soon());
  });
}

}  // namespace
}  // namespace market::product
