#include "services/product/domain/catalogue.hpp"

namespace market::product::domain {

std::optional<ProductState> AfterPublishing(ProductState state) {
  switch (state) {
    case ProductState::kDraft:
    case ProductState::kPublished:
      return ProductState::kPublished;
    case ProductState::kArchived:
      break;
  }
  return std::nullopt;
}

}  // namespace market::product::domain
