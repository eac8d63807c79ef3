// What is refused in the same words, or judged alike, wherever the catalogue is changed.
#pragma once
#include <string>

#include "platform/core/error.hpp"
#include "services/product/domain/catalogue.hpp"

namespace market::product::storage {

inline Error ProductChangedMeanwhile() {
  return Error(Code::kAborted, "ETAG_MISMATCH", "the product has changed since it was read");
}

inline Error NotInState(domain::ProductState from) {
  return Error(Code::kFailedPrecondition, "ILLEGAL_TRANSITION",
               "the present state of the product does not allow that")
      .WithMetadata("from", std::string(Name(from)));
}

// Of many rows each of which is done by itself: whether it is about the row. Any other ends what is under way, and a repeat
// begins with that row again.
inline bool IsOfTheRow(const Error& error) {
  switch (error.code) {
    case Code::kInvalidArgument:
    case Code::kNotFound:
    case Code::kAlreadyExists:
    case Code::kFailedPrecondition:
      return true;
    case Code::kAborted:
      return error.reason == "ETAG_MISMATCH";
    default:
      return false;
  }
}

}  // namespace market::product::storage
