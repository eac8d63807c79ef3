// A PATCH as the contract means it: which fields of what was sent change, and which version its sender saw.
//
//   domain::ProfileChange change;
//   rpc::PartialUpdate(request.profile(), request.update_mask())
//       .Take("display_name", request.profile().display_name(), change.display_name)
//       .Take("phone", request.profile().phone(), change.phone);
//
// With a mask the fields that it names change, empty ones too; without one those that are set. A field that
// nobody takes is output only: a mask may name it, and it is passed over. Pure; any thread.
#pragma once
#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/message.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace market::rpc {

class PartialUpdate {
 public:
  // Both must outlive it. Throws Error INVALID_ARGUMENT when the mask
  // names a field that `sent` does not have.
  PartialUpdate(const google::protobuf::Message& sent, const google::protobuf::FieldMask& mask);

  // Whether the field, or something in it, changes. Throws std::logic_error when there is no such field.
  bool Changes(std::string_view field) const;

  template <class T, class Value>
  const PartialUpdate& Take(std::string_view field, const Value& value, std::optional<T>& target) const {
    if (Changes(field)) target.emplace(value);
    return *this;
  }

 private:
  const google::protobuf::Message& sent_;
  const google::protobuf::FieldMask& mask_;
};

// Of a request's `if_match`: "" and "*" expect nothing. Of "<version>" and of "<version>-<hash>" the version
// counts; text that never was an etag of ours gives a version that no row has.
std::optional<std::int64_t> ExpectedVersion(std::string_view if_match);

}  // namespace market::rpc
