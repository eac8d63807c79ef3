// Pictures of shops in PostgreSQL; their files are somewhere else (platform/pictures), and platform/picture_files
// says which there are: Files().Expect, then the files, then Create on the way in; Delete on the way out.
// What is not in the scope does not exist (Error NOT_FOUND). Owner: the service; io thread
// only. Fails as platform/postgres does, plus the refusals named at each function.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "platform/audit/audit.hpp"
#include "platform/picture_files/files.hpp"
#include "platform/postgres/database.hpp"
#include "services/product/domain/picture.hpp"
#include "services/product/storage/seller_scope.hpp"

namespace market::product::storage {

struct NewPicture {
  domain::PictureId id;
  SellerId seller;
  std::string content;
  std::string alt_text;
  std::int64_t files = 0;  // as Files().Expect has told
};

class Pictures {
 public:
  static constexpr std::int64_t kPerShopMax = 10'000;

  explicit Pictures(postgres::Database& database, std::int64_t per_shop_max = kPerShopMax)
      : database_(database), files_(database), per_shop_max_(per_shop_max) {}

  // Of this content, if the shop has it already. LIMIT_REACHED where it has not and may not have another.
  Task<std::optional<domain::Picture>> Find(Work work, SellerId seller, std::string content);
  // When the files are there. The shop's picture of the same content, if it has it by now. Nothing where the
  // files were let go meanwhile: they have to be expected and put again. LIMIT_REACHED.
  Task<std::optional<domain::Picture>> Create(Work work, NewPicture picture, audit::Act act);

  Task<domain::Picture> Get(Work work, domain::PictureId id, SellerScope scope);
  // The newest first, at most `limit`.
  Task<std::vector<domain::Picture>> List(Work work, SellerId seller, std::optional<domain::PictureId> after,
                                          int limit);
  // Products that have it change with it, each with an event. Nothing happens where it was so before.
  // ETAG_MISMATCH.
  Task<domain::Picture> Update(Work work, domain::PictureId id, SellerScope scope,
                               std::optional<std::string> alt_text, std::optional<std::int64_t> if_version,
                               audit::Act act);
  // PICTURE_IN_USE, ETAG_MISMATCH.
  Task<> Delete(Work work, domain::PictureId id, SellerScope scope, std::optional<std::int64_t> if_version,
                audit::Act act);

  // Those of all pictures, which come before them and go after them.
  picture_files::Files& Files() { return files_; }

 private:
  Error TooMany() const;

  postgres::Database& database_;
  picture_files::Files files_;
  const std::int64_t per_shop_max_;
};

}  // namespace market::product::storage
