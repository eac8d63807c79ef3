// Lets go pictures that nothing has shown for a day, and files of pictures that nobody has any more: of those
// that were deleted at once, of uploads that broke off after an hour.
#pragma once
#include "platform/runtime/every.hpp"
#include "services/user/process/picture_maker.hpp"

namespace market::user {

// Any number of replicas may. `pictures` and `maker` must outlive it.
class UnusedPictures {
 public:
  UnusedPictures(storage::Pictures& pictures, PictureMaker& maker);

  runtime::Every& Removing() { return removing_; }

 private:
  runtime::Every removing_;
};

}  // namespace market::user
