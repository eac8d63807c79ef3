// Random shares for jitter: fast, per thread, not secret.
#pragma once

namespace market::runtime {

// Uniform in [0, 1).
double RandomShare();

}  // namespace market::runtime
