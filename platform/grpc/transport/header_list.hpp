// Internal to platform/grpc. The header fields of one frame on their way
// to Session::Submit…, which copies them.
#pragma once
#include <forward_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/grpc/metadata.hpp"
#include "platform/grpc/status.hpp"
#include "platform/grpc/transport/session.hpp"
#include "platform/grpc/transport/wire.hpp"

namespace market::grpc {

class HeaderList {
 public:
  HeaderList() { fields_.reserve(12); }

  void Add(std::string_view name, std::string_view value,
           HeaderField::Index index = HeaderField::Index::kYes) {
    fields_.push_back({name, value, index});
  }
  void AddOwned(std::string_view name, std::string value,
                HeaderField::Index index = HeaderField::Index::kYes) {
    Add(name, owned_.emplace_front(std::move(value)), index);
  }

  // Leaves out what must not or cannot be sent; `metadata` must live until the fields are submitted.
  void AddMetadata(const Metadata& metadata) {
    // Longer values rarely repeat and would push out what does: ids have 36 characters, a traceparent 55.
    constexpr std::size_t kIndexedBytes = 32;
    for (const auto& [name, value] : metadata) {
      if (!IsValidKey(name) || IsReservedKey(name)) continue;
      const auto index = value.size() > kIndexedBytes ? HeaderField::Index::kNever : HeaderField::Index::kYes;
      if (IsBinaryKey(name)) {
        AddOwned(name, Base64Encode(value), index);
      } else if (IsValidValue(value)) {
        Add(name, value, index);
      }
    }
  }

  void AddStatus(const Status& status) {
    static constexpr std::string_view kNumbers[] = {"0", "1",  "2",  "3",  "4",  "5",  "6",  "7", "8",
                                                    "9", "10", "11", "12", "13", "14", "15", "16"};
    Add("grpc-status", kNumbers[static_cast<std::size_t>(status.code)]);
    if (!status.message.empty()) {
      AddOwned("grpc-message", PercentEncode(status.message), HeaderField::Index::kNever);
    }
    if (!status.details.empty()) {
      AddOwned("grpc-status-details-bin", Base64Encode(status.details), HeaderField::Index::kNever);
    }
  }

  const std::vector<HeaderField>& Fields() const { return fields_; }

 private:
  std::vector<HeaderField> fields_;
  std::forward_list<std::string> owned_;
};

}  // namespace market::grpc
