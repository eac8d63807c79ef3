#include "platform/host/certificate_watch.hpp"

#include <sys/stat.h>

#include <array>
#include <exception>
#include <string>

#include "platform/telemetry/log.hpp"

namespace market::host {
namespace {

namespace log = telemetry::log;

// Which file a path leads to, and as of when. A file that is replaced by renaming another differs in its
// number even if all of its times are equal.
struct Seen {
  dev_t device = 0;
  ino_t number = 0;
  off_t bytes = 0;
  timespec changed{};

  bool operator==(const Seen& other) const {
    return device == other.device && number == other.number && bytes == other.bytes &&
           changed.tv_sec == other.changed.tv_sec && changed.tv_nsec == other.changed.tv_nsec;
  }
};

Seen Look(const std::string& path) {
  struct stat found{};
  if (::stat(path.c_str(), &found) != 0) return {};
  return {found.st_dev, found.st_ino, found.st_size, found.st_ctim};
}

std::array<Seen, 3> Look(const grpc::TlsFiles& files) {
  return {Look(files.certificate), Look(files.key), Look(files.ca)};
}

}  // namespace

Task<> WatchCertificates(grpc::TlsFiles files, std::chrono::milliseconds interval,
                         std::function<void()> reload) {
  auto used = Look(files);
  for (;;) {
    co_await runtime::SleepFor(interval);
    const auto now = Look(files);
    if (now == used) continue;
    try {
      reload();
      used = now;
      log::Info("tls.reloaded", {{"certificate", files.certificate}});
    } catch (const std::exception& error) {
      log::Error("tls.reload_failed", {{"detail", error.what()}});
    }
  }
}

}  // namespace market::host
