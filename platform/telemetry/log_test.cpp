#include "platform/telemetry/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <regex>
#include <sstream>
#include <thread>
#include <vector>

namespace market::telemetry {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

class Log : public testing::Test {
 protected:
  Log() { Configure({}); }
  ~Log() override {
    ConfigureLog({});
    std::filesystem::remove(path_);
  }
  void Configure(LogOptions options) {
    options.service = "order";
    options.version = "1.2.3";
    options.instance = "a\"1";
    options.path = path_;
    ConfigureLog(options);
  }
  std::vector<std::string> Lines() const { return LinesOf(path_); }
  static std::vector<std::string> LinesOf(const std::string& path) {
    std::ifstream file(path);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
  }
  // What one string value looks like in a line.
  std::string Written(std::string_view text) {
    std::filesystem::resize_file(path_, 0);
    log::Info("e", {{"v", text}});
    const auto line = Lines().at(0);
    const auto start = line.find("\"v\":") + 4;
    return line.substr(start, line.size() - start - 1);
  }

  const std::string path_ = testing::TempDir() + "/market_log_" + std::to_string(getpid()) + ".jsonl";
};

TEST_F(Log, Event_IsOneJsonLineWithAllFields) {
  const auto trace = TraceContext::Parse("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01").value();
  const std::string id = "o1";
  log::Warn("order.placed",
            {{"order_id", id},
             {"msg", "done"},
             {"items", 3},
             {"ms", 1.5},
             {"paid", true},
             {"huge", std::size_t{7}},
             {"nan", std::numeric_limits<double>::quiet_NaN()}},
            &trace);
  ASSERT_EQ(Lines().size(), 1u);
  const std::regex expected(
      R"(\{"ts":"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z","level":"warn","service":"order","version":"1\.2\.3",)"
      R"("instance":"a\\"1","event":"order\.placed","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736",)"
      R"("span_id":"00f067aa0ba902b7","order_id":"o1","msg":"done","items":3,"ms":1\.5,"paid":true,"huge":7,)"
      R"("nan":null\})");
  EXPECT_TRUE(std::regex_match(Lines()[0], expected)) << Lines()[0];
}

TEST_F(Log, Strings_AreAlwaysValidJsonAndUtf8) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", R"("")"},
      {"plain", R"("plain")"},
      {"a\"b\\c\n\r\t", R"("a\"b\\c\n\r\t")"},
      {std::string("\0\x1f\x7f", 3), R"("\u0000\u001f\u007f")"},
      {"Grüße €  😀", "\"Grüße €  😀\""},
      {"\xff", "\"\xef\xbf\xbd\""},
      {"a\xc3", "\"a\xef\xbf\xbd\""},
      {"\xc0\xaf", "\"\xef\xbf\xbd\xef\xbf\xbd\""},                                  // overlong
      {"\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},                  // surrogate
      {"\xf4\x90\x80\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},  // past U+10FFFF
      {"\xe2\x82", "\"\xef\xbf\xbd\xef\xbf\xbd\""},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(Written(text), expected);
}

TEST_F(Log, LongStrings_AreCutBetweenCharacters) {
  EXPECT_EQ(Written(std::string(2048, 'x')), "\"" + std::string(2048, 'x') + "\"");
  EXPECT_EQ(Written(std::string(9000, 'x')), "\"" + std::string(2048, 'x') + "…\"");
  EXPECT_EQ(Written(std::string(2047, 'x') + "ü" + "y"), "\"" + std::string(2047, 'x') + "…\"");
  EXPECT_EQ(Written(std::string(2046, 'x') + "ü"), "\"" + std::string(2046, 'x') + "ü\"");
}

TEST_F(Log, LevelBelowTheLimit_IsNotWritten) {
  log::Debug("no");
  EXPECT_FALSE(log::Enabled(LogLevel::kDebug));
  EXPECT_TRUE(Lines().empty());
  Configure({.level = LogLevel::kError});
  log::Warn("no");
  log::Error("yes");
  EXPECT_EQ(Lines().size(), 1u);
}

TEST_F(Log, BufferedLines_AreWrittenByFlushSizeOrWarn) {
  Configure({.buffer_bytes = 4096});
  log::Info("one");
  EXPECT_EQ(Lines().size(), 0u);
  FlushLog();
  EXPECT_EQ(Lines().size(), 1u);
  log::Info("two");
  log::Warn("three");
  EXPECT_EQ(Lines().size(), 3u);
  for (int i = 0; i < 100; ++i) log::Info("many", {{"i", i}});
  EXPECT_GT(Lines().size(), 50u);
  Configure({});  // writes the rest
  EXPECT_EQ(Lines().size(), 103u);
}

TEST_F(Log, ManyThreads_NeverMixLines) {
  constexpr int kThreads = 4;
  constexpr int kLines = 200;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([] {
        for (int i = 0; i < kLines; ++i) log::Info("event", {{"text", "some words"}});
      });
    }
  }
  const auto lines = Lines();
  EXPECT_EQ(lines.size(), static_cast<std::size_t>(kThreads * kLines));
  for (const auto& line : lines) EXPECT_THAT(line, EndsWith(R"("text":"some words"})"));
}

