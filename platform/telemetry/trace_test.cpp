#include "platform/telemetry/trace.hpp"

#include <gtest/gtest.h>

#include <set>

namespace market::telemetry {
namespace {

constexpr std::string_view kGood = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

TEST(TraceContext, Traceparent_IsParsedOrIgnored) {
  const std::string ids = "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7";
  const std::vector<std::pair<std::string, bool>> cases = {
      {std::string(kGood), true},
      {"00-" + ids + "-00", true},
      {"00-" + ids + "-ff", true},
      {"01-" + ids + "-01", true},
      {"cc-" + ids + "-01-what-comes-later", true},
      {"cc-" + ids + "-01x", false},
      {"00-" + ids + "-01-x", false},
      {"00-" + ids + "-01 ", false},
      {"ff-" + ids + "-01", false},
      {"00-" + ids + "-0", false},
      {"00-" + ids + "-0X", false},
      {"00-00000000000000000000000000000000-00f067aa0ba902b7-01", false},
      {"00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", false},
      {"00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", false},
      {"00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", false},
      {"", false},
      {std::string(55, '-'), false},
  };
  for (const auto& [text, good] : cases) EXPECT_EQ(TraceContext::Parse(text).has_value(), good) << text;
}

TEST(TraceContext, Parsed_PrintsTheSame) {
  const auto context = TraceContext::Parse(kGood);
  ASSERT_TRUE(context);
  EXPECT_EQ(context->ToTraceparent(), kGood);
  EXPECT_EQ(context->TraceIdHex(), "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(context->SpanIdHex(), "00f067aa0ba902b7");
  EXPECT_TRUE(context->Sampled());
}

TEST(TraceContext, Child_KeepsTraceAndFlags) {
  const auto parent = TraceContext::Parse(kGood).value();
  const auto child = parent.Child();
  EXPECT_EQ(child.trace_id, parent.trace_id);
  EXPECT_EQ(child.flags, parent.flags);
  EXPECT_NE(child.span_id, parent.span_id);
  EXPECT_EQ(TraceContext::Parse(kGood)->Child().trace_id, parent.trace_id);
}

TEST(TraceContext, Roots_Differ) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const auto root = TraceContext::NewRoot();
    EXPECT_EQ(TraceContext::Parse(root.ToTraceparent()), root);
    EXPECT_TRUE(root.Sampled());
    EXPECT_TRUE(seen.insert(root.TraceIdHex()).second);
  }
}

}  // namespace
}  // namespace market::telemetry
