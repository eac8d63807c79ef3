// A store that only remembers, for tests.
#pragma once
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>

#include "platform/pictures/picture_store.hpp"

namespace market::pictures {

class MemoryStore final : public PictureStore {
 public:
  void Put(std::string_view name, std::string_view bytes, std::string_view) override {
    const std::scoped_lock lock(mutex_);
    if (is_full_) throw std::runtime_error("the disk is full");
    files_[std::string(name)] = bytes;
  }
  void Remove(std::string_view name) override {
    const std::scoped_lock lock(mutex_);
    if (is_full_) throw std::runtime_error("the disk is full");
    files_.erase(std::string(name));
  }

  std::map<std::string, std::string> Files() const {
    const std::scoped_lock lock(mutex_);
    return files_;
  }
  // Nothing can be put or removed any more; or all can again.
  void Fill() { SetFull(true); }
  void Mend() { SetFull(false); }

 private:
  void SetFull(bool full) {
    const std::scoped_lock lock(mutex_);
    is_full_ = full;
  }

  mutable std::mutex mutex_;
  std::map<std::string, std::string> files_;
  bool is_full_ = false;
};

}  // namespace market::pictures
