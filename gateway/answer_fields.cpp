#include "gateway/answer_fields.hpp"

namespace market::gateway {

using transcoding::FieldSchema;
using transcoding::Kind;
using transcoding::MessageSchema;
using transcoding::WireReader;
using transcoding::WireRecord;

const FieldSchema* FindField(const MessageSchema& schema, const std::string& name, Kind kind) {
  const auto* field = schema.descriptor->FindFieldByName(name);
  const FieldSchema* found = field == nullptr ? nullptr : schema.Find(field);
  return found != nullptr && found->kind == kind && !found->repeated ? found : nullptr;
}

Error Malformed() {
  return {Code::kInternal, "INTERNAL", "a part of the marketplace does not answer as it should"};
}

std::optional<WireRecord> Find(std::string_view message, std::span<const FieldSchema* const> path) {
  std::optional<WireRecord> found;
  WireReader reader(message);
  while (!reader.AtEnd()) {
    WireRecord record;
    if (!reader.Next(record, WireReader::kDepthMax)) throw Malformed();
    if (record.number != path.front()->number || record.type != path.front()->wire) continue;
    if (path.size() == 1) {
      found = record;
    } else if (const auto inner = Find(record.bytes, path.subspan(1))) {
      found = inner;
    }
  }
  return found;
}

std::string_view TextOf(std::string_view message, std::span<const FieldSchema* const> path) {
  const auto record = Find(message, path);
  return record ? record->bytes : std::string_view();
}

}  // namespace market::gateway
