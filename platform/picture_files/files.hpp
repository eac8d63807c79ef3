// Which files of pictures a service keeps, in its own database (migration set "picture_files"), whose table
// `picture` says who has them.
//
// Expect, then the files, then Use with the row of the picture on the way in; Leave with the end of that row,
// then TakeDue on the way out. Whatever breaks between, no picture is without its files, and files that nobody
// has go in the end. Locks are taken in this order: files, then pictures. Owner: the service; `database` must
// outlive it. Io thread only. Fails as platform/postgres/errors.hpp says.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "platform/core/picture.hpp"
#include "platform/postgres/database.hpp"

namespace market::picture_files {

class Files {
 public:
  explicit Files(postgres::Database& database) : database_(database) {}

  // That files of this content are about to be put: they stay for an hour, even if the process does not.
  // Gives what Use needs.
  Task<std::int64_t> Expect(Work work, std::string content, PictureLook look);

  struct Kept {
    std::string content;
    PictureLook look;
  };
  // Lets go the files that have been due for the longest time: `remove` is called, nobody puts them
  // meanwhile, and their row goes when it comes back. False: none is due. Two at once never take the same.
  Task<bool> TakeDue(Work work, std::function<Task<>(Kept)> remove);

  // For the transaction of a picture. Use, of files as Expect has told: they stay while a picture has them. It
  // changes no row where they were let go meanwhile: they have to be expected and put again.
  static void AppendUse(postgres::Batch& batch, std::string_view content, std::int64_t number);
  // Before the row of a picture is locked that is to go.
  static void AppendLock(postgres::Batch& batch, std::string_view content);
  // After it: the files are due at once, unless another picture has them.
  static void AppendLeave(postgres::Batch& batch, std::string_view content);

 private:
  postgres::Database& database_;
};

}  // namespace market::picture_files
