#include "services/auth/credentials/limits.hpp"

#include "platform/core/error.hpp"

namespace market::auth {
namespace {

resilience::TokenBuckets::Options BucketOf(const Limits::Limit& limit, std::size_t callers_max) {
  const auto count = static_cast<double>(limit.count);
  return {.rate_per_s = count / std::chrono::duration<double>(limit.window).count(),
          .burst = count,
          .max_keys = callers_max};
}

Error TooMany(std::string message, std::chrono::milliseconds wait) {
  return Error(Code::kResourceExhausted, "RATE_LIMITED", std::move(message)).WithRetryAfter(wait);
}

}  // namespace

Limits::Limits(const Options& options)
    : sign_ups_(BucketOf(options.sign_ups, options.callers_max)),
      sign_ins_(BucketOf(options.sign_ins, options.callers_max)),
      sign_ins_of_devices_(BucketOf(options.sign_ins, options.callers_max)),
      mails_(BucketOf(options.mails, options.callers_max)) {}

void Limits::CountSignUp(const Visitor& visitor, resilience::SteadyTime now) {
  if (const auto wait = sign_ups_.Take(visitor.address, 1, now)) {
    throw TooMany("too many accounts are being made from your address", *wait);
  }
}

void Limits::CountSignIn(const Visitor& visitor, resilience::SteadyTime now) {
  if (visitor.device) {
    if (const auto wait = sign_ins_of_devices_.Take(visitor.device->ToString(), 1, now)) {
      throw TooMany("too many sign-ins from your device", *wait);
    }
  } else if (const auto wait = sign_ins_.Take(visitor.address, 1, now)) {
    throw TooMany("too many sign-ins from your address", *wait);
  }
}

void Limits::CountMail(const Visitor& visitor, resilience::SteadyTime now) {
  if (const auto wait = mails_.Take(visitor.address, 1, now)) {
    throw TooMany("too many mails are being asked for from your address", *wait);
  }
}

Limits::Stats Limits::Refused() const {
  return {.sign_ups = sign_ups_.Refused(),
          .sign_ins = sign_ins_.Refused(),
          .sign_ins_of_devices = sign_ins_of_devices_.Refused(),
          .mails = mails_.Refused()};
}

}  // namespace market::auth
