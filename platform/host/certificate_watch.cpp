#include "platform/host/certificate_watch.hpp"

#include "platform/telemetry/log.hpp"

namespace market::host {

bool CertificateWatch::Seen::operator==(const Seen& other) const {
  return device == other.device && number == other.number && bytes == other.bytes &&
         changed.tv_sec == other.changed.tv_sec && changed.tv_nsec == other.changed.tv_nsec;
}

CertificateWatch::Seen CertificateWatch::See(const std::string& path) {
  struct stat found{};
  if (::stat(path.c_str(), &found) != 0) return {};
  return {found.st_dev, found.st_ino, found.st_size, found.st_ctim};
}

std::array<CertificateWatch::Seen, 3> CertificateWatch::See() const {
  return {See(files_.certificate), See(files_.key), See(files_.ca)};
}

CertificateWatch::CertificateWatch(grpc::TlsFiles files, std::function<void()> reload)
    : files_(std::move(files)), reload_(std::move(reload)), used_(See()) {}

Task<> CertificateWatch::Look() {
  const auto now = See();
  if (now == used_) co_return;
  reload_();
  used_ = now;
  telemetry::log::Info("tls.reloaded", {{"certificate", files_.certificate}});
}

}  // namespace market::host
