#include "services/user/storage/pictures.hpp"

#include "platform/postgres/columns.hpp"

namespace market::user::storage {
namespace {

using domain::Picture;
using domain::PictureId;
using picture_files::Files;
using postgres::Batch;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::Sql;
using postgres::SqlError;
using postgres::Statement;

// Of picture i with its files f.
constexpr Columns kPicture{Column{"i.id", &Picture::id},
                           Column{"i.account_id", &Picture::owner},
                           Column{"i.content", &Picture::content},
                           Column{"i.alt_text", &Picture::alt_text},
                           Column{"f.width", &Picture::look, &PictureLook::width},
                           Column{"f.height", &Picture::look, &PictureLook::height},
                           Column{"f.colour", &Picture::look, &PictureLook::colour},
                           Column{"i.created_at", &Picture::created_at}};
constexpr auto kFromPictures =
    "SELECT " + kPicture + Sql{" FROM picture i JOIN picture_file f ON f.content = i.content WHERE "};

// Who uploads it again means to use it.
constexpr ComposedStatement kFindAgain{"user.find_picture_again", R"sql(
UPDATE picture i SET unused_since = CASE WHEN i.unused_since IS NOT NULL THEN market_now() END
FROM picture_file f WHERE f.content = i.content AND i.account_id = $1 AND i.content = $2 RETURNING )sql" +
                                                                      kPicture};
constexpr ComposedStatement kGetPicture{"user.get_picture",
                                        kFromPictures + "i.id = $1 AND i.account_id = $2"};
constexpr ComposedStatement kListPictures{
    "user.list_pictures",
    kFromPictures + "i.account_id = $1 AND ($2::uuid IS NULL OR i.id < $2) ORDER BY i.id DESC LIMIT $3"};
constexpr ComposedStatement kLockPicture{"user.lock_picture",
                                         kFromPictures + "i.id = $1 AND i.account_id = $2 FOR UPDATE OF i"};

struct PictureCount {
  std::int64_t pictures = 0;
};
constexpr Columns kPictureCount{Column{"count(*)", &PictureCount::pictures}};
constexpr ComposedStatement kCountPictures{"user.count_pictures",
                                           "SELECT " + kPictureCount + " FROM picture WHERE account_id = $1"};
// Pictures of one account are counted and added one after the other.
constexpr Statement kLockOwner{
    "user.lock_pictures_of",
    "SELECT pg_advisory_xact_lock(hashtext('person of pictures'), hashtext($1::uuid::text))"};
constexpr Statement kInsertPicture{"user.insert_picture",
                                   "INSERT INTO picture (id, account_id, content, alt_text) "
                                   "VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"};
constexpr Statement kDeletePicture{"user.delete_picture", "DELETE FROM picture WHERE id = $1"};

constexpr ComposedStatement kHold{
    "user.hold_pictures",
    kFromPictures + "i.id = ANY ($1::uuid[]) AND i.account_id = $2 ORDER BY i.id FOR NO KEY UPDATE OF i"};
constexpr Statement kKeep{"user.keep_pictures", R"sql(
INSERT INTO picture_keep AS k (shown_by, picture_id, claim)
SELECT $1, wanted.id, $2 FROM unnest($3::uuid[]) AS wanted (id)
ON CONFLICT (shown_by, picture_id) DO UPDATE SET claim = greatest(k.claim, excluded.claim))sql"};
constexpr Statement kUse{"user.use_pictures", R"sql(
UPDATE picture SET unused_since = NULL WHERE id = ANY ($1::uuid[]) AND unused_since IS NOT NULL)sql"};

struct Released {
  PictureId id;
};
constexpr Columns kReleased{Column{"i.id", &Released::id}};
constexpr ComposedStatement kHoldReleased{"user.hold_released_pictures", "SELECT " + kReleased + R"sql(
FROM picture i WHERE i.id IN (
  SELECT picture_id FROM picture_keep WHERE shown_by = $1 AND claim <= $2 AND picture_id <> ALL ($3::uuid[]))
ORDER BY i.id FOR NO KEY UPDATE)sql"};
// A later claim may have come before the lock.
constexpr Statement kRelease{"user.release_pictures", R"sql(
DELETE FROM picture_keep WHERE shown_by = $1 AND claim <= $2 AND picture_id = ANY ($3::uuid[]))sql"};
constexpr Statement kLeaveUnused{"user.leave_pictures_unused", R"sql(
UPDATE picture i SET unused_since = market_now() WHERE i.id = ANY ($1::uuid[]) AND i.unused_since IS NULL
AND NOT EXISTS (SELECT FROM picture_keep k WHERE k.picture_id = i.id))sql"};

constexpr ComposedStatement kFindUnused{
    "user.find_unused_picture",
    kFromPictures + "i.unused_since <= market_now() - $1::interval ORDER BY i.unused_since LIMIT 1"};
constexpr Statement kLockUnused{"user.lock_unused_picture", R"sql(
SELECT FROM picture WHERE id = $1 AND unused_since <= market_now() - $2::interval FOR UPDATE)sql"};
constexpr ComposedStatement kFindSomeOf{"user.find_some_picture_of",
                                        kFromPictures + "i.account_id = $1 ORDER BY i.id LIMIT 1"};
constexpr Statement kForgetKeeps{"user.forget_keeps", "DELETE FROM picture_keep WHERE picture_id = $1"};

}  // namespace

