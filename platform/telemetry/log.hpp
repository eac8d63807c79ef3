// Structured log: one JSON object per line on stderr or in a file, and to a LogSink where one is set.
//
//   log::Info("order.placed", {{"order_id", id.ToString()}, {"items", 3}}, &call.Trace());
//   {"ts":"2026-11-24T10:00:00.123456789Z","level":"info","service":"order","version":"0.1.0","instance":"a1",
//    "event":"order.placed","trace_id":"…","span_id":"…","order_id":"…","items":3}
//
// `event` is a stable dotted name to search by; words for a person go into the field "msg". Never log tokens,
// passwords, card data or e-mail addresses. Strings are cut at 2 KiB; bytes that are not UTF-8 become U+FFFD.
//
// Any thread. A line is one write(2) (or one append to a bounded buffer, see LogOptions) and nothing else; a
// write that fails is counted and dropped: logging never fails its caller. Before ConfigureLog lines go to
// stderr. A thread's lines keep their order in the file and in the sink.
#pragma once
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

#include "platform/telemetry/trace.hpp"

namespace market::telemetry {

// Points into its sources: make it inside the call only.
struct Field {
  Field(std::string_view key, std::string_view value) : key(key), value(value) {}
  Field(std::string_view key, const std::string& value) : key(key), value(std::string_view(value)) {}
  Field(std::string_view key, const char* value) : key(key), value(std::string_view(value)) {}
  template <std::same_as<bool> T>
  Field(std::string_view key, T value) : key(key), value(value) {}
  template <std::integral T>
    requires(!std::same_as<T, bool>)
  Field(std::string_view key, T value) : key(key), value(static_cast<std::int64_t>(value)) {}
  Field(std::string_view key, double value) : key(key), value(value) {}

  std::string_view key;
  std::variant<std::string_view, std::int64_t, double, bool> value;
};

enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarn, kError };

struct LogOptions {
  std::string service;
  std::string version;
  std::string instance;
  LogLevel level = LogLevel::kInfo;
  std::string path;  // appended to; empty: stderr
  // Lines below warn are gathered up to this many bytes and written together; 0: each line at once. Whoever
  // sets it also calls FlushLog every so often; a crash then loses the lines since the last time.
  std::size_t buffer_bytes = 0;
};

// Sets up the process-wide log, the one global of the platform.
// Throws std::system_error when the file can't be opened.
void ConfigureLog(const LogOptions& options);
// Writes what is gathered; called by itself at exit.
void FlushLog();
// Flushes, and opens the file anew when its name leads to another or to none: who rotates it renames it and
// does no more. Lines are in the one or in the other, none is lost. To be called every so often.
void TendLog();

// Takes every line besides the file, or in place of stderr: with a sink and no file, stderr stays empty.
class LogSink {
 public:
  virtual ~LogSink() = default;
  // One line without its line end; `line` and `trace` (null: none) are valid during the call only. Called on
  // any thread, by one at a time, under the log's lock: must not wait, throw, or write to the log. What a
  // sink has to say about itself it says from a thread of its own with log::WriteLocal.
  virtual void Write(LogLevel level, std::string_view line, const TraceContext* trace) noexcept = 0;
};

// Null takes it away. No call of the former sink is under way when this returns, and none follows.
void SetLogSink(LogSink* sink);

struct LogStats {
  std::uint64_t lines = 0;    // each once, wherever it went
  std::uint64_t dropped = 0;  // could not be written to the file or stderr
};
LogStats GetLogStats();

namespace log {

bool Enabled(LogLevel level);
void Write(LogLevel level, std::string_view event, std::initializer_list<Field> fields,
           const TraceContext* trace = nullptr);
// To the file, or stderr, and never to the sink.
void WriteLocal(LogLevel level, std::string_view event, std::initializer_list<Field> fields);

inline void Debug(std::string_view event, std::initializer_list<Field> fields = {},
                  const TraceContext* trace = nullptr) {
  Write(LogLevel::kDebug, event, fields, trace);
}
inline void Info(std::string_view event, std::initializer_list<Field> fields = {},
                 const TraceContext* trace = nullptr) {
  Write(LogLevel::kInfo, event, fields, trace);
}
inline void Warn(std::string_view event, std::initializer_list<Field> fields = {},
                 const TraceContext* trace = nullptr) {
  Write(LogLevel::kWarn, event, fields, trace);
}
inline void Error(std::string_view event, std::initializer_list<Field> fields = {},
                  const TraceContext* trace = nullptr) {
  Write(LogLevel::kError, event, fields, trace);
}

}  // namespace log
}  // namespace market::telemetry
