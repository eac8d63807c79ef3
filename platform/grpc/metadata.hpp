// Call metadata: an ordered list of lower-case keys.
// Values of "-bin" keys are raw bytes here and base64 on the wire.
//
// A plain value. Keys may repeat; Get gives the first. The transport's own names (":path", "content-type",
// "te", "grpc-timeout" …) never appear, and are left out when somebody adds them.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace market::grpc {

class Metadata {
 public:
  using Entry = std::pair<std::string, std::string>;

  Metadata() = default;
  Metadata(std::initializer_list<Entry> entries) : entries_(entries) {}

  // `key` is lower case: [0-9a-z_.-]+. Values of other than "-bin" keys are printable ASCII; an entry that is
  // not is left out when the call is sent.
  void Add(std::string key, std::string value) { entries_.emplace_back(std::move(key), std::move(value)); }

  std::optional<std::string_view> Get(std::string_view key) const {
    for (const auto& [name, value] : entries_) {
      if (name == key) return value;
    }
    return std::nullopt;
  }

  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }

  bool operator==(const Metadata&) const = default;

 private:
  std::vector<Entry> entries_;
};

}  // namespace market::grpc
