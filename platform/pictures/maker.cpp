#include "platform/pictures/maker.hpp"

#include <chrono>
#include <utility>
#include <variant>

namespace market::pictures {
namespace {

constexpr std::size_t kRemovalsWaiting = 4;

Error ErrorOf(const Refused& refused) {
  if (refused.why == Refused::Why::kTooLarge)
    return Error(Code::kInvalidArgument, "PICTURE_TOO_LARGE", refused.detail);
  return Error(Code::kInvalidArgument, "PICTURE_UNREADABLE", refused.detail);
}

// Nobody waits for what comes late.
void CheckWanted(const Work& work) {
  if (std::chrono::steady_clock::now() >= work.deadline)
    throw DeadlineExceeded("it took too long until it was its turn");
}

}  // namespace

void CheckFileSize(std::int64_t bytes) {
  if (bytes <= kFileBytesMax) return;
  throw Error(Code::kInvalidArgument, "PICTURE_TOO_LARGE",
              "a file may have at most " + std::to_string(kFileBytesMax) + " bytes");
}

Maker::Maker(picture_files::Files& files, PictureStore* store, Options options)
    : files_(files),
      store_(store),
      place_(options.place),
      encoder_(options.limits),
      pool_(options.threads, options.queue),
      removing_(1, kRemovalsWaiting) {}

void Maker::RequireStore() const {
  if (store_ == nullptr) throw Unavailable("this marketplace keeps no pictures");
}

Task<std::shared_ptr<const Encoded>> Maker::Encode(Work work, std::string file) {
  auto made = co_await pool_.Run([this, work, file = std::move(file)] {
    CheckWanted(work);
    return encoder_.Encode(file);
  });
  if (const auto* refused = std::get_if<Refused>(&made)) throw ErrorOf(*refused);
  co_return std::make_shared<const Encoded>(std::get<Encoded>(std::move(made)));
}

Task<> Maker::Put(Work work, std::string content, std::shared_ptr<const Encoded> encoded) {
  co_await pool_.Run([this, work, content = std::move(content), encoded = std::move(encoded)] {
    for (const auto& file : encoded->files) {
      CheckWanted(work);
      store_->Put(FileOf(place_, content, file.width, file.format), file.bytes, MediaTypeOf(file.format));
    }
    return true;
  });
}

Task<bool> Maker::RemoveDue(Work work) {
  if (store_ == nullptr) co_return false;
  // After the deadline the row is not locked any more: whoever wants the files may be putting them again.
  co_return co_await files_.TakeDue(work, [this, work](picture_files::Files::Kept kept) -> Task<> {
    co_await removing_.Run([this, work, kept = std::move(kept)] {
      for (const auto& file : FilesOf(place_, kept.content, kept.look)) {
        CheckWanted(work);
        store_->Remove(file);
      }
      return true;
    });
  });
}

}  // namespace market::pictures
