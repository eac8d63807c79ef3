// Makes pictures of what shops upload and lets their files go, one step at a time, in threads of its own:
// neither libvips nor a disk keeps the io thread waiting.
//
// Owner: the service; `rows` and `store` outlive it, and it waits for its threads when it ends: for
// Encoder::Limits::time_max at most, and for the store. Io thread only. What waits for a thread is bounded;
// more is refused.
#pragma once
#include <cstddef>
#include <string>

#include "platform/runtime/blocking_pool.hpp"
#include "services/product/pictures/encoder.hpp"
#include "services/product/pictures/picture_store.hpp"
#include "services/product/storage/pictures.hpp"

namespace market::product {

class PictureMaker {
 public:
  struct Options {
    std::size_t threads = 1;
    std::size_t queue = 16;  // files that wait for one, each held in memory
    pictures::Encoder::Limits limits;
  };

  // `store` may be null: then nothing can be uploaded.
  PictureMaker(storage::Pictures& rows, pictures::PictureStore* store, Options options);

  // The picture of the file, which is `wanted.content` by its SHA-256, with its files in the store. Throws
  // Error PICTURE_UNREADABLE, PICTURE_TOO_LARGE, OVERLOADED, DEADLINE_EXCEEDED, UNAVAILABLE (no store), and
  // as storage::Pictures::Create.
  Task<domain::Picture> Make(Work work, storage::NewPicture wanted, std::string file, audit::Act act);

  // Lets go the files of one content that nobody has any more. False: there is none.
  Task<bool> RemoveDue(Work work);

  std::size_t Pending() const { return pool_.Pending(); }

 private:
  Task<pictures::Encoded> Encode(Work work, std::string file);
  Task<> Put(Work work, std::string content, std::shared_ptr<const pictures::Encoded> encoded);

  storage::Pictures& rows_;
  pictures::PictureStore* store_;
  const pictures::Encoder encoder_;
  runtime::BlockingPool pool_;  // last: their threads end first
  runtime::BlockingPool removing_;
};

}  // namespace market::product
