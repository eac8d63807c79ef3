// Where a process keeps its certificate. TLS 1.3 only, ALPN "h2" on both sides.
#pragma once
#include <string>

namespace market::grpc {

struct TlsFiles {
  std::string certificate;  // PEM chain, leaf first
  std::string key;          // PEM
  std::string ca;           // PEM; the only roots that are trusted, in both directions
};

// Throws std::runtime_error naming the file that can't be used, or saying that `ca` did not sign the
// certificate: peers trust the same roots, so none would accept us.
void CheckTlsFiles(const TlsFiles& files);

}  // namespace market::grpc
