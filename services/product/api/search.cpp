#include "platform/rpc/page.hpp"
#include "services/product/api/product_service.hpp"
#include "services/product/domain/search_text.hpp"

namespace market::product {
namespace {

storage::SearchOrder OrderFrom(const api::product::SearchProductsRequest& request) {
  if (request.order_by() == "newest") return storage::SearchOrder::kNewest;
  if (request.order_by() == "price") return storage::SearchOrder::kPriceUp;
  if (request.order_by() == "-price") return storage::SearchOrder::kPriceDown;
  return request.query().empty() ? storage::SearchOrder::kNewest : storage::SearchOrder::kRelevance;
}

// nullopt: a query without a single word finds nothing.
std::optional<storage::SearchQuery> SearchFrom(const api::product::SearchProductsRequest& request) {
  storage::SearchQuery search{.typed = request.query(),
                              .category = domain::CategoryId::Parse(request.category_id()),
                              .seller = SellerId::Parse(request.seller_id()),
                              .in_stock = request.in_stock(),
                              .order = OrderFrom(request)};
  if (request.has_min_price()) search.min_price = request.min_price();
  if (request.has_max_price()) search.max_price = request.max_price();
  if (!request.query().empty()) {
    const auto prefixes = domain::PrefixQuery(request.query());
    if (!prefixes) return std::nullopt;
    search.prefixes = *prefixes;
  }
  return search;
}

std::string FilterOf(api::product::SearchProductsRequest request) {
  request.clear_page_token();
  request.clear_page_size();
  return "search|" + request.SerializeAsString();
}

}  // namespace

Task<api::product::SearchProductsResponse> ProductService::SearchProducts(
    CallContext& call, api::product::SearchProductsRequest request) {
  const auto filter = FilterOf(request);
  const auto size = rpc::PageSize(request.page_size());
  const auto after = deps_.pages.Decode<std::int64_t, domain::ProductId>(filter, request.page_token());
  const auto search = SearchFrom(request);
  if (!search) co_return api::product::SearchProductsResponse();

  const auto first_page = filter + '|' + std::to_string(size);
  if (!after) {
    if (auto kept = co_await deps_.search_cache.Find(call, first_page)) {
      LeaveOutInactive(*kept);
      for (auto& product : *kept->mutable_products()) ShowSeller(product);
      co_return std::move(*kept);
    }
  }
  std::optional<storage::SearchPosition> position;
  if (after) position = {std::get<0>(*after), std::get<1>(*after)};
  auto found = co_await deps_.search.Find(call, *search, position, size + 1);

  api::product::SearchProductsResponse response;
  const auto kept = rpc::FillPage(*response.mutable_products(), size, found.products,
                                  [](api::product::Product& product) { return std::move(product); });
  if (kept < found.products.size()) {
    const auto& last = response.products(response.products_size() - 1);
    response.set_next_page_token(
        deps_.pages.Encode(filter, found.keys[kept - 1], domain::ProductId::From(last.id())));
  }
  // Kept whole: a shop may come back while it is kept.
  if (!after) response = co_await deps_.search_cache.Keep(call, first_page, std::move(response));
  LeaveOutInactive(response);
  for (auto& product : *response.mutable_products()) ShowSeller(product);
  co_return response;
}

}  // namespace market::product
