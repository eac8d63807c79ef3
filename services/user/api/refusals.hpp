// The refusals that several handlers of this room share.
#pragma once
#include "platform/core/error.hpp"

namespace market::user {

inline Error EtagMismatch() {
  return Error(Code::kAborted, "ETAG_MISMATCH", "it has changed since it was read");
}

}  // namespace market::user
