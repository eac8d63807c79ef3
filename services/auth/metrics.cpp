#include "services/auth/metrics.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace market::auth {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kResults = {{
    {"BAD_CREDENTIALS", "bad_credentials"},
    {"RATE_LIMITED", "rate_limited"},
    {"OVERLOADED", "overloaded"},
}};

}  // namespace

Metrics::Metrics(telemetry::Metrics& registry)
    : sign_ins_(registry.AddCounterFamily("auth_sign_ins_total", "sign-ins, by how they ended", {"result"})),
      sign_ups_(registry.AddCounter("auth_sign_ups_total", "accounts created")),
      hash_seconds_(
          registry.AddHistogram("auth_password_hash_seconds",
                                "time to hash or verify a password, including the wait for a thread")),
      running_(registry.AddGauge("auth_password_hashes_running", "passwords being hashed")),
      waiting_(registry.AddGauge("auth_password_hashes_waiting", "passwords waiting for a thread")),
      refused_(registry.AddCounter("auth_password_hashes_refused_total",
                                   "passwords turned away because too many were waiting")) {
  for (const auto result : {"ok", "error"}) sign_ins_.With({result});
  for (const auto& [reason, result] : kResults) sign_ins_.With({result});
}

void Metrics::SignedIn() { sign_ins_.With({"ok"}).Increment(); }

void Metrics::RefusedSignIn(std::string_view reason) {
  const auto* known = std::ranges::find(kResults, reason, [](const auto& pair) { return pair.first; });
  sign_ins_.With({known != kResults.end() ? known->second : "error"}).Increment();
}

void Metrics::Measured(const Passwords::Load& load) {
  running_.Set(static_cast<double>(load.running));
  waiting_.Set(static_cast<double>(load.waiting));
  refused_.SetTotal(static_cast<double>(load.refused));
}

}  // namespace market::auth
