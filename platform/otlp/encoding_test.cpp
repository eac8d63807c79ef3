#include "platform/otlp/encoding.hpp"

#include <map>

#include "platform/otlp/testing/receiver_fixture.hpp"

namespace market::otlp::test {
namespace {

using proto::trace::v1::ScopeSpans;

std::vector<proto::trace::v1::Span> Decode(const telemetry::Recording& recording) {
  std::vector<proto::trace::v1::Span> spans;
  for (const auto& piece : Encoding::Encode(recording)) {
    ScopeSpans decoded;
    EXPECT_TRUE(decoded.ParseFromString(piece.bytes));
    EXPECT_EQ(static_cast<std::size_t>(decoded.spans_size()), piece.spans);
    spans.insert(spans.end(), decoded.spans().begin(), decoded.spans().end());
  }
  return spans;
}

TEST(Encoding, Request_CarriesResourceScopeAndAllPieces) {
  const Encoding encoding({.service = "order", .version = "1.2.3", .instance = "order-1"});
  std::vector<Piece> pieces;
  for (const std::size_t spans : {2u, 3u}) {
    for (auto& piece : Encoding::Encode(MakeRecording(spans))) pieces.push_back(std::move(piece));
  }
  Request request;
  ASSERT_TRUE(request.ParseFromString(encoding.Request(pieces)));
  ASSERT_EQ(request.resource_spans_size(), 1);
  const auto& resource = request.resource_spans(0);
  std::map<std::string, std::string> attributes;
  for (const auto& attribute : resource.resource().attributes())
    attributes[attribute.key()] = attribute.value().string_value();
  EXPECT_EQ(attributes, (std::map<std::string, std::string>{{"service.name", "order"},
                                                            {"service.namespace", "marketplace"},
                                                            {"service.version", "1.2.3"},
                                                            {"service.instance.id", "order-1"},
                                                            {"telemetry.sdk.name", "marketplace"},
                                                            {"telemetry.sdk.language", "cpp"},
                                                            {"telemetry.sdk.version", "1.2.3"}}));
  ASSERT_EQ(resource.scope_spans_size(), 1);
  EXPECT_EQ(resource.scope_spans(0).scope().name(), "marketplace");
  EXPECT_EQ(resource.scope_spans(0).spans_size(), 5);
  EXPECT_EQ(request.SerializeAsString(), encoding.Request(pieces));
}

TEST(Encoding, Attributes_KeepTheirTypes) {
  auto recording = MakeRecording(2);
  const std::string own = "own";
  recording.attributes = {{0, "int", std::int64_t{-3}},
                          {1, "double", 0.5},
                          {0, "bool", true},
                          {0, "constant", std::string_view("text")},
                          {1, "string", own}};
  const auto spans = Decode(recording);
  ASSERT_EQ(spans.size(), 2u);
  ASSERT_EQ(spans[0].attributes_size(), 3);
  EXPECT_EQ(spans[0].attributes(0).key(), "int");
  EXPECT_EQ(spans[0].attributes(0).value().int_value(), -3);
  EXPECT_TRUE(spans[0].attributes(1).value().bool_value());
  EXPECT_EQ(spans[0].attributes(2).value().string_value(), "text");
  ASSERT_EQ(spans[1].attributes_size(), 2);
  EXPECT_EQ(spans[1].attributes(0).value().double_value(), 0.5);
  EXPECT_EQ(spans[1].attributes(1).value().string_value(), "own");
}

TEST(Encoding, Text_IsValidAndBounded) {
  auto recording = MakeRecording(1);
  recording.spans[0].failed = true;
  recording.spans[0].failure = "bad \xff byte";
  recording.attributes = {{0, "long", std::string(10'000, 'x')}, {0, "url.path", std::string("/\xc3")}};
  const auto span = Decode(recording).at(0);
  EXPECT_EQ(span.status().code(), proto::trace::v1::Status::STATUS_CODE_ERROR);
  EXPECT_EQ(span.status().message(), "bad \xef\xbf\xbd byte");
  EXPECT_EQ(span.attributes(0).value().string_value().size(), Encoding::kTextBytesMax);
  EXPECT_EQ(span.attributes(1).value().string_value(), "/\xef\xbf\xbd");
}

TEST(Encoding, TooManyAttributesOfASpan_AreCounted) {
  auto recording = MakeRecording(1);
  for (int i = 0; i < Encoding::kAttributesMax + 7; ++i)
    recording.attributes.push_back({0, "key", std::int64_t{i}});
  const auto span = Decode(recording).at(0);
  EXPECT_EQ(span.attributes_size(), Encoding::kAttributesMax);
  EXPECT_EQ(span.dropped_attributes_count(), 7u);
}

TEST(Encoding, LargeRecordings_AreCutInPieces) {
  const auto many = Encoding::Encode(MakeRecording(1000));
  ASSERT_EQ(many.size(), 2u);
  EXPECT_EQ(many[0].spans, Encoding::kPieceSpansMax);
  EXPECT_EQ(many[1].spans, 1000 - Encoding::kPieceSpansMax);

  auto heavy = MakeRecording(20);
  for (std::uint32_t i = 0; i < 20 * 64; ++i)
    heavy.attributes.push_back({i % 20, "db.query.text", std::string(4000, 'q')});
  const auto pieces = Encoding::Encode(heavy);
  EXPECT_GT(pieces.size(), 4u);
  for (const auto& piece : pieces) EXPECT_LE(piece.bytes.size(), Encoding::kPieceBytesMax);
  EXPECT_EQ(Decode(heavy).size(), 20u);
}

}  // namespace
}  // namespace market::otlp::test
