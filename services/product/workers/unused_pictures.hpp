// Lets go the files of pictures that nobody has any more: of those that were deleted at once, of uploads that
// broke off after an hour.
#pragma once
#include "platform/runtime/every.hpp"
#include "services/product/process/picture_maker.hpp"

namespace market::product {

// Any number of replicas may. `maker` must outlive it.
class UnusedPictures {
 public:
  explicit UnusedPictures(PictureMaker& maker);

  runtime::Every& Removing() { return removing_; }

 private:
  runtime::Every removing_;
};

}  // namespace market::product
