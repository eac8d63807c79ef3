#include "platform/telemetry/tracer.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "platform/telemetry/metrics.hpp"

namespace market::telemetry {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kSampled = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03";
constexpr std::string_view kNotSampled = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-02";
constexpr std::string_view kTraceId = "4bf92f3577b34da6a3ce929d0e0e4736";
constexpr std::array<std::uint8_t, 8> kParentId = {0x00, 0xf0, 0x67, 0xaa, 0x0b, 0xa9, 0x02, 0xb7};
constexpr std::array<std::uint8_t, 8> kNoId{};
constexpr Tracer::Options kAll{.sample_ratio = 1};
constexpr Tracer::Options kNone{.sample_ratio = 0, .slow_after = 1h};

// Keeps what it is given.
class Taken final : public SpanExporter {
 public:
  void Take(const Recording& recording) override {
    recordings.push_back(recording);
    places.push_back(&recording);
  }

  std::vector<Recording> recordings;
  std::vector<const Recording*> places;
};

class TracerTest : public ::testing::Test {
 protected:
  Tracer& Make(Tracer::Options options) {
    tracer_.emplace(options);
    tracer_->Export(&taken, metrics);
    return *tracer_;
  }
  double Traces(std::string_view decision) {
    return metrics
        .AddCounterFamily("market_traces_total", "parts of traces that ended here, by what happened to them",
                          {"decision"})
        .With({decision})
        .Value();
  }
  const Recording& Only() {
    if (taken.recordings.size() != 1) throw std::runtime_error("not one recording");
    return taken.recordings.front();
  }

  Taken taken;
  Metrics metrics;