Error Pictures::TooMany() const {
  return Error(Code::kFailedPrecondition, "LIMIT_REACHED",
               "an account can have at most " + std::to_string(per_account_max_) + " pictures")
      .WithMetadata("limit", std::to_string(per_account_max_));
}

Task<std::optional<Picture>> Pictures::Find(Work work, AccountId owner, std::string content) {
  Batch look("user.look_for_picture");
  look.Add(kFindAgain, owner, content).Add(kCountPictures, owner);
  const auto found = co_await database_.Write(work, std::move(look));
  auto picture = kPicture.ReadAtMostOne(found[0]);
  if (!picture && kPictureCount.ReadOne(found[1]).pictures >= per_account_max_) throw TooMany();
  co_return picture;
}

Task<std::optional<Picture>> Pictures::Create(Work work, NewPicture picture) {
  const auto insert = [&](postgres::Tx& tx) -> Task<std::optional<Picture>> {
    Batch look("user.begin_picture");
    Files::AppendUse(look, picture.content, picture.files);
    look.Add(kLockOwner, picture.owner)
        .Add(kFindAgain, picture.owner, picture.content)
        .Add(kCountPictures, picture.owner);
    const auto found = co_await tx.Execute(std::move(look));
    if (found[0].AffectedRows() == 0) co_return std::nullopt;
    if (auto earlier = kPicture.ReadAtMostOne(found[2])) co_return earlier;
    if (kPictureCount.ReadOne(found[3]).pictures >= per_account_max_) throw TooMany();
    Batch batch("user.create_picture");
    batch.Add(kInsertPicture, picture.id, picture.owner, picture.content, picture.alt_text)
        .Add(kGetPicture, picture.id, picture.owner);
    co_return kPicture.ReadOne((co_await tx.ExecuteAndCommit(std::move(batch))).back());
  };
  co_return co_await database_.Transaction(work, insert);
}

Task<Picture> Pictures::Get(Work work, AccountId owner, PictureId id) {
  auto picture = kPicture.ReadAtMostOne(co_await database_.Read(work, kGetPicture, id, owner));
  if (!picture) throw NotFound("the picture");
  co_return *std::move(picture);
}

Task<std::vector<Picture>> Pictures::List(Work work, AccountId owner, std::optional<PictureId> after,
                                          int limit) {
  co_return kPicture.ReadAll(co_await database_.List(work, kListPictures, owner, after, limit));
}

