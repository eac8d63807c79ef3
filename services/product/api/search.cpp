#include "platform/rpc/page_token.hpp"
#include "services/product/api/product_service.hpp"
#include "services/product/domain/search_text.hpp"

namespace market::product {
namespace {

SearchOrder OrderFrom(const proto::SearchProductsRequest& request) {
  if (request.order_by() == "newest") return SearchOrder::kNewest;
  if (request.order_by() == "price") return SearchOrder::kPriceUp;
  if (request.order_by() == "-price") return SearchOrder::kPriceDown;
  return request.query().empty() ? SearchOrder::kNewest : SearchOrder::kRelevance;
}

// nullopt: a query without a single word finds nothing.
std::optional<Search> SearchFrom(const proto::SearchProductsRequest& request) {
  Search search{.typed = request.query(),
                .category = CategoryId::Parse(request.category_id()),
                .seller = SellerId::Parse(request.seller_id()),
                .in_stock = request.in_stock(),
                .order = OrderFrom(request)};
  if (request.min_price() > 0) search.min_price = request.min_price();
  if (request.max_price() > 0) search.max_price = request.max_price();
  if (!request.query().empty()) {
    const auto prefixes = PrefixQuery(request.query());
    if (!prefixes) return std::nullopt;
    search.prefixes = *prefixes;
  }
  return search;
}

std::string FilterOf(proto::SearchProductsRequest request) {
  request.clear_page_token();
  request.clear_page_size();
  return "search|" + request.SerializeAsString();
}

}  // namespace

Task<proto::SearchProductsResponse> ProductService::SearchProducts(CallContext& call,
                                                                   proto::SearchProductsRequest request) {
  const auto filter = FilterOf(request);
  const auto size = rpc::PageSize(request.page_size());
  const auto after = rpc::page_token::Decode<std::int64_t, ProductId>(filter, request.page_token());
  const auto search = SearchFrom(request);
  if (!search) co_return proto::SearchProductsResponse();

  const auto first_page = filter + '|' + std::to_string(size);
  if (!after) {
    if (auto kept = co_await parts_.search_cache.Find(call, first_page)) co_return std::move(*kept);
  }
  std::optional<SearchPosition> position;
  if (after) position = {std::get<0>(*after), std::get<1>(*after)};
  auto page = co_await parts_.search.Find(call, *search, position, size);

  proto::SearchProductsResponse response;
  for (auto& product : page.products) *response.add_products() = std::move(product);
  if (page.next) response.set_next_page_token(rpc::page_token::Encode(filter, page.next->key, page.next->id));
  if (after) co_return response;
  co_return co_await parts_.search_cache.Keep(call, first_page, std::move(response));
}

}  // namespace market::product
