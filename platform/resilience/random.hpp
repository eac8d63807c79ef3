// Random shares for jitter: fast, per thread, not secret.
#pragma once

namespace market::resilience {

// Uniform in [0, 1).
double RandomShare();

}  // namespace market::resilience