Task<> Pictures::Delete(Work work, AccountId owner, PictureId id) {
  const auto remove = [&](postgres::Tx& tx) -> Task<> {
    const auto seen = kPicture.ReadAtMostOne(co_await tx.Execute(kGetPicture, id, owner));
    if (!seen) throw NotFound("the picture");
    // The files before the picture, as when it was made.
    Batch look("user.hold_picture");
    Files::AppendLock(look, seen->content);
    look.Add(kLockPicture, id, owner);
    if (!kPicture.ReadAtMostOne((co_await tx.Execute(std::move(look))).back())) throw NotFound("the picture");
    Batch batch("user.delete_picture");
    batch.Add(kDeletePicture, id);
    Files::AppendLeave(batch, seen->content);
    co_await tx.ExecuteAndCommit(std::move(batch));
  };
  try {
    co_await database_.Transaction(work, remove);
  } catch (const SqlError& error) {
    if (error.constraint != "picture_in_use") throw;
    throw Error(Code::kFailedPrecondition, "PICTURE_IN_USE", "something shows the picture, such as a review");
  }
}

Task<std::vector<Picture>> Pictures::Keep(Work work, AccountId owner, PictureClaim claim,
                                          std::vector<PictureId> wanted) {
  const auto keep = [&](postgres::Tx& tx) -> Task<std::vector<Picture>> {
    auto held = kPicture.ReadAll(co_await tx.Execute(kHold, wanted, owner));
    if (held.size() < wanted.size()) co_return held;
    Batch batch("user.keep_pictures");
    batch.Add(kKeep, claim.shower, claim.number, wanted).Add(kUse, wanted);
    co_await tx.ExecuteAndCommit(std::move(batch));
    co_return held;
  };
  co_return co_await database_.Transaction(work, keep);
}

Task<> Pictures::Settle(Work work, PictureClaim claim, std::vector<PictureId> shown) {
  const auto settle = [&](postgres::Tx& tx) -> Task<> {
    std::vector<PictureId> released;
    const auto held = co_await tx.Execute(kHoldReleased, claim.shower, claim.number, shown);
    for (const auto& [id] : kReleased.ReadAll(held)) released.push_back(id);
    if (released.empty()) co_return;
    Batch batch("user.settle_pictures");
    batch.Add(kRelease, claim.shower, claim.number, released).Add(kLeaveUnused, released);
    co_await tx.ExecuteAndCommit(std::move(batch));
  };
  co_await database_.Transaction(work, settle);
}

Task<bool> Pictures::SweepUnused(Work work) {
  const std::chrono::microseconds stays = domain::kUnusedPictureStays;
  const auto sweep = [&](postgres::Tx& tx) -> Task<bool> {
    const auto unused = kPicture.ReadAtMostOne(co_await tx.Execute(kFindUnused, stays));
    if (!unused) co_return false;
    Batch look("user.hold_unused_picture");
    Files::AppendLock(look, unused->content);
    look.Add(kLockUnused, unused->id, stays);
    // It may have gone, or be kept by now; what else is unused is for the next time.
    if ((co_await tx.Execute(std::move(look))).back().AffectedRows() == 0) co_return true;
    Batch batch("user.sweep_picture");
    batch.Add(kDeletePicture, unused->id);
    Files::AppendLeave(batch, unused->content);
    co_await tx.ExecuteAndCommit(std::move(batch));
    co_return true;
  };
  co_return co_await database_.Transaction(work, sweep);
}

// Each in a transaction of its own, so that the files of several are never locked at once.
Task<std::size_t> Pictures::Forget(Work work, AccountId owner) {
  const auto forget = [&](postgres::Tx& tx) -> Task<bool> {
    const auto some = kPicture.ReadAtMostOne(co_await tx.Execute(kFindSomeOf, owner));
    if (!some) co_return false;
    Batch batch("user.forget_picture");
    Files::AppendLock(batch, some->content);
    batch.Add(kLockPicture, some->id, owner).Add(kForgetKeeps, some->id).Add(kDeletePicture, some->id);
    Files::AppendLeave(batch, some->content);
    co_await tx.ExecuteAndCommit(std::move(batch));
    co_return true;
  };
  std::size_t forgotten = 0;
  while (co_await database_.Transaction(work, forget)) ++forgotten;
  co_return forgotten;
}

}  // namespace market::user::storage
