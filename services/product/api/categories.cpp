#include "platform/rpc/act.hpp"
#include "platform/rpc/partial_update.hpp"
#include "services/product/api/drafts.hpp"
#include "services/product/api/product_service.hpp"

namespace market::product {
namespace {

storage::CategoryEdit CategoryEditFrom(const api::product::UpdateCategoryRequest& request) {
  const auto& change = request.category();
  const rpc::PartialUpdate update(change, request.update_mask());
  storage::CategoryEdit edit{.if_version = rpc::ExpectedVersion(request.if_match())};
  update.Take("name", change.name(), edit.name)
      .Take("slug", change.slug(), edit.slug)
      .Take("translations", change.translations(), edit.translations);
  if (update.Changes("parent_id")) edit.parent.emplace(domain::CategoryId::Parse(change.parent_id()));
  if (edit.name && edit.name->empty())
    throw InvalidArgument("category.name", "REQUIRED", "a category must have a name");
  if (edit.slug && edit.slug->empty())
    throw InvalidArgument("category.slug", "REQUIRED", "a category must have a slug");
  return edit;
}

}  // namespace

Task<api::product::ListCategoriesResponse> ProductService::ListCategories(
    CallContext& call, api::product::ListCategoriesRequest request) {
  co_return co_await deps_.categories.List(call, call.Languages(request.language()));
}

Task<api::product::Category> ProductService::GetCategory(CallContext& call,
                                                         api::product::GetCategoryRequest request) {
  co_return co_await deps_.categories.Get(call, domain::CategoryId::From(request.category_id()),
                                          call.Languages(request.language()));
}

Task<api::product::Category> ProductService::CreateCategory(CallContext& call,
                                                            api::product::CreateCategoryRequest request) {
  CheckLanguages(request.translations(), deps_.categories.Language(), "translations");
  co_return co_await deps_.categories.Create(call, domain::CategoryId(call.OperationId()), std::move(request),
                                             rpc::ActOf(call));
}

Task<api::product::Category> ProductService::UpdateCategory(CallContext& call,
                                                            api::product::UpdateCategoryRequest request) {
  auto edit = CategoryEditFrom(request);
  if (edit.translations)
    CheckLanguages(*edit.translations, deps_.categories.Language(), "category.translations");
  co_return co_await deps_.categories.Update(call, domain::CategoryId::From(request.category_id()),
                                             std::move(edit), rpc::ActOf(call));
}

Task<google::protobuf::Empty> ProductService::DeleteCategory(CallContext& call,
                                                             api::product::DeleteCategoryRequest request) {
  co_await deps_.categories.Delete(call, domain::CategoryId::From(request.category_id()),
                                   rpc::ExpectedVersion(request.if_match()), rpc::ActOf(call));
  co_return google::protobuf::Empty();
}

}  // namespace market::product
