// The refusals that several handlers of this room share.
#pragma once
#include <string>

#include "platform/core/error.hpp"
#include "services/user/domain/seller.hpp"
#include "services/user/storage/outcomes.hpp"

namespace market::user {

inline Error EtagMismatch() {
  return Error(Code::kAborted, "ETAG_MISMATCH", "it has changed since it was read");
}

inline Error LimitReached(storage::LimitReached reached, const std::string& message) {
  return Error(Code::kFailedPrecondition, "LIMIT_REACHED", message)
      .WithMetadata("limit", std::to_string(reached.limit));
}

inline Error IllegalTransition(storage::NotAllowed refused, const std::string& message) {
  return Error(Code::kFailedPrecondition, "ILLEGAL_TRANSITION", message)
      .WithMetadata("from", std::string(domain::Name(refused.state)));
}

}  // namespace market::user
