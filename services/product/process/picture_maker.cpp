#include "services/product/process/picture_maker.hpp"

#include <utility>

namespace market::product {

PictureMaker::PictureMaker(storage::Pictures& rows, pictures::PictureStore* store,
                           pictures::Maker::Options options)
    : rows_(rows), maker_(rows.Files(), store, options) {}

Task<domain::Picture> PictureMaker::Make(Work work, storage::NewPicture wanted, std::string file,
                                         audit::Act act) {
  co_return co_await maker_.Make(
      work, wanted.content, std::move(file), [&] { return rows_.Find(work, wanted.seller, wanted.content); },
      [&](std::int64_t files) {
        wanted.files = files;
        return rows_.Create(work, wanted, act);
      });
}

}  // namespace market::product
