// Renewed certificates are taken up without a restart: whoever issues them (cert-manager, a person) replaces
// the files, and new connections use what stands there; present ones keep theirs.
//
// Owner: the host's background group, which cancels it. Io thread only; a look is three calls of stat, and
// the files are read there as they are at the start. Files that do not fit together, as between the writing
// of one and the next, are tried again at the next look and meanwhile the old ones stay.
#pragma once
#include <chrono>
#include <functional>

#include "platform/grpc/tls_files.hpp"
#include "platform/runtime/task.hpp"

namespace market::host {

// `reload` throws std::exception when the files cannot be used. Logs tls.reloaded or tls.reload_failed.
Task<> WatchCertificates(grpc::TlsFiles files, std::chrono::milliseconds interval,
                         std::function<void()> reload);

}  // namespace market::host
