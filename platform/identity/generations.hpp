// A bounded cache in two generations: when the young one is full it becomes the old one, and what is used
// again moves back. Nothing to do per hit but a look-up; what was not used lately goes. By text. Io thread
// only.
#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace market::identity {

template <class Entry>
class Generations {
 public:
  // At most twice `size` entries.
  explicit Generations(std::size_t size) : size_(size) {}

  // Good until the next call.
  Entry* Find(std::string_view key) {
    if (const auto hit = young_.find(key); hit != young_.end()) return &hit->second;
    const auto hit = old_.find(key);
    if (hit == old_.end()) return nullptr;
    auto node = old_.extract(hit);
    MakeRoom();
    return &young_.insert(std::move(node)).position->second;
  }

  Entry& Put(std::string_view key, Entry entry) {
    MakeRoom();
    return young_.insert_or_assign(std::string(key), std::move(entry)).first->second;
  }

  void Erase(std::string_view key) {
    for (auto* entries : {&young_, &old_}) {
      if (const auto hit = entries->find(key); hit != entries->end()) entries->erase(hit);
    }
  }

  void Clear() {
    young_.clear();
    old_.clear();
  }

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  using Entries = std::unordered_map<std::string, Entry, TextHash, std::equal_to<>>;

  void MakeRoom() {
    if (young_.size() < size_) return;
    old_ = std::move(young_);
    young_.clear();
  }

  const std::size_t size_;
  Entries young_;
  Entries old_;
};

}  // namespace market::identity
