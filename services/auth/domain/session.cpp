#include "services/auth/domain/session.hpp"

namespace market::auth::domain {

Verdict Judge(const PresentedToken& token, Time now, std::chrono::milliseconds retry_window) {
  if (token.session_ended || now >= token.idle_expires_at || now >= token.absolute_expires_at)
    return Verdict::kEnded;
  if (!token.used_at) return Verdict::kRotate;
  if (token.successor_unused && now - *token.used_at <= retry_window) return Verdict::kRepeat;
  return Verdict::kReused;
}

}  // namespace market::auth::domain
