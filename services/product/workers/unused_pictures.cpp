#include "services/product/workers/unused_pictures.hpp"

namespace market::product {
namespace {

constexpr std::chrono::seconds kLookEvery{1};
constexpr std::chrono::seconds kStepLimit{5};

}  // namespace

UnusedPictures::UnusedPictures(PictureMaker& maker)
    : removing_({.name = "product.pictures", .period = kLookEvery}, [&maker]() -> Task<runtime::Every::Next> {
        const bool removed = co_await maker.RemoveDue(runtime::After(kStepLimit));
        co_return removed ? runtime::Every::Next::kAtOnce : runtime::Every::Next::kLater;
      }) {}

}  // namespace market::product
