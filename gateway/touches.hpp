// What was touched lately, in order: by it the cache tells whether an answer is still the newest that its gateway knows of.
//
// Owner: the cache of answers. Io thread only. Bounded: what was touched before `age` is forgotten, since no answer is kept
// for so long, and beyond kTouchesMax all is; what is not known any more counts as touched.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>

#include "gateway/names.hpp"

namespace market::gateway {

class Touches {
 public:
  // A moment in the order of touches: all of the positions below it have happened.
  using Position = std::uint64_t;
  using Moment = std::chrono::steady_clock::time_point;
  static constexpr std::size_t kTouchesMax = 65'536;

  explicit Touches(std::chrono::milliseconds age) : age_(age) {}

  Position Now() const { return forgotten_ + touches_.size(); }
  void Add(std::span<const Name> names, Moment now);
  // Whether one of `names`, which are in order, was touched between two moments.
  bool Any(std::span<const Name> names, Position from, Position to) const;

 private:
  struct Touch {
    Name name;
    Moment at;
  };

  const std::chrono::milliseconds age_;
  std::deque<Touch> touches_;
  Position forgotten_ = 0;
};

}  // namespace market::gateway
