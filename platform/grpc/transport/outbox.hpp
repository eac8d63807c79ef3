// Internal to platform/grpc. The messages of one stream on their way out.
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "platform/grpc/transport/wire.hpp"

namespace market::grpc {

class Outbox {
 public:
  // kYes: sent messages stay until Clear, so that Rewind can send them again.
  enum class Keep { kNo, kYes };

  explicit Outbox(Keep keep) : keep_(keep) {}

  void Push(std::string message) {
    bytes_ += kPrefixBytes + message.size();
    const auto prefix = MessagePrefix(message.size());
    items_.push_back({prefix, std::move(message)});
  }
  void Finish() { finished_ = true; }

  std::size_t Bytes() const { return bytes_; }
  bool Empty() const { return bytes_ == 0; }
  bool Finished() const { return finished_; }
  bool Untouched() const { return head_ == 0 && offset_ == 0; }
  bool InsideMessage() const { return offset_ > 0; }

  // Appends the next `count` bytes to `out`; `count` is at most Bytes().
  void Take(std::size_t count, std::string& out) {
    bytes_ -= count;
    while (count > 0) {
      Item& item = items_[head_];
      if (offset_ < kPrefixBytes) {
        const std::size_t part = std::min(count, kPrefixBytes - offset_);
        out.append(item.prefix.data() + offset_, part);
        Advance(part, count);
      }
      const std::size_t part = std::min(count, kPrefixBytes + item.body.size() - offset_);
      out.append(item.body, offset_ - std::min(offset_, kPrefixBytes), part);
      Advance(part, count);
      if (offset_ == kPrefixBytes + item.body.size()) NextItem();
    }
  }

  // Back to the first message; only when sent messages are kept, or nothing was taken yet.
  void Rewind() {
    head_ = offset_ = bytes_ = 0;
    for (const Item& item : items_) bytes_ += kPrefixBytes + item.body.size();
  }

  void Clear() {
    items_.clear();
    head_ = offset_ = bytes_ = 0;
  }

 private:
  struct Item {
    std::array<char, kPrefixBytes> prefix;
    std::string body;
  };

  void Advance(std::size_t part, std::size_t& count) {
    offset_ += part;
    count -= part;
  }

  void NextItem() {
    offset_ = 0;
    if (keep_ == Keep::kNo) std::string().swap(items_[head_].body);
    ++head_;
    if (head_ == items_.size() && keep_ == Keep::kNo) {
      items_.clear();
      head_ = 0;
    }
  }

  Keep keep_;
  std::vector<Item> items_;
  std::size_t head_ = 0;
  std::size_t offset_ = 0;  // in items_[head_], prefix included
  std::size_t bytes_ = 0;   // not taken yet
  bool finished_ = false;
};

}  // namespace market::grpc