TEST_F(Log, Tended_RotatedFile_IsLeftAndNoLineIsLost) {
  Configure({.buffer_bytes = 4096});
  const auto rotated = path_ + ".1";
  log::Warn("written");
  log::Info("buffered");
  std::filesystem::rename(path_, rotated);
  log::Warn("before it is seen");
  TendLog();
  log::Warn("new");
  EXPECT_EQ(LinesOf(rotated).size(), 3u);
  ASSERT_EQ(Lines().size(), 1u);
  EXPECT_THAT(Lines()[0], HasSubstr("\"new\""));
  std::filesystem::remove(rotated);
}

TEST_F(Log, Tended_NewFileThatCannotBeOpened_IsTriedAgain) {
  const auto rotated = path_ + ".1";
  std::filesystem::rename(path_, rotated);
  std::filesystem::create_directory(path_);
  TendLog();
  log::Info("in the old one");
  EXPECT_EQ(LinesOf(rotated).size(), 1u);
  std::filesystem::remove(path_);
  TendLog();
  log::Info("in the new one");
  EXPECT_EQ(LinesOf(rotated).size(), 1u);
  EXPECT_EQ(Lines().size(), 1u);
  std::filesystem::remove(rotated);
}

struct RecordingSink final : LogSink {
  void Write(LogLevel level, std::string_view line, const TraceContext* trace) noexcept override {
    lines.emplace_back(line);
    levels.push_back(level);
    traceparents.push_back(trace ? trace->ToTraceparent() : "");
  }
  std::vector<std::string> lines;
  std::vector<LogLevel> levels;
  std::vector<std::string> traceparents;
};

TEST_F(Log, SetSink_TakesTheSameLinesAsTheFile) {
  Configure({.buffer_bytes = 4096});
  const auto trace = TraceContext::NewRoot();
  RecordingSink sink;
  log::Info("before");
  SetLogSink(&sink);
  log::Info("plain");
  log::Warn("traced", {{"n", 1}}, &trace);
  log::WriteLocal(LogLevel::kWarn, "local", {});
  log::Debug("below the level");
  SetLogSink(nullptr);
  log::Info("after");
  FlushLog();
  const auto lines = Lines();
  ASSERT_EQ(lines.size(), 5u);
  EXPECT_THAT(sink.lines, testing::ElementsAre(lines[1], lines[2]));
  EXPECT_THAT(sink.levels, testing::ElementsAre(LogLevel::kInfo, LogLevel::kWarn));
  EXPECT_THAT(sink.traceparents, testing::ElementsAre("", trace.ToTraceparent()));
}

TEST_F(Log, SinkWithoutAFile_KeepsStderrForLocalLines) {
  ConfigureLog({});
  RecordingSink sink;
  testing::internal::CaptureStderr();
  const auto before = GetLogStats();
  SetLogSink(&sink);
  log::Error("to the sink");
  log::WriteLocal(LogLevel::kWarn, "about the sink", {});
  SetLogSink(nullptr);
  log::Info("without a sink");
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_EQ(sink.lines.size(), 1u);
  EXPECT_THAT(text, Not(HasSubstr("to the sink")));
  EXPECT_THAT(text, HasSubstr("about the sink"));
  EXPECT_THAT(text, HasSubstr("without a sink"));
  EXPECT_EQ(GetLogStats().lines, before.lines + 3);
}

TEST_F(Log, SinkTakenAway_IsNotCalledAnyMore) {
  std::atomic<bool> stop = false;
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&stop] {
      while (!stop) log::Info("busy");
    });
  }
  for (int i = 0; i < 20; ++i) {
    auto sink = std::make_unique<RecordingSink>();
    SetLogSink(sink.get());
    log::Info("mine");
    SetLogSink(nullptr);
    EXPECT_GE(sink->lines.size(), 1u);
  }
  stop = true;
}

TEST_F(Log, FailedWrite_IsCountedAndHarmless) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP();
  const auto before = GetLogStats();
  ConfigureLog({.path = "/dev/full"});
  log::Info("lost");
  EXPECT_EQ(GetLogStats().dropped, before.dropped + 1);
  EXPECT_THROW(ConfigureLog({.path = "/does/not/exist/log"}), std::system_error);
}

}  // namespace
}  // namespace market::telemetry
