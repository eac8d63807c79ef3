#include "services/user/workers/unused_pictures.hpp"

#include <gtest/gtest.h>

#include <exception>
#include <string>
#include <string_view>

#include "platform/pictures/testing/memory_store.hpp"
#include "platform/runtime/task_group.hpp"
#include "platform/testing/run_loop.hpp"
#include "platform/testing/temporary_database.hpp"
#include "services/user/migrations.hpp"

namespace market::user {
namespace {

using testing::Eventually;
using testing::Soon;

TEST(UnusedPicturesOfPeople, GoByThemselves_WithTheirFiles) {
  testing::TemporaryDatabase disk{kMigrations};
  testing::RunLoop([&](boost::asio::io_context& io) -> Task<> {
    postgres::Database database(io, disk.Options());
    co_await database.Open(Soon());
    storage::Pictures pictures(database, 500);
    const std::string content(64, 'a');
    const PictureLook look{.width = 500, .height = 400, .colour = "#a1b2c3"};
    const auto files = co_await pictures.Files().Expect(Soon(), content, look);
    co_await pictures.Create(Soon(), {.id = domain::PictureId::New(),
                                      .owner = AccountId::New(),
                                      .content = content,
                                      .alt_text = "",
                                      .files = files});
    pictures::MemoryStore store;
    store.Put("9f/of_a_shop", "x", "");
    for (const auto& name : FilesOf(PicturePlace::kPeople, content, look)) store.Put(name, "x", "");
    disk.Execute("UPDATE picture SET unused_since = market_now() - interval '1 day'");
    PictureMaker maker(pictures, &store, {.place = PicturePlace::kPeople});
    UnusedPictures unused(pictures, maker);
    runtime::TaskGroup group(io.get_executor(), [](std::string_view, std::exception_ptr) {});
    group.Keep("unused_pictures", unused.Removing().Run());
    co_await Eventually([&] { return disk.Execute("SELECT count(*) FROM picture_file") == "0"; });
    EXPECT_EQ(store.Files().size(), 1U);
    group.Cancel();
    co_await group.Join(Soon());
    co_await database.Close(Soon());
  });
}

}  // namespace
}  // namespace market::user
