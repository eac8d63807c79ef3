// Pictures of people in PostgreSQL; their files are somewhere else (platform/pictures), and platform/picture_files
// says which there are: Files().Expect, then the files, then Create on the way in; Delete, Forget or SweepUnused
// on the way out. What something keeps is not deleted or swept, until whoever shows it says that it does not.
//
// Every function on somebody's pictures takes whose they are; of others there are none (Error NOT_FOUND). Owner:
// the service; io thread only. Fails as platform/postgres/errors.hpp says, plus the refusals named at each
// function.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/core/error.hpp"
#include "platform/picture_files/files.hpp"
#include "platform/postgres/database.hpp"
#include "services/user/domain/picture.hpp"

namespace market::user::storage {

struct NewPicture {
  domain::PictureId id;
  AccountId owner;
  std::string content;
  std::string alt_text;
  std::int64_t files = 0;  // as Files().Expect has told
};

// Who shows pictures, and in which attempt: what a later one keeps is not an earlier one's to let go.
struct PictureClaim {
  domain::ShowerId shower;
  std::int64_t number = 0;
};

class Pictures {
 public:
  Pictures(postgres::Database& database, std::int64_t per_account_max)
      : database_(database), files_(database), per_account_max_(per_account_max) {}

  // Of this content, if the account has it already: it stays for another day. LIMIT_REACHED where it has not and
  // may not have another.
  Task<std::optional<domain::Picture>> Find(Work work, AccountId owner, std::string content);
  // When the files are there. The account's picture of the same content, if it has it by now. Nothing where the
  // files were let go meanwhile: they have to be expected and put again. LIMIT_REACHED.
  Task<std::optional<domain::Picture>> Create(Work work, NewPicture picture);

  Task<domain::Picture> Get(Work work, AccountId owner, domain::PictureId id);
  // The newest first, at most `limit`.
  Task<std::vector<domain::Picture>> List(Work work, AccountId owner, std::optional<domain::PictureId> after,
                                          int limit);
  // PICTURE_IN_USE.
  Task<> Delete(Work work, AccountId owner, domain::PictureId id);

  // Keeps all of them, or none where one is not there; gives those that are. Again changes nothing.
  Task<std::vector<domain::Picture>> Keep(Work work, AccountId owner, PictureClaim claim,
                                          std::vector<domain::PictureId> wanted);
  // Lets go all that the claim and earlier ones of the same shower keep, but what it shows. Again changes nothing.
  Task<> Settle(Work work, PictureClaim claim, std::vector<domain::PictureId> shown);

  // Deletes one that nothing has kept for a day. False: there is none.
  Task<bool> SweepUnused(Work work);
  // Deletes all of somebody's, whatever shows them; gives how many there were.
  Task<std::size_t> Forget(Work work, AccountId owner);

  // Those of all pictures, which come before them and go after them.
  picture_files::Files& Files() { return files_; }

 private:
  Error TooMany() const;

  postgres::Database& database_;
  picture_files::Files files_;
  const std::int64_t per_account_max_;
};

}  // namespace market::user::storage
