#include "platform/telemetry/log.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <mutex>
#include <system_error>

#include "platform/core/utf8.hpp"

namespace market::telemetry {
namespace {

constexpr std::size_t kMaxStringBytes = 2048;
constexpr std::string_view kEllipsis = "\xe2\x80\xa6";  // U+2026, where a string was cut
constexpr std::array<std::string_view, 4> kLevelNames = {"debug", "info", "warn", "error"};

void AppendEscaped(std::string& out, unsigned char c) {
  constexpr std::string_view kHex = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += "\\u00";
      out += kHex[c >> 4];
      out += kHex[c & 0x0f];
  }
}

bool IsPlain(unsigned char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; }

void AppendString(std::string& out, std::string_view text) {
  out += '"';
  std::size_t i = 0;
  while (i < text.size()) {
    std::size_t plain = i;
    while (plain < text.size() && plain < kMaxStringBytes && IsPlain(static_cast<unsigned char>(text[plain])))
      ++plain;
    out.append(text, i, plain - i);
    i = plain;
    if (i == text.size()) break;
    const std::size_t length = Utf8SequenceLength(text.substr(i));
    if (i + std::max<std::size_t>(length, 1) > kMaxStringBytes) {
      out += kEllipsis;
      break;
    }
    if (length == 0) {
      out += kUtf8Replacement;
    } else if (length == 1) {
      AppendEscaped(out, static_cast<unsigned char>(text[i]));
    } else {
      out.append(text, i, length);
    }
    i += std::max<std::size_t>(length, 1);
  }
  out += '"';
}

template <class Number>
void AppendNumber(std::string& out, Number number) {
  std::array<char, 32> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), number);
  out.append(text.data(), end);
}

struct AppendValue {
  std::string& out;
  void operator()(std::string_view text) const { AppendString(out, text); }
  void operator()(std::int64_t number) const { AppendNumber(out, number); }
  void operator()(double number) const {
    if (std::isfinite(number)) {
      AppendNumber(out, number);
    } else {
      out += "null";  // JSON has no other word for it
    }
  }
  void operator()(bool flag) const { out += flag ? "true" : "false"; }
};

// "2026-11-24T10:00:00.123456789Z". Breaking a time into its parts is slow,
// and most lines share their second.
void AppendNow(std::string& out) {
  thread_local std::time_t formatted_second = -1;
  thread_local std::array<char, 20> formatted{};
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  if (now.tv_sec != formatted_second) {
    std::tm parts{};
    gmtime_r(&now.tv_sec, &parts);
    std::strftime(formatted.data(), formatted.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    formatted_second = now.tv_sec;
  }
  out += formatted.data();
  out += '.';
  std::array<char, 10> fraction{};
  // One digit in front keeps the leading zeros.
  std::to_chars(fraction.data(), fraction.data() + fraction.size(), 1'000'000'000 + now.tv_nsec);
  out.append(fraction.data() + 1, 9);
  out += 'Z';
}

int TryOpenForAppend(const std::string& path) {
  return ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
}

int OpenForAppend(const std::string& path) {
  const int fd = TryOpenForAppend(path);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), "can't open the log file " + path);
  return fd;
}

bool LeadsTo(const std::string& path, int fd) {
  struct stat named{};
  struct stat open{};
  return ::stat(path.c_str(), &named) == 0 && ::fstat(fd, &open) == 0 && named.st_dev == open.st_dev &&
         named.st_ino == open.st_ino;
}

bool WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

enum class Reach { kEverywhere, kLocal };

// The lock is for pool threads; the io thread meets it free.
class Writer {
 public:
  void Configure(const LogOptions& options) {
    const int fd = options.path.empty() ? STDERR_FILENO : OpenForAppend(options.path);
    std::string origin = R"(,"service":)";
    AppendString(origin, options.service);
    origin += R"(,"version":)";
    AppendString(origin, options.version);
    origin += R"(,"instance":)";
    AppendString(origin, options.instance);
    const std::lock_guard lock(mutex_);
    FlushLocked();
    ReplaceFile(fd);
    path_ = options.path;
    origin_ = std::move(origin);
    buffer_bytes_ = options.buffer_bytes;
    level_.store(options.level, std::memory_order_relaxed);
  }

