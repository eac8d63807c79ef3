#include "services/user/workers/unused_pictures.hpp"

namespace market::user {
namespace {

constexpr std::chrono::seconds kLookEvery{1};
constexpr std::chrono::seconds kStepLimit{5};

}  // namespace

UnusedPictures::UnusedPictures(storage::Pictures& pictures, PictureMaker& maker)
    : removing_({.name = "user.pictures", .period = kLookEvery},
                [&pictures, &maker]() -> Task<runtime::Every::Next> {
                  const bool swept = co_await pictures.SweepUnused(runtime::After(kStepLimit));
                  const bool removed = co_await maker.RemoveDue(runtime::After(kStepLimit));
                  co_return swept || removed ? runtime::Every::Next::kAtOnce : runtime::Every::Next::kLater;
                }) {}

}  // namespace market::user
