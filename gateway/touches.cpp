#include "gateway/touches.hpp"

#include <algorithm>

namespace market::gateway {

void Touches::Add(std::span<const Name> names, Moment now) {
  while (!touches_.empty() && now - touches_.front().at > age_) {
    touches_.pop_front();
    ++forgotten_;
  }
  for (const Name name : names) touches_.push_back({name, now});
  if (touches_.size() <= kTouchesMax) return;
  forgotten_ += touches_.size();
  touches_.clear();
}

bool Touches::Any(std::span<const Name> names, Position from, Position to) const {
  if (from >= to) return false;
  if (from < forgotten_) return true;
  const auto first = touches_.begin() + static_cast<std::ptrdiff_t>(from - forgotten_);
  const auto last = touches_.begin() + static_cast<std::ptrdiff_t>(to - forgotten_);
  return std::any_of(first, last,
                     [&](const Touch& touch) { return std::ranges::binary_search(names, touch.name); });
}

}  // namespace market::gateway
