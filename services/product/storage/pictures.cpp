#include "services/product/storage/pictures.hpp"

#include "platform/core/error.hpp"
#include "platform/events/event.hpp"
#include "platform/postgres/columns.hpp"
#include "services/product/messages.hpp"

namespace market::product::storage {
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
                           Column{"i.seller_id", &Picture::seller},
                           Column{"i.content", &Picture::content},
                           Column{"i.alt_text", &Picture::alt_text},
                           Column{"f.width", &Picture::look, &PictureLook::width},
                           Column{"f.height", &Picture::look, &PictureLook::height},
                           Column{"f.colour", &Picture::look, &PictureLook::colour},
                           Column{"i.version", &Picture::version},
                           Column{"i.created_at", &Picture::created_at},
                           Column{"i.updated_at", &Picture::updated_at}};
constexpr auto kFromPictures =
    "SELECT " + kPicture + Sql{" FROM picture i JOIN picture_file f ON f.content = i.content WHERE "};

constexpr ComposedStatement kFindPicture{"picture.find",
                                         kFromPictures + "i.seller_id = $1 AND i.content = $2"};
constexpr ComposedStatement kGetPicture{"picture.get", kFromPictures + "i.id = $1 AND i.seller_id = ANY($2)"};
constexpr ComposedStatement kListPictures{
    "picture.list",
    kFromPictures + "i.seller_id = $1 AND ($2::uuid IS NULL OR i.id < $2) ORDER BY i.id DESC LIMIT $3"};
constexpr ComposedStatement kLockPicture{
    "picture.lock", kFromPictures + "i.id = $1 AND i.seller_id = ANY($2) FOR NO KEY UPDATE OF i"};

struct PictureCount {
  std::int64_t pictures = 0;
};
constexpr Columns kPictureCount{Column{"count(*)", &PictureCount::pictures}};
constexpr ComposedStatement kCountPictures{"picture.count",
                                           "SELECT " + kPictureCount + " FROM picture WHERE seller_id = $1"};
// Pictures of one shop are counted and added one after the other.
constexpr Statement kLockShop{
    "picture.lock_shop",
    "SELECT pg_advisory_xact_lock(hashtext('shop of pictures'), hashtext($1::uuid::text))"};

constexpr Statement kInsertPicture{
    "picture.insert",
    "INSERT INTO picture (id, seller_id, content, alt_text) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"};
constexpr Statement kDescribe{
    "picture.describe",
    "UPDATE picture SET alt_text = $2, version = version + 1, updated_at = market_now() WHERE id = $1"};
constexpr Statement kDeletePicture{"picture.delete", "DELETE FROM picture WHERE id = $1"};

constexpr Statement kLockShowing{
    "picture.lock_products",
    "SELECT FROM product WHERE id IN (SELECT product_id FROM product_picture WHERE picture_id = $1) "
    "ORDER BY id FOR NO KEY UPDATE"};
struct ShowingProduct {
  domain::ProductId id;
  SellerId seller;
  std::int64_t version = 0;
};
constexpr Columns kShowingProduct{Column{"p.id", &ShowingProduct::id},
                                  Column{"p.seller_id", &ShowingProduct::seller},
                                  Column{"p.version", &ShowingProduct::version}};
constexpr ComposedStatement kShowAnew{
    "picture.show_anew",
    "UPDATE product p SET version = version + 1, updated_at = market_now(), pictures = pictures_of("
    "  (SELECT array_agg(h.picture_id ORDER BY h.place) FROM product_picture h WHERE h.product_id = p.id)) "
    "WHERE id IN (SELECT product_id FROM product_picture WHERE picture_id = $1) RETURNING " +
        kShowingProduct};

void CheckVersion(const Picture& picture, std::optional<std::int64_t> if_version) {
  if (if_version && *if_version != picture.version)
    throw Error(Code::kAborted, "ETAG_MISMATCH", "the picture has changed since it was read");
}

audit::Act PictureRecord(audit::Act act, const Picture& picture) {
  act.target_type = "picture";
  act.target_id = picture.id.ToString();
  act.seller = picture.seller;
  return act;
}

}  // namespace

Error Pictures::TooMany() const {
  return Error(Code::kFailedPrecondition, "LIMIT_REACHED",
               "a shop can have at most " + std::to_string(per_shop_max_) + " pictures")
      .WithMetadata("limit", std::to_string(per_shop_max_));
}

Task<std::optional<Picture>> Pictures::Find(Work work, SellerId seller, std::string content) {
  Batch look("picture.look");
  look.Add(kFindPicture, seller, content).Add(kCountPictures, seller);
  const auto found = co_await database_.Read(work, std::move(look));
  auto picture = kPicture.ReadAtMostOne(found[0]);
  if (!picture && kPictureCount.ReadOne(found[1]).pictures >= per_shop_max_) throw TooMany();
  co_return picture;
}

