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

// By Entry: what somebody wants, and by what it is counted.
constexpr std::array<std::pair<std::string_view, std::string_view>, Limits::kEntries> kEntries = {{
    {"sign_up", "address"},
    {"sign_in", "address"},
    {"sign_in", "device"},
    {"mail", "address"},
}};

// By Standing.
constexpr std::array<std::string_view, 2> kClasses = {"known", "stranger"};

}  // namespace

Metrics::Metrics(telemetry::Metrics& registry)
    : sign_ins_(registry.AddCounterFamily("auth_sign_ins_total", "sign-ins, by how they ended", {"result"})),
      sign_ups_(registry.AddCounter("auth_sign_ups_total", "accounts created")),
      hash_seconds_(registry.AddHistogram("auth_password_hash_seconds", "time to hash or verify a password")),
      wait_seconds_(registry.AddHistogramFamily(
          "auth_password_wait_seconds", "time that a password waited for a thread, by who came with it",
          {"class"})),
      running_(registry.AddGauge("auth_password_hashes_running", "passwords being hashed")),
      waiting_(registry.AddGaugeFamily("auth_password_hashes_waiting",
                                       "passwords waiting for a thread, by who came with them", {"class"})),
      refused_(registry.AddCounterFamily("auth_password_hashes_refused_total",
                                         "passwords turned away by the queue for a thread", {"reason"})),
      limited_(registry.AddCounterFamily(
          "auth_limited_total", "tries to come in that were refused by the limit of one address or device",
          {"operation", "limit"})) {
  for (const auto result : {"ok", "error"}) sign_ins_.With({result});
  for (const auto& [reason, result] : kResults) sign_ins_.With({result});
  for (const auto name : kClasses) wait_seconds_.With({name});
}

void Metrics::SignedIn() { sign_ins_.With({"ok"}).Increment(); }

void Metrics::RefusedSignIn(std::string_view reason) {
  const auto* known = std::ranges::find(kResults, reason, [](const auto& pair) { return pair.first; });
  sign_ins_.With({known != kResults.end() ? known->second : "error"}).Increment();
}

void Metrics::Waited(resilience::Standing standing, std::chrono::nanoseconds took) {
  wait_seconds_.With({kClasses[static_cast<std::size_t>(standing)]}).Observe(took);
}

void Metrics::Measured(const resilience::FairQueue::Stats& load, const Limits::Stats& limits) {
  running_.Set(static_cast<double>(load.running));
  for (std::size_t i = 0; i < kClasses.size(); ++i) {
    waiting_.With({kClasses[i]}).Set(static_cast<double>(load.waiting[i]));
  }
  refused_.With({"address"}).SetTotal(static_cast<double>(load.refused_caller));
  refused_.With({"full"}).SetTotal(static_cast<double>(load.refused_full));
  refused_.With({"late"}).SetTotal(static_cast<double>(load.refused_late));
  for (std::size_t i = 0; i < kEntries.size(); ++i) {
    limited_.With({kEntries[i].first, kEntries[i].second}).SetTotal(static_cast<double>(limits[i]));
  }
}

}  // namespace market::auth
