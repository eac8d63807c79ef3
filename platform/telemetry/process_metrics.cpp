// The process_* metrics every Prometheus client library offers; the numbers come from proc(5).
#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

#include "platform/telemetry/metrics.hpp"

namespace market::telemetry {
namespace {

struct ProcessStat {
  double user_ticks = 0;
  double system_ticks = 0;
  double threads = 0;
  double start_ticks = 0;  // after boot
  double virtual_bytes = 0;
  double resident_pages = 0;
};

ProcessStat ReadStat() {
  std::ifstream file("/proc/self/stat");
  std::string line;
  std::getline(file, line);
  // The second field is the program's name, which may hold blanks and parentheses; the rest is numbers.
  std::istringstream rest(line.substr(std::min(line.rfind(')') + 1, line.size())));
  std::array<std::string, 22> fields;  // field 3, the state, is the first
  for (auto& field : fields) rest >> field;
  const auto number = [&](int field) {
    return std::strtod(fields[static_cast<std::size_t>(field - 3)].c_str(), nullptr);
  };
  return {.user_ticks = number(14),
          .system_ticks = number(15),
          .threads = number(20),
          .start_ticks = number(22),
          .virtual_bytes = number(23),
          .resident_pages = number(24)};
}

double BootTime() {
  std::ifstream file("/proc/stat");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("btime ")) return std::strtod(line.c_str() + 6, nullptr);
  }
  return 0;
}

double OpenFiles() {
  DIR* directory = opendir("/proc/self/fd");
  if (!directory) return 0;
  int entries = 0;
  while (readdir(directory)) ++entries;
  closedir(directory);
  return entries - 3;  // ".", ".." and the directory itself
}

double MaxFiles() {
  rlimit limit{};
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? static_cast<double>(limit.rlim_cur) : 0;
}

}  // namespace

void AddProcessMetrics(Metrics& metrics) {
  const auto ticks_per_s = static_cast<double>(sysconf(_SC_CLK_TCK));
  const auto page_bytes = static_cast<double>(sysconf(_SC_PAGESIZE));
  metrics.AddGauge("process_start_time_seconds", "start of the process, in seconds since 1970")
      .Set(BootTime() + ReadStat().start_ticks / ticks_per_s);
  metrics.AddGauge("process_max_fds", "maximum number of open file descriptors").Set(MaxFiles());
  auto& cpu = metrics.AddCounter("process_cpu_seconds_total", "user and system CPU time");
  auto& resident = metrics.AddGauge("process_resident_memory_bytes", "resident memory");
  auto& address_space = metrics.AddGauge("process_virtual_memory_bytes", "virtual memory");
  auto& files = metrics.AddGauge("process_open_fds", "open file descriptors");
  auto& threads = metrics.AddGauge("process_threads", "threads");
  metrics.Collect([&cpu, &resident, &address_space, &files, &threads, ticks_per_s, page_bytes] {
    const auto stat = ReadStat();
    cpu.SetTotal((stat.user_ticks + stat.system_ticks) / ticks_per_s);
    resident.Set(stat.resident_pages * page_bytes);
    address_space.Set(stat.virtual_bytes);
    threads.Set(stat.threads);
    files.Set(OpenFiles());
  });
}

}  // namespace market::telemetry
