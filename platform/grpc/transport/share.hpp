// Internal to platform/grpc. A limited number of something, of which callers from outside may take a part only, so that
// a crowd of strangers never takes what the services need among themselves.
//
// Plain values, O(1). Io thread only. A Place must not outlive its Share.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace market::grpc {

// kService has proved an identity of its own; kOutside is the edge, which speaks for strangers, or nobody we know.
enum class Caller : std::uint8_t { kOutside, kService };

class Share {
 public:
  Share(std::size_t limit, unsigned outside_percent)
      : limit_(limit), outside_limit_(std::max<std::size_t>(1, limit * outside_percent / 100)) {}

  // False, and nothing is taken, when so much is not left for this caller.
  bool Take(Caller caller, std::size_t amount) {
    if (amount > limit_ - taken_) return false;
    if (caller == Caller::kOutside) {
      if (amount > outside_limit_ - outside_) return false;
      outside_ += amount;
    }
    taken_ += amount;
    return true;
  }
  void Give(Caller caller, std::size_t amount) {
    taken_ -= amount;
    if (caller == Caller::kOutside) outside_ -= amount;
  }

  std::size_t Taken() const { return taken_; }
  std::size_t TakenOutside() const { return outside_; }

 private:
  std::size_t limit_;
  std::size_t outside_limit_;
  std::size_t taken_ = 0;
  std::size_t outside_ = 0;
};

// One of them, given back by its end.
class Place {
 public:
  Place() = default;
  Place(Share& share, Caller caller) : share_(share.Take(caller, 1) ? &share : nullptr), caller_(caller) {}
  Place(Place&& other) noexcept : share_(std::exchange(other.share_, nullptr)), caller_(other.caller_) {}
  Place& operator=(Place&& other) noexcept {
    std::swap(share_, other.share_);
    std::swap(caller_, other.caller_);
    return *this;
  }
  ~Place() {
    if (share_ != nullptr) share_->Give(caller_, 1);
  }

  explicit operator bool() const { return share_ != nullptr; }

 private:
  Share* share_ = nullptr;
  Caller caller_ = Caller::kOutside;
};

}  // namespace market::grpc
