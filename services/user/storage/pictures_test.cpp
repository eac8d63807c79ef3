#include "services/user/storage/pictures.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "platform/core/error.hpp"
#include "platform/runtime/task_group.hpp"
#include "services/user/testing/store_fixture.hpp"

namespace market::user::storage {
namespace {

using domain::PictureId;
using domain::ShowerId;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class PicturesOfPeople : public StoreFixture {
 protected:
  // A picture whose file was of this one digit in hexadecimal.
  static Task<domain::Picture> Put(Pictures& pictures, AccountId owner, char digit,
                                   std::string alt_text = "") {
    const std::string content(64, digit);
    const auto files =
        co_await pictures.Files().Expect(Soon(), content, {.width = 500, .height = 400, .colour = "#a1b2c3"});
    const auto made = co_await pictures.Create(Soon(), {.id = PictureId::New(),
                                                        .owner = owner,
                                                        .content = content,
                                                        .alt_text = std::move(alt_text),
                                                        .files = files});
    co_return made.value();
  }
  template <class T>
  static Task<std::string> Reason(Task<T> task) {
    try {
      co_await std::move(task);
    } catch (const Error& error) {
      co_return error.reason;
    }
    co_return "";
  }
  // As if that had been so long ago.
  void GrowOld(const PictureId& id, const std::string& age) {
    Sql("UPDATE picture SET unused_since = unused_since - interval '" + age + "' WHERE id = '" +
        id.ToString() + "'");
  }
  std::string DueFiles() { return Sql("SELECT count(*) FROM picture_file WHERE due_at <= market_now()"); }
  static Task<int> Swept(Pictures& pictures) {
    int swept = 0;
    while (co_await pictures.SweepUnused(Soon())) ++swept;
    co_return swept;
  }

  const AccountId ada_ = AccountId::New();
  const AccountId bob_ = AccountId::New();
};

TEST_F(PicturesOfPeople, AreTheirs_OnceEach) {
  Run([&](postgres::Database& database) -> Task<> {
    Pictures pictures(database, 2);
    const auto one = co_await Put(pictures, ada_, 'a', "A wheel");
    EXPECT_EQ(one.alt_text, "A wheel");
    EXPECT_EQ(one.look, (PictureLook{.width = 500, .height = 400, .colour = "#a1b2c3"}));
    EXPECT_EQ((co_await Put(pictures, ada_, 'a', "again")).id, one.id);
    const auto two = co_await Put(pictures, ada_, 'b');
    EXPECT_EQ(co_await Reason(Put(pictures, ada_, 'c')), "LIMIT_REACHED");
    EXPECT_EQ(co_await Reason(pictures.Find(Soon(), ada_, std::string(64, 'c'))), "LIMIT_REACHED");
    EXPECT_EQ((co_await pictures.Find(Soon(), ada_, std::string(64, 'b'))).value().id, two.id);
    EXPECT_NE((co_await Put(pictures, bob_, 'a')).id, one.id);

    const auto listed = co_await pictures.List(Soon(), ada_, std::nullopt, 10);
    EXPECT_THAT(listed, SizeIs(2));
    EXPECT_EQ(listed.at(0).id, two.id);
    EXPECT_EQ((co_await pictures.List(Soon(), ada_, two.id, 10)).at(0).id, one.id);
    EXPECT_EQ(co_await Reason(pictures.Get(Soon(), bob_, one.id)), "NOT_FOUND");
    EXPECT_EQ(co_await Reason(pictures.Delete(Soon(), bob_, one.id)), "NOT_FOUND");
    co_await pictures.Delete(Soon(), ada_, one.id);
    EXPECT_EQ(DueFiles(), "0") << "Bob has them, too";
    co_await pictures.Delete(Soon(), ada_, two.id);
    EXPECT_EQ(DueFiles(), "1");
    EXPECT_EQ(co_await Reason(pictures.Get(Soon(), ada_, one.id)), "NOT_FOUND");
  });
}

TEST_F(PicturesOfPeople, WithoutTheirFiles_AreNone) {
  Run([&](postgres::Database& database) -> Task<> {
    Pictures pictures(database, 500);
    const std::string content(64, 'a');
    const PictureLook look{.width = 5, .height = 4, .colour = "#a1b2c3"};
    const auto files = co_await pictures.Files().Expect(Soon(), content, look);
    Sql("UPDATE picture_file SET due_at = market_now()");
    co_await pictures.Files().TakeDue(Soon(), [](picture_files::Files::Kept) -> Task<> { co_return; });
    const NewPicture wanted{
        .id = PictureId::New(), .owner = ada_, .content = content, .alt_text = "", .files = files};
    EXPECT_EQ(co_await pictures.Create(Soon(), wanted), std::nullopt);
  });
}

TEST_F(PicturesOfPeople, AreKeptWhileTheyAreShown) {
  Run([&](postgres::Database& database) -> Task<> {
    Pictures pictures(database, 500);
    const auto one = (co_await Put(pictures, ada_, 'a')).id;
    const auto two = (co_await Put(pictures, ada_, 'b')).id;
    const auto of_bob = (co_await Put(pictures, bob_, 'c')).id;
    const auto review = ShowerId::New();
    EXPECT_THAT(co_await pictures.Keep(Soon(), ada_, {review, 1}, {one, of_bob}), SizeIs(1));
    EXPECT_EQ(Sql("SELECT count(*) FROM picture_keep"), "0") << "all or none";
    for (int i = 0; i < 2; ++i)
      EXPECT_THAT(co_await pictures.Keep(Soon(), ada_, {review, 2}, {one, two}), SizeIs(2));
    EXPECT_EQ(co_await Reason(pictures.Delete(Soon(), ada_, one)), "PICTURE_IN_USE");
    EXPECT_EQ(Sql("SELECT count(*) FROM picture WHERE unused_since IS NULL"), "2");

    co_await pictures.Settle(Soon(), {review, 2}, {one});
    EXPECT_EQ(co_await Reason(pictures.Delete(Soon(), ada_, one)), "PICTURE_IN_USE");
    EXPECT_EQ(Sql("SELECT count(*) FROM picture WHERE unused_since IS NULL"), "1");
    // Another shower of the same picture is not asked.
    const auto other = ShowerId::New();
    co_await pictures.Keep(Soon(), ada_, {other, 3}, {one});
    co_await pictures.Settle(Soon(), {review, 4}, {});
    EXPECT_EQ(co_await Reason(pictures.Delete(Soon(), ada_, one)), "PICTURE_IN_USE");
    co_await pictures.Settle(Soon(), {other, 5}, {});
    co_await pictures.Delete(Soon(), ada_, one);
    co_await pictures.Delete(Soon(), ada_, two);
    EXPECT_THAT(co_await pictures.Keep(Soon(), ada_, {review, 6}, {one}), IsEmpty());
  });
}

TEST_F(PicturesOfPeople, WhatALaterClaimKeeps_AnEarlierOneDoesNotLetGo) {
  Run([&](postgres::Database& database) -> Task<> {
    Pictures pictures(database, 500);
    const auto one = (co_await Put(pictures, ada_, 'a')).id;
    const auto two = (co_await Put(pictures, ada_, 'b')).id;
    const auto review = ShowerId::New();
    co_await pictures.Keep(Soon(), ada_, {review, 1}, {one, two});
    co_await pictures.Keep(Soon(), ada_, {review, 3}, {two});
    co_await pictures.Keep(Soon(), ada_, {review, 2}, {two});
    for (int i = 0; i < 2; ++i) co_await pictures.Settle(Soon(), {review, 2}, {});
    co_await pictures.Delete(Soon(), ada_, one);
    EXPECT_EQ(co_await Reason(pictures.Delete(Soon(), ada_, two)), "PICTURE_IN_USE");
    co_await pictures.Settle(Soon(), {review, 3}, {});
    co_await pictures.Delete(Soon(), ada_, two);
  });
}

TEST_F(PicturesOfPeople, ThatNothingShows_GoAfterADay) {
  Run([&](postgres::Database& database) -> Task<> {
    Pictures pictures(database, 500);
    const auto old = (co_await Put(pictures, ada_, 'a')).id;
    const auto young = (co_await Put(pictures, ada_, 'b')).id;
    const auto again = (co_await Put(pictures, ada_, 'c')).id;
    const auto shown = (co_await Put(pictures, ada_, 'd')).id;
    for (const auto& id : {old, again, shown}) GrowOld(id, "25 hours");
    GrowOld(young, "23 hours");
    co_await Put(pictures, ada_, 'c');
    const auto review = ShowerId::New();
    co_await pictures.Keep(Soon(), ada_, {review, 1}, {shown});
    EXPECT_EQ(co_await Swept(pictures), 1);
    EXPECT_EQ(co_await Reason(pictures.Get(Soon(), ada_, old)), "NOT_FOUND");
    EXPECT_EQ(DueFiles(), "1");
    // From when it was let go.
    co_await pictures.Settle(Soon(), {review, 1}, {});
    EXPECT_EQ(co_await Swept(pictures), 0);
    GrowOld(shown, "25 hours");
    EXPECT_EQ(co_await Swept(pictures), 1);
  });
}

TEST_F(PicturesOfPeople, OfWhoIsForgotten_GoWhateverShowsThem) {
  Run([&](postgres::Database& database) -> Task<> {
    Pictures pictures(database, 500);
    const auto one = (co_await Put(pictures, ada_, 'a')).id;
    co_await Put(pictures, ada_, 'b');
    const auto of_bob = (co_await Put(pictures, bob_, 'b')).id;
    co_await pictures.Keep(Soon(), ada_, {ShowerId::New(), 1}, {one});
    EXPECT_EQ(co_await pictures.Forget(Soon(), ada_), 2U);
    EXPECT_EQ(co_await pictures.Forget(Soon(), ada_), 0U);
    EXPECT_EQ(Sql("SELECT string_agg(id::text, ' ') FROM picture"), of_bob.ToString());
    EXPECT_EQ(Sql("SELECT count(*) FROM picture_keep"), "0");
    EXPECT_EQ(DueFiles(), "1");
  });
}

// A picture is asked for while its owner deletes it and the sweep takes it: it is there for who was told so.
TEST_F(PicturesOfPeople, AtOnce_WhatWasKeptIsThere) {
  Run([&](postgres::Database& database) -> Task<> {
    Pictures pictures(database, 500);
    for (int round = 0; round < 10; ++round) {
      const auto id = (co_await Put(pictures, ada_, 'a')).id;
      GrowOld(id, "25 hours");
      std::size_t kept = 0;
      runtime::TaskGroup group(
          co_await boost::asio::this_coro::executor,
          [](std::string_view, std::exception_ptr error) { std::rethrow_exception(error); });
      const auto keep = [&]() -> Task<> {
        kept = (co_await pictures.Keep(Soon(), ada_, {ShowerId::New(), 1}, {id})).size();
      };
      const auto remove = [&]() -> Task<> { co_await Reason(pictures.Delete(Soon(), ada_, id)); };
      const auto sweep = [&]() -> Task<> { co_await pictures.SweepUnused(Soon()); };
      group.Spawn("remove", remove());
      group.Spawn("keep", keep());
      group.Spawn("sweep", sweep());
      co_await group.Join(Soon());
      EXPECT_EQ(Sql("SELECT count(*) FROM picture WHERE id = '" + id.ToString() + "'"), std::to_string(kept));
      co_await pictures.Forget(Soon(), ada_);
    }
  });
}

}  // namespace
}  // namespace market::user::storage
