#include "services/product/api/product_service.hpp"

namespace market::product {

Task<proto::ListCategoriesResponse> ProductService::ListCategories(CallContext& call,
                                                                   proto::ListCategoriesRequest) {
  co_return co_await parts_.catalogue.ListCategories(call);
}

Task<proto::Category> ProductService::CreateCategory(CallContext& call,
                                                     proto::CreateCategoryRequest request) {
  co_return co_await parts_.catalogue.CreateCategory(call, std::move(request));
}

}  // namespace market::product
