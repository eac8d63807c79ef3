// What is refused of a product in the same words wherever it is changed.
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

}  // namespace market::product::storage
