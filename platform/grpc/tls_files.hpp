// Where a process keeps its certificate. TLS 1.3 only, ALPN "h2" on both sides.
#pragma once
#include <string>

namespace market::grpc {

struct TlsFiles {
  std::string certificate;  // PEM chain, leaf first
  std::string key;          // PEM
  std::string ca;           // PEM; the only roots that are trusted, in both directions
};

}  // namespace market::grpc