Task<std::optional<Picture>> Pictures::Create(Work work, NewPicture picture, audit::Act act) {
  const auto insert = [&](postgres::Tx& tx) -> Task<std::optional<Picture>> {
    Batch look("picture.begin");
    Files::AppendUse(look, picture.content, picture.files);
    look.Add(kLockShop, picture.seller)
        .Add(kFindPicture, picture.seller, picture.content)
        .Add(kCountPictures, picture.seller);
    const auto found = co_await tx.Execute(std::move(look));
    if (found[0].AffectedRows() == 0) co_return std::nullopt;
    if (auto earlier = kPicture.ReadAtMostOne(found[2])) co_return earlier;
    if (kPictureCount.ReadOne(found[3]).pictures >= per_shop_max_) throw TooMany();
    Batch batch("picture.create");
    batch.Add(kInsertPicture, picture.id, picture.seller, picture.content, picture.alt_text)
        .Add(kFindPicture, picture.seller, picture.content);
    const auto made = kPicture.ReadOne((co_await tx.Execute(std::move(batch))).back());
    auto record = PictureRecord(act, made);
    record.after = {{"content", made.content}, {"altText", made.alt_text}};
    Batch told("picture.created");
    audit::Append(told, work, record);
    co_await tx.ExecuteAndCommit(std::move(told));
    co_return made;
  };
  co_return co_await database_.Transaction(work, insert);
}

Task<Picture> Pictures::Get(Work work, PictureId id, SellerScope scope) {
  auto picture = kPicture.ReadAtMostOne(co_await database_.Read(work, kGetPicture, id, scope));
  if (!picture) throw NotFound("the picture");
  co_return *std::move(picture);
}

Task<std::vector<Picture>> Pictures::List(Work work, SellerId seller, std::optional<PictureId> after,
                                          int limit) {
  co_return kPicture.ReadAll(co_await database_.List(work, kListPictures, seller, after, limit));
}

Task<Picture> Pictures::Update(Work work, PictureId id, SellerScope scope,
                               std::optional<std::string> alt_text, std::optional<std::int64_t> if_version,
                               audit::Act act) {
  const auto update = [&](postgres::Tx& tx) -> Task<Picture> {
    auto before = kPicture.ReadAtMostOne(co_await tx.Execute(kLockPicture, id, scope));
    if (!before) throw NotFound("the picture");
    CheckVersion(*before, if_version);
    if (!alt_text || *alt_text == before->alt_text) co_return *std::move(before);
    Batch batch("picture.update");
    batch.Add(kDescribe, id, *alt_text).Add(kLockShowing, id).Add(kShowAnew, id).Add(kGetPicture, id, scope);
    const auto results = co_await tx.Execute(std::move(batch));
    auto after = kPicture.ReadOne(results[3]);
    auto record = PictureRecord(act, after);
    record.before = {{"altText", before->alt_text}};
    record.after = {{"altText", after.alt_text}};
    Batch told("picture.updated");
    for (const auto& product : kShowingProduct.ReadAll(results[2]))
      events::Append(told, work, ProductChangedEvent(product.id, product.seller, product.version));
    audit::Append(told, work, record);
    co_await tx.ExecuteAndCommit(std::move(told));
    co_return after;
  };
  co_return co_await database_.Transaction(work, update);
}

Task<> Pictures::Delete(Work work, PictureId id, SellerScope scope, std::optional<std::int64_t> if_version,
                        audit::Act act) {
  const auto remove = [&](postgres::Tx& tx) -> Task<> {
    const auto seen = kPicture.ReadAtMostOne(co_await tx.Execute(kGetPicture, id, scope));
    if (!seen) throw NotFound("the picture");
    // The files before the picture, as when it was made.
    Batch look("picture.hold");
    Files::AppendLock(look, seen->content);
    look.Add(kLockPicture, id, scope);
    const auto picture = kPicture.ReadAtMostOne((co_await tx.Execute(std::move(look))).back());
    if (!picture) throw NotFound("the picture");
    CheckVersion(*picture, if_version);
    auto record = PictureRecord(act, *picture);
    record.before = {{"content", picture->content}, {"altText", picture->alt_text}};
    Batch batch("picture.delete");
    batch.Add(kDeletePicture, id);
    Files::AppendLeave(batch, picture->content);
    audit::Append(batch, work, record);
    co_await tx.ExecuteAndCommit(std::move(batch));
  };
  try {
    co_await database_.Transaction(work, remove);
  } catch (const SqlError& error) {
    if (error.constraint != "picture_in_use") throw;
    throw Error(Code::kFailedPrecondition, "PICTURE_IN_USE", "a product has the picture");
  }
}

}  // namespace market::product::storage
