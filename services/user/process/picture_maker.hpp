// Makes pictures of what people upload (platform/pictures), and their rows.
//
// Owner: the service; `rows` and `store` outlive it. Io thread only. What waits for a thread is bounded; more is
// refused.
#pragma once
#include <cstddef>
#include <string>

#include "platform/pictures/maker.hpp"
#include "services/user/storage/pictures.hpp"

namespace market::user {

class PictureMaker {
 public:
  // `store` may be null: then nothing can be uploaded.
  PictureMaker(storage::Pictures& rows, pictures::PictureStore* store, pictures::Maker::Options options);

  // The picture of the file, which is `wanted.content` by its SHA-256, with its files in the store. Throws
  // as pictures::Maker::Make and storage::Pictures::Create do.
  Task<domain::Picture> Make(Work work, storage::NewPicture wanted, std::string file);

  // Lets go the files of one content that nobody has any more. False: there is none.
  Task<bool> RemoveDue(Work work) { return maker_.RemoveDue(work); }

  std::size_t Pending() const { return maker_.Pending(); }

 private:
  storage::Pictures& rows_;
  pictures::Maker maker_;
};

}  // namespace market::user