  // A new file that can't be opened is tried again; until then the old one takes the lines.
  void FollowName() {
    const std::lock_guard lock(mutex_);
    if (path_.empty() || LeadsTo(path_, fd_)) return;
    const int fd = TryOpenForAppend(path_);
    if (fd < 0) return;
    FlushLocked();
    ReplaceFile(fd);
  }

  bool Enabled(LogLevel level) const { return level >= level_.load(std::memory_order_relaxed); }

  void SetSink(LogSink* sink) {
    const std::lock_guard lock(mutex_);
    sink_ = sink;
  }

  // `head` ends after the level, `tail` begins with the event: what stands between is set once.
  void Append(LogLevel level, std::string_view head, std::string_view tail, const TraceContext* trace,
              Reach reach) {
    const std::lock_guard lock(mutex_);
    const std::size_t start = buffer_.size();
    buffer_.append(head).append(origin_).append(tail);
    ++stats_.lines;
    if (sink_ != nullptr && reach == Reach::kEverywhere) {
      const std::string_view line = std::string_view(buffer_).substr(start);
      sink_->Write(level, line.substr(0, line.size() - 1), trace);
      if (path_.empty()) {
        buffer_.resize(start);
        return;
      }
    }
    ++waiting_;
    if (level >= LogLevel::kWarn || buffer_.size() >= buffer_bytes_) FlushLocked();
  }

  void Flush() {
    const std::lock_guard lock(mutex_);
    FlushLocked();
  }

  LogStats Stats() const {
    const std::lock_guard lock(mutex_);
    return stats_;
  }

 private:
  void FlushLocked() {
    if (waiting_ == 0) return;
    if (!WriteAll(fd_, buffer_)) stats_.dropped += waiting_;
    buffer_.clear();
    waiting_ = 0;
  }
  void ReplaceFile(int fd) {
    if (fd_ != STDERR_FILENO) ::close(fd_);
    fd_ = fd;
  }

  mutable std::mutex mutex_;
  std::string buffer_;
  std::uint64_t waiting_ = 0;  // lines in buffer_
  LogSink* sink_ = nullptr;
  std::string origin_;
  std::string path_;
  std::size_t buffer_bytes_ = 0;
  int fd_ = STDERR_FILENO;
  LogStats stats_;
  std::atomic<LogLevel> level_{LogLevel::kInfo};
};

// Never destroyed: destructors of other statics may log.
Writer& GlobalWriter() {
  static Writer* const writer = [] {
    std::atexit(FlushLog);
    return new Writer;
  }();
  return *writer;
}

void WriteLine(LogLevel level, std::string_view event, std::initializer_list<Field> fields,
               const TraceContext* trace, Reach reach) {
  Writer& writer = GlobalWriter();
  if (!writer.Enabled(level)) return;
  thread_local std::string head;
  thread_local std::string tail;
  head.assign(R"({"ts":")");
  AppendNow(head);
  head += R"(","level":")";
  head += kLevelNames[static_cast<std::size_t>(level)];
  head += '"';
  tail.assign(R"(,"event":)");
  AppendString(tail, event);
  if (trace) {
    tail += R"(,"trace_id":")";
    tail += trace->TraceIdHex();
    tail += R"(","span_id":")";
    tail += trace->SpanIdHex();
    tail += '"';
  }
  for (const Field& field : fields) {
    tail += ',';
    AppendString(tail, field.key);
    tail += ':';
    std::visit(AppendValue{tail}, field.value);
  }
  tail += "}\n";
  writer.Append(level, head, tail, trace, reach);
}

}  // namespace

void ConfigureLog(const LogOptions& options) { GlobalWriter().Configure(options); }
void FlushLog() { GlobalWriter().Flush(); }
void SetLogSink(LogSink* sink) { GlobalWriter().SetSink(sink); }
LogStats GetLogStats() { return GlobalWriter().Stats(); }

void TendLog() {
  FlushLog();
  GlobalWriter().FollowName();
}

namespace log {

bool Enabled(LogLevel level) { return GlobalWriter().Enabled(level); }

void Write(LogLevel level, std::string_view event, std::initializer_list<Field> fields,
           const TraceContext* trace) {
  WriteLine(level, event, fields, trace, Reach::kEverywhere);
}

void WriteLocal(LogLevel level, std::string_view event, std::initializer_list<Field> fields) {
  WriteLine(level, event, fields, nullptr, Reach::kLocal);
}

}  // namespace log
}  // namespace market::telemetry
