// Makes pictures of what people upload and lets their files go, one step at a time, in threads of its own:
// neither libvips nor a disk keeps the io thread waiting.
//
// Owner: the service; `files` and `store` outlive it, and it waits for its threads when it ends: for
// Encoder::Limits::time_max at most, and for the store. Io thread only. What waits for a thread is bounded;
// more is refused.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "platform/core/error.hpp"
#include "platform/core/picture.hpp"
#include "platform/picture_files/files.hpp"
#include "platform/pictures/encoder.hpp"
#include "platform/pictures/picture_store.hpp"
#include "platform/runtime/blocking_pool.hpp"

namespace market::pictures {

inline constexpr std::int64_t kFileBytesMax = 10LL * 1024 * 1024;  // upload_bytes_max in the contract
// Throws Error PICTURE_TOO_LARGE. The gateway lets no more pass; over gRPC the pieces are counted by the upload
// alone.
void CheckFileSize(std::int64_t bytes);

class Maker {
 public:
  struct Options {
    PicturePlace place = PicturePlace::kShops;
    std::size_t threads = 1;
    std::size_t queue = 16;  // files that wait for one, each held in memory
    Encoder::Limits limits = {};
  };

  // `store` may be null: then nothing can be uploaded.
  Maker(picture_files::Files& files, PictureStore* store, Options options);

  // The picture of the file, which is `content` by its SHA-256, with its files in the store. `find` gives the
  // one that its owner has already, if any; `create(number)` writes it, given what Files::Expect has told, or
  // gives nothing where the files were let go meanwhile. Throws Error PICTURE_UNREADABLE, PICTURE_TOO_LARGE,
  // OVERLOADED, DEADLINE_EXCEEDED, UNAVAILABLE (no store), and as those two.
  template <class Find, class Create>
  auto Make(Work work, std::string content, std::string file, Find find, Create create)
      -> Task<typename decltype(find())::value_type::value_type>;

  // Lets go the files of one content that nobody has any more. False: there is none.
  Task<bool> RemoveDue(Work work);

  std::size_t Pending() const { return pool_.Pending(); }

 private:
  // How often files may be let go while they are put, before the uploader is told to try again.
  static constexpr int kTries = 3;

  void RequireStore() const;
  Task<std::shared_ptr<const Encoded>> Encode(Work work, std::string file);
  Task<> Put(Work work, std::string content, std::shared_ptr<const Encoded> encoded);

  picture_files::Files& files_;
  PictureStore* store_;
  const PicturePlace place_;
  const Encoder encoder_;
  runtime::BlockingPool pool_;  // last: their threads end first
  runtime::BlockingPool removing_;
};

template <class Find, class Create>
auto Maker::Make(Work work, std::string content, std::string file, Find find, Create create)
    -> Task<typename decltype(find())::value_type::value_type> {
  RequireStore();
  if (auto earlier = co_await find()) co_return *std::move(earlier);
  const auto encoded = co_await Encode(work, std::move(file));
  for (int tries = 0; tries < kTries; ++tries) {
    const auto number = co_await files_.Expect(work, content, encoded->look);
    co_await Put(work, content, encoded);
    if (auto made = co_await create(number)) co_return *std::move(made);
  }
  throw Unavailable("the same picture is being deleted; try again in a moment");
}

}  // namespace market::pictures
