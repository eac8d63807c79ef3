#include "services/product/process/picture_maker.hpp"

#include <memory>
#include <utility>
#include <variant>

#include "platform/core/error.hpp"

namespace market::product {
namespace {

// How often files may be let go while they are put, before the uploader is told to try again.
constexpr int kTries = 3;
constexpr std::size_t kRemovalsWaiting = 4;

Error ErrorOf(const pictures::Refused& refused) {
  if (refused.why == pictures::Refused::Why::kTooLarge)
    return Error(Code::kInvalidArgument, "PICTURE_TOO_LARGE", refused.detail);
  return Error(Code::kInvalidArgument, "PICTURE_UNREADABLE", refused.detail);
}

// Nobody waits for what comes late.
void CheckWanted(const Work& work) {
  if (std::chrono::steady_clock::now() >= work.deadline)
    throw DeadlineExceeded("it took too long until it was its turn");
}

}  // namespace

PictureMaker::PictureMaker(storage::Pictures& rows, pictures::PictureStore* store, Options options)
    : rows_(rows),
      store_(store),
      encoder_(options.limits),
      pool_(options.threads, options.queue),
      removing_(1, kRemovalsWaiting) {}

Task<pictures::Encoded> PictureMaker::Encode(Work work, std::string file) {
  auto made = co_await pool_.Run([this, work, file = std::move(file)] {
    CheckWanted(work);
    return encoder_.Encode(file);
  });
  if (const auto* refused = std::get_if<pictures::Refused>(&made)) throw ErrorOf(*refused);
  co_return std::get<pictures::Encoded>(std::move(made));
}

Task<> PictureMaker::Put(Work work, std::string content, std::shared_ptr<const pictures::Encoded> encoded) {
  co_await pool_.Run([this, work, content = std::move(content), encoded = std::move(encoded)] {
    for (const auto& file : encoded->files) {
      CheckWanted(work);
      store_->Put(domain::FileOf(content, file.width, file.format), file.bytes,
                  domain::MediaTypeOf(file.format));
    }
    return true;
  });
}

Task<domain::Picture> PictureMaker::Make(Work work, storage::NewPicture wanted, std::string file,
                                         audit::Act act) {
  if (store_ == nullptr) throw Unavailable("this marketplace keeps no pictures");
  if (auto earlier = co_await rows_.Find(work, wanted.seller, wanted.content)) co_return *std::move(earlier);
  const auto encoded = std::make_shared<const pictures::Encoded>(co_await Encode(work, std::move(file)));
  for (int tries = 0; tries < kTries; ++tries) {
    wanted.files = co_await rows_.Expect(work, wanted.content, encoded->look);
    co_await Put(work, wanted.content, encoded);
    if (auto made = co_await rows_.Create(work, wanted, act)) co_return *std::move(made);
  }
  throw Unavailable("the same picture is being deleted; try again in a moment");
}

Task<bool> PictureMaker::RemoveDue(Work work) {
  if (store_ == nullptr) co_return false;
  // After the deadline the row is not locked any more: whoever wants the files may be putting them again.
  co_return co_await rows_.TakeDue(work, [this, work](storage::Pictures::Kept kept) -> Task<> {
    co_await removing_.Run([this, work, kept = std::move(kept)] {
      for (const auto& file : domain::FilesOf(kept.content, kept.look)) {
        CheckWanted(work);
        store_->Remove(file);
      }
      return true;
    });
  });
}

}  // namespace market::product
