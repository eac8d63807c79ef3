#include "services/auth/credentials/limits.hpp"

#include <string_view>

namespace market::auth {
namespace {

struct Words {
  std::string_view name;
  std::string_view refusal;
};
constexpr std::array<Words, Limits::kEntries> kWords{{
    {"sign-up", "too many accounts are being made from your address"},
    {"sign-in", "too many sign-ins from your address"},
    {"device", "too many sign-ins from your device"},
    {"mail", "too many mails are being asked for from your address"},
}};

std::size_t IndexOf(Entry entry) { return static_cast<std::size_t>(entry); }

resilience::TokenBuckets BucketsOf(const domain::RateLimit& limit, std::size_t callers_max) {
  const auto count = static_cast<double>(limit.count);
  return resilience::TokenBuckets({.rate_per_s = count / std::chrono::duration<double>(limit.window).count(),
                                   .burst = count,
                                   .max_keys = callers_max});
}

}  // namespace

Limits::Limits(const Options& options)
    : options_(options),
      buckets_{BucketsOf(Of(Entry::kSignUp), options.callers_max),
               BucketsOf(Of(Entry::kSignIn), options.callers_max),
               BucketsOf(Of(Entry::kSignInOfDevice), options.callers_max),
               BucketsOf(Of(Entry::kMail), options.callers_max)} {}

void Limits::Count(Entry entry, const Visitor& visitor, resilience::SteadyTime now) {
  if (const auto wait = buckets_[IndexOf(entry)].Take(CallerOf(entry, visitor), 1, now)) {
    throw Refusal(entry, *wait);
  }
}

const domain::RateLimit& Limits::Of(Entry entry) const {
  switch (entry) {
    case Entry::kSignUp:
      return options_.sign_ups;
    case Entry::kMail:
      return options_.mails;
    case Entry::kSignIn:
    case Entry::kSignInOfDevice:
      break;
  }
  return options_.sign_ins;
}

std::string Limits::CallerOf(Entry entry, const Visitor& visitor) {
  const auto& who = entry == Entry::kSignInOfDevice ? visitor.device.value().ToString() : visitor.address;
  return std::string(kWords[IndexOf(entry)].name) + ' ' + who;
}

Error Limits::Refusal(Entry entry, std::chrono::milliseconds wait) {
  return Error(Code::kResourceExhausted, "RATE_LIMITED", std::string(kWords[IndexOf(entry)].refusal))
      .WithRetryAfter(wait);
}

Limits::Stats Limits::Refused() const {
  Stats refused{};
  for (std::size_t i = 0; i < kEntries; ++i) refused[i] = buckets_[i].Refused();
  return refused;
}

}  // namespace market::auth
