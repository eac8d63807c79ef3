#include "platform/otlp/encoding.hpp"

#include <google/protobuf/arena.h>
#include <google/protobuf/io/coded_stream.h>
#include <opentelemetry/proto/collector/trace/v1/trace_service.pb.h>

#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>
#include <variant>

#include "platform/core/utf8.hpp"

namespace market::otlp {
namespace {

namespace proto = ::opentelemetry::proto;
using google::protobuf::io::CodedOutputStream;

std::string Text(std::string_view text) { return ToValidUtf8(text, Encoding::kTextBytesMax); }

template <std::size_t kSize>
void SetId(std::string& field, const std::array<std::uint8_t, kSize>& id) {
  field.assign(reinterpret_cast<const char*>(id.data()), id.size());
}

void AddText(proto::resource::v1::Resource& resource, std::string key, const std::string& value) {
  auto& attribute = *resource.add_attributes();
  attribute.set_key(std::move(key));
  attribute.mutable_value()->set_string_value(Text(value));
}

void SetSpan(proto::trace::v1::Span& span, const telemetry::Recording& recording,
             const telemetry::SpanRecord& record) {
  SetId(*span.mutable_trace_id(), recording.trace_id);
  SetId(*span.mutable_span_id(), record.id);
  if (record.parent != decltype(record.parent){}) SetId(*span.mutable_parent_span_id(), record.parent);
  span.set_name(Text(record.name));
  span.set_kind(static_cast<proto::trace::v1::Span::SpanKind>(record.kind));
  span.set_start_time_unix_nano(static_cast<std::uint64_t>(recording.UnixTime(record.began).count()));
  span.set_end_time_unix_nano(static_cast<std::uint64_t>(recording.UnixTime(record.ended).count()));
  if (record.failed) {
    span.mutable_status()->set_code(proto::trace::v1::Status::STATUS_CODE_ERROR);
    span.mutable_status()->set_message(Text(record.failure));
  }
  span.set_flags(recording.sampled ? telemetry::TraceContext::kSampled : 0);
}

void AddAttribute(proto::trace::v1::Span& span, const telemetry::Attribute& attribute) {
  if (span.attributes_size() >= Encoding::kAttributesMax) {
    span.set_dropped_attributes_count(span.dropped_attributes_count() + 1);
    return;
  }
  auto& added = *span.add_attributes();
  added.set_key(Text(attribute.key));
  std::visit(
      [&out = *added.mutable_value()](const auto& value) {
        using Value = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<Value, bool>) {
          out.set_bool_value(value);
        } else if constexpr (std::is_same_v<Value, std::int64_t>) {
          out.set_int_value(value);
        } else if constexpr (std::is_same_v<Value, double>) {
          out.set_double_value(value);
        } else {
          out.set_string_value(Text(value));
        }
      },
      attribute.value);
}

// What stands before the bytes of a nested message: its field's number (below 16)
// with wire type 2, and its size.
void AppendHeader(std::string& out, int field_number, std::size_t size) {
  std::array<std::uint8_t, 6> header{static_cast<std::uint8_t>(field_number << 3 | 2)};
  const auto* end =
      CodedOutputStream::WriteVarint32ToArray(static_cast<std::uint32_t>(size), header.data() + 1);
  out.append(reinterpret_cast<const char*>(header.data()), static_cast<std::size_t>(end - header.data()));
}

std::size_t HeaderSize(std::size_t size) {
  return 1 + CodedOutputStream::VarintSize32(static_cast<std::uint32_t>(size));
}

}  // namespace

Encoding::Encoding(const Resource& resource) {
  proto::trace::v1::ResourceSpans resource_spans;
  auto& to = *resource_spans.mutable_resource();
  AddText(to, "service.name", resource.service);
  AddText(to, "service.namespace", "marketplace");
  AddText(to, "service.version", resource.version);
  AddText(to, "service.instance.id", resource.instance);
  AddText(to, "telemetry.sdk.name", "marketplace");
  AddText(to, "telemetry.sdk.language", "cpp");
  AddText(to, "telemetry.sdk.version", resource.version);
  resource_ = resource_spans.SerializeAsString();

  proto::trace::v1::ScopeSpans scope_spans;
  scope_spans.mutable_scope()->set_name("marketplace");
  scope_spans.mutable_scope()->set_version(Text(resource.version));
  scope_ = scope_spans.SerializeAsString();
}

std::vector<Piece> Encoding::Encode(const telemetry::Recording& recording) {
  google::protobuf::Arena arena;
  auto& messages = *google::protobuf::Arena::CreateMessage<proto::trace::v1::ScopeSpans>(&arena);
  for (const auto& record : recording.spans) SetSpan(*messages.add_spans(), recording, record);
  for (const auto& attribute : recording.attributes) {
    AddAttribute(*messages.mutable_spans(static_cast<int>(attribute.span)), attribute);
  }

  std::vector<Piece> pieces;
  std::size_t bytes_left = messages.ByteSizeLong();
  for (const auto& span : messages.spans()) {
    const std::size_t body_bytes = span.ByteSizeLong();
    const std::size_t bytes = HeaderSize(body_bytes) + body_bytes;
    if (pieces.empty() || pieces.back().spans == kPieceSpansMax ||
        pieces.back().bytes.size() + bytes > kPieceBytesMax) {
      pieces.emplace_back().bytes.reserve(std::min(bytes_left, std::max(bytes, kPieceBytesMax)));
    }
    auto& piece = pieces.back();
    AppendHeader(piece.bytes, proto::trace::v1::ScopeSpans::kSpansFieldNumber, body_bytes);
    span.AppendToString(&piece.bytes);
    ++piece.spans;
    bytes_left -= bytes;
  }
  return pieces;
}

std::string Encoding::Request(std::span<const Piece> pieces) const {
  std::size_t scope_bytes = scope_.size();
  for (const auto& piece : pieces) scope_bytes += piece.bytes.size();
  const std::size_t resource_bytes = resource_.size() + HeaderSize(scope_bytes) + scope_bytes;

  std::string request;
  request.reserve(HeaderSize(resource_bytes) + resource_bytes);
  AppendHeader(request, proto::collector::trace::v1::ExportTraceServiceRequest::kResourceSpansFieldNumber,
               resource_bytes);
  request += resource_;
  AppendHeader(request, proto::trace::v1::ResourceSpans::kScopeSpansFieldNumber, scope_bytes);
  request += scope_;
  for (const auto& piece : pieces) request += piece.bytes;
  return request;
}

}  // namespace market::otlp
