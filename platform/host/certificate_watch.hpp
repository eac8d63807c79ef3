// Renewed certificates are taken up without a restart: whoever issues them (cert-manager, a person) replaces
// the files, and new connections use what stands there; present ones keep theirs.
//
// Owner: the host, which looks again and again. Io thread only; a look is three calls of stat, and the files
// are read there as they are at the start. Files that do not fit together, as between the writing of one and
// the next, are tried again at the next look and meanwhile the old ones stay.
#pragma once
#include <sys/stat.h>

#include <array>
#include <functional>
#include <string>

#include "platform/grpc/tls_files.hpp"
#include "platform/runtime/task.hpp"

namespace market::host {

class CertificateWatch {
 public:
  CertificateWatch(grpc::TlsFiles files, std::function<void()> reload);

  // Calls `reload` when the files have changed since it last went well,
  // and throws what that throws. Logs tls.reloaded.
  Task<> Look();

 private:
  // Which file a path leads to, and as of when. A file that is replaced by renaming another differs in its
  // number even if all of its times are equal.
  struct Seen {
    dev_t device = 0;
    ino_t number = 0;
    off_t bytes = 0;
    timespec changed{};

    bool operator==(const Seen& other) const;
  };
  static Seen See(const std::string& path);
  std::array<Seen, 3> See() const;

  const grpc::TlsFiles files_;
  const std::function<void()> reload_;
  std::array<Seen, 3> used_;
};

}  // namespace market::host