 private:
  std::optional<Tracer> tracer_;  // spans of a test end before it
};

TEST_F(TracerTest, Spans_KnowTheirTraceAndParents) {
  auto& tracer = Make(kAll);
  TraceContext root_context;
  TraceContext child_context;
  {
    Span root = tracer.Continue("root", SpanKind::kServer, kSampled);
    root_context = root.Context();
    Span child = root.Child("child", SpanKind::kInternal);
    child_context = child.Context();
    const Span grandchild = child.Child("grandchild", SpanKind::kClient);
    const Span sibling = root.Child("sibling", SpanKind::kProducer);
  }
  const auto& recording = Only();
  EXPECT_EQ(root_context.TraceIdHex(), kTraceId);
  EXPECT_EQ(recording.trace_id, root_context.trace_id);
  EXPECT_TRUE(recording.sampled);
  ASSERT_EQ(recording.spans.size(), 4u);
  const auto& [root, child, grandchild, sibling] =
      std::tie(recording.spans[0], recording.spans[1], recording.spans[2], recording.spans[3]);
  EXPECT_EQ(root.id, root_context.span_id);
  EXPECT_EQ(root.parent, kParentId);
  EXPECT_EQ(root.kind, SpanKind::kServer);
  EXPECT_EQ(child.id, child_context.span_id);
  EXPECT_EQ(child.parent, root.id);
  EXPECT_EQ(grandchild.parent, child.id);
  EXPECT_EQ(grandchild.name, "grandchild");
  EXPECT_EQ(grandchild.kind, SpanKind::kClient);
  EXPECT_EQ(sibling.parent, root.id);
  EXPECT_LE(root.began, grandchild.began);
  EXPECT_GE(root.ended, grandchild.ended);
}

TEST_F(TracerTest, Attributes_BelongToTheirSpans) {
  auto& tracer = Make(kAll);
  {
    Span root = tracer.Enter("root", SpanKind::kServer, {});
    Span child = root.Child("child", SpanKind::kClient);
    root.Set("text", "constant");
    child.Set("size", 3u);
    root.Set("share", std::string("own"));
    child.Rename("renamed");
  }
  const auto& recording = Only();
  EXPECT_EQ(recording.spans[1].name, "renamed");
  ASSERT_EQ(recording.attributes.size(), 3u);
  EXPECT_EQ(recording.attributes[0].span, 0u);
  EXPECT_EQ(std::get<std::string_view>(recording.attributes[0].value), "constant");
  EXPECT_EQ(recording.attributes[1].span, 1u);
  EXPECT_EQ(std::get<std::int64_t>(recording.attributes[1].value), 3);
  EXPECT_EQ(std::get<std::string>(recording.attributes[2].value), "own");
}

TEST_F(TracerTest, Times_AreOfTheSystemsClock) {
  auto& tracer = Make(kAll);
  const auto before = std::chrono::system_clock::now().time_since_epoch();
  tracer.Enter("root", SpanKind::kServer, {}).End();
  const auto after = std::chrono::system_clock::now().time_since_epoch();
  const auto& recording = Only();
  EXPECT_GE(recording.UnixTime(recording.spans[0].began), before);
  EXPECT_LE(recording.UnixTime(recording.spans[0].began), after);
  EXPECT_GE(recording.UnixTime(recording.spans[0].ended), recording.UnixTime(recording.spans[0].began));
}

TEST_F(TracerTest, Sampling_IsTheSameForATraceEverywhereAndAboutTheRatio) {
  Tracer low({.sample_ratio = 0.1});
  Tracer quarter({.sample_ratio = 0.25});
  Tracer other({.sample_ratio = 0.25});
  for (Tracer* tracer : {&low, &quarter, &other}) tracer->Export(&taken, metrics);
  int low_sampled = 0;
  int quarter_sampled = 0;
  for (int i = 0; i < 4000; ++i) {
    const std::string traceparent = TraceContext::NewRoot(0).ToTraceparent();
    const auto sampled = [&](Tracer& tracer) {
      return tracer.Enter("x", SpanKind::kServer, traceparent).Context().Sampled();
    };
    const bool in_low = sampled(low);
    const bool in_quarter = sampled(quarter);
    EXPECT_EQ(in_quarter, sampled(other));
    EXPECT_TRUE(in_quarter || !in_low);
    low_sampled += in_low ? 1 : 0;
    quarter_sampled += in_quarter ? 1 : 0;
  }
  // Six standard deviations.
  EXPECT_NEAR(low_sampled, 400, 114);
  EXPECT_NEAR(quarter_sampled, 1000, 165);
}

TEST_F(TracerTest, Sampling_OfNoneAndOfAll) {
  EXPECT_FALSE(Make(kNone).Enter("x", SpanKind::kServer, {}).Context().Sampled());
  EXPECT_EQ(Traces("not_kept"), 1);
  EXPECT_TRUE(taken.recordings.empty());
  EXPECT_TRUE(Make(kAll).Enter("x", SpanKind::kServer, {}).Context().Sampled());
  EXPECT_EQ(Traces("head"), 1);
  EXPECT_EQ(Only().spans[0].parent, kNoId);
}

TEST_F(TracerTest, Enter_TakesTheTraceIdButNotTheDecisionOfAnOutsider) {
  {
    Span span = Make(kNone).Enter("x", SpanKind::kServer, kSampled);
    EXPECT_FALSE(span.Context().Sampled());
    EXPECT_EQ(span.Context().TraceIdHex(), kTraceId);
    EXPECT_NE(span.Context().flags & TraceContext::kRandomId, 0);
    span.Keep();
  }
  EXPECT_EQ(Only().spans[0].parent, kParentId);
  EXPECT_FALSE(Only().sampled);
  EXPECT_TRUE(Make(kAll).Enter("x", SpanKind::kServer, kNotSampled).Context().Sampled());
}

TEST_F(TracerTest, Continue_KeepsTheDecisionOfAProcessOfOurs) {
  EXPECT_FALSE(Make(kAll).Continue("x", SpanKind::kServer, kNotSampled).Context().Sampled());
  EXPECT_TRUE(taken.recordings.empty());
  EXPECT_TRUE(Make(kNone).Continue("x", SpanKind::kServer, kSampled).Context().Sampled());
  EXPECT_EQ(taken.recordings.size(), 1u);
}

TEST_F(TracerTest, Continue_OfWhatIsNoTraceparent_BeginsATrace) {
  auto& tracer = Make(kAll);
  for (const auto traceparent : {"", "00-4bf92f35-00f067aa0ba902b7-01"}) {
    const Span span = tracer.Continue("x", SpanKind::kServer, traceparent);
    EXPECT_NE(span.Context().TraceIdHex(), kTraceId);
    EXPECT_NE(span.Context().trace_id, (std::array<std::uint8_t, 16>{}));
  }
  ASSERT_EQ(taken.recordings.size(), 2u);
  EXPECT_EQ(taken.recordings[0].spans[0].parent, kNoId);
  EXPECT_NE(taken.recordings[0].trace_id, taken.recordings[1].trace_id);
}

TEST_F(TracerTest, Kept_WhenAServerSpanFailed) {
  {
    Span root = Make(kNone).Continue("x", SpanKind::kServer, kNotSampled);
    EXPECT_FALSE(root.Kept());
    root.Fail("it broke");
    EXPECT_TRUE(root.Kept());
  }
  EXPECT_TRUE(Only().spans[0].failed);
  EXPECT_EQ(Only().spans[0].failure, "it broke");
  EXPECT_EQ(Traces("tail"), 1);
}

TEST_F(TracerTest, Kept_NotForAFailedClientCallAlone) {
  auto& tracer = Make(kNone);
  {
    const Span root = tracer.Continue("x", SpanKind::kServer, kNotSampled);
    root.Child("call", SpanKind::kClient).Fail("refused");
    EXPECT_FALSE(root.Kept());
  }
  EXPECT_TRUE(taken.recordings.empty());
  {
    Span root = tracer.Continue("x", SpanKind::kServer, kNotSampled);
    root.Child("call", SpanKind::kClient).Fail("refused");
    root.Keep();
    EXPECT_TRUE(root.Kept());
  }
  ASSERT_EQ(Only().spans.size(), 2u);
  EXPECT_TRUE(Only().spans[1].failed);
}

TEST_F(TracerTest, Kept_WhenTheFirstSpanWasSlow) {
  {
    const Span fast = Make({.sample_ratio = 0, .slow_after = 1h}).Enter("x", SpanKind::kServer, {});
  }
  EXPECT_TRUE(taken.recordings.empty());
  {
    const Span slow = Make({.sample_ratio = 0, .slow_after = 0ms}).Enter("x", SpanKind::kServer, {});
    EXPECT_TRUE(slow.Kept());
  }
  EXPECT_EQ(taken.recordings.size(), 1u);
}

TEST_F(TracerTest, Children_MayOutliveTheirParents) {
  auto& tracer = Make(kAll);
  Span child;
  {
    Span root = tracer.Enter("root", SpanKind::kServer, {});
    child = root.Child("child", SpanKind::kInternal);
    root.End();
    EXPECT_FALSE(root.Recording());
  }
  EXPECT_TRUE(taken.recordings.empty());
  child.Set("late", 1);
  {
    const Span grandchild = child.Child("grandchild", SpanKind::kClient);
  }
  child.End();
  const auto& recording = Only();
  ASSERT_EQ(recording.spans.size(), 3u);
  EXPECT_EQ(recording.spans[2].parent, recording.spans[1].id);
  EXPECT_LE(recording.spans[0].ended, recording.spans[1].ended);
}

TEST_F(TracerTest, Ended_TwiceOrMoved_IsOneSpan) {
  auto& tracer = Make(kAll);
  Span span = tracer.Enter("x", SpanKind::kServer, {});
  Span moved = std::move(span);
  EXPECT_TRUE(taken.recordings.empty());
  moved.End();
  moved.End();
  moved.Set("too", "late");
  moved.Fail("too late");
  EXPECT_EQ(Only().spans.size(), 1u);
  EXPECT_TRUE(Only().attributes.empty());
  EXPECT_FALSE(Only().spans[0].failed);
}

TEST_F(TracerTest, Limits_LeaveOutWhatIsTooMuch) {
  auto& tracer = Make(kAll);
  {
    Span root = tracer.Enter("root", SpanKind::kServer, {});
    for (std::size_t i = 1; i < Recording::kSpansMax; ++i) root.Child("child", SpanKind::kInternal).End();
    const Span beyond = root.Child("beyond", SpanKind::kInternal);
    EXPECT_FALSE(beyond.Recording());
    EXPECT_EQ(beyond.Context(), root.Context());
    EXPECT_EQ(beyond.Child("below", SpanKind::kClient).Context(), root.Context());
    for (std::size_t i = 0; i < Recording::kAttributesMax + 5; ++i) root.Set("key", i);
  }
  EXPECT_EQ(Only().spans.size(), Recording::kSpansMax);
  EXPECT_EQ(Only().dropped, 1u);
  EXPECT_EQ(Only().attributes.size(), Recording::kAttributesMax);
}

TEST_F(TracerTest, Recordings_AreUsedAgainAndClean) {
  auto& tracer = Make(kAll);
  for (int i = 0; i < 100; ++i) {
    Span span = tracer.Enter("x", SpanKind::kServer, {});
    if (i != 0) continue;
    span.Set("first", 1);
    span.Fail("first");
    for (std::size_t n = 0; n < Recording::kSpansMax; ++n) span.Child("child", SpanKind::kInternal).End();
  }
  ASSERT_EQ(taken.recordings.size(), 100u);
  for (std::size_t i = 1; i < 100; ++i) {
    EXPECT_EQ(taken.places[i], taken.places[0]);
    EXPECT_EQ(taken.recordings[i].spans.size(), 1u);
    EXPECT_FALSE(taken.recordings[i].spans[0].failed);
    EXPECT_TRUE(taken.recordings[i].attributes.empty());
    EXPECT_FALSE(taken.recordings[i].keep);
    EXPECT_EQ(taken.recordings[i].dropped, 0u);
  }
}

TEST_F(TracerTest, NoExporter_SpansAreContextsAlone) {
  Tracer tracer(kAll);
  const Span root = tracer.Enter("root", SpanKind::kServer, {});
  EXPECT_FALSE(root.Recording());
  EXPECT_FALSE(root.Kept());
  EXPECT_TRUE(TraceContext::Parse(root.Context().ToTraceparent()));
  EXPECT_FALSE(root.Context().Sampled());
  Span child = root.Child("child", SpanKind::kClient);
  child.Set("key", 1);
  child.Fail("words");
  child.Keep();
  EXPECT_EQ(child.Context(), root.Context());

  const Span continued = tracer.Continue("x", SpanKind::kServer, kSampled);
  EXPECT_EQ(continued.Context().TraceIdHex(), kTraceId);
  EXPECT_TRUE(continued.Context().Sampled());
  EXPECT_NE(continued.Context().span_id, kParentId);
}

TEST_F(TracerTest, ExporterTakenAway_OpenSpansAreForgotten) {
  auto& tracer = Make(kAll);
  Span open = tracer.Enter("x", SpanKind::kServer, {});
  tracer.Export(nullptr, metrics);
  open.End();
  EXPECT_TRUE(taken.recordings.empty());
  EXPECT_FALSE(tracer.Enter("y", SpanKind::kServer, {}).Recording());
}

TEST(Span, Default_RecordsNothing) {
  Span span;
  EXPECT_FALSE(span.Recording());
  span.Set("key", "value");
  span.Rename("other");
  span.Fail("words");
  span.Keep();
  EXPECT_FALSE(span.Child("child", SpanKind::kClient).Recording());
  EXPECT_FALSE(span.Kept());
  span.End();
}

}  // namespace
}  // namespace market::telemetry
