#include "platform/rpc/act.hpp"
#include "services/product/api/product_service.hpp"

namespace market::product {

Task<api::product::ListCategoriesResponse> ProductService::ListCategories(
    CallContext& call, api::product::ListCategoriesRequest) {
  co_return co_await deps_.categories.List(call);
}

Task<api::product::Category> ProductService::CreateCategory(CallContext& call,
                                                            api::product::CreateCategoryRequest request) {
  co_return co_await deps_.categories.Create(call, domain::CategoryId(call.OperationId()),
                                                    std::move(request), rpc::ActOf(call));
}

}  // namespace market::product
