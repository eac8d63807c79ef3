#include <algorithm>
#include <map>

#include "platform/rpc/page.hpp"
#include "services/product/api/product_service.hpp"
#include "services/product/domain/search_text.hpp"

namespace market::product {
namespace {

using api::product::SearchProductsRequest;
using api::product::SearchProductsResponse;

constexpr std::uint16_t kHundredths = 100;

storage::SearchOrder OrderFrom(const SearchProductsRequest& request) {
  if (request.order_by() == "newest") return storage::SearchOrder::kNewest;
  if (request.order_by() == "price") return storage::SearchOrder::kPriceUp;
  if (request.order_by() == "-price") return storage::SearchOrder::kPriceDown;
  return request.query().empty() ? storage::SearchOrder::kNewest : storage::SearchOrder::kRelevance;
}

// nullopt: a query without a single word finds nothing.
std::optional<storage::SearchQuery> SearchFrom(const SearchProductsRequest& request) {
  storage::SearchQuery search{.currency = Currency::Parse(request.currency()),
                              .typed = request.query(),
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

// What only the index knows.
bool NeedsIndex(const SearchProductsRequest& request) {
  return request.attributes_size() > 0 || request.min_rating() > 0 || request.order_by() == "rating";
}

index::Order IndexOrderFrom(const SearchProductsRequest& request) {
  if (request.order_by() == "newest") return index::Order::kNewest;
  if (request.order_by() == "price") return index::Order::kPriceUp;
  if (request.order_by() == "-price") return index::Order::kPriceDown;
  if (request.order_by() == "rating") return index::Order::kRating;
  return request.query().empty() ? index::Order::kNewest : index::Order::kRelevance;
}

// Of "name=value" each; the values of one name are one filter.
std::vector<index::AttributeFilter> AttributesFrom(const SearchProductsRequest& request) {
  std::map<std::string, index::AttributeFilter> by_name;
  for (const auto& attribute : request.attributes()) {
    const auto name = attribute.substr(0, attribute.find('='));
    auto& filter = by_name[name];
    filter.name = name;
    filter.values.insert(attribute.substr(name.size() + 1));
  }
  std::vector<index::AttributeFilter> filters;
  for (auto& [name, filter] : by_name) filters.push_back(std::move(filter));
  return filters;
}

index::Query QueryFrom(const SearchProductsRequest& request) {
  index::Query query{.text = request.query(), .order = IndexOrderFrom(request), .facets = request.facets()};
  auto& filters = query.filters;
  filters.category = domain::CategoryId::Parse(request.category_id());
  filters.seller = SellerId::Parse(request.seller_id());
  if (request.has_min_price()) filters.min_price = request.min_price();
  if (request.has_max_price()) filters.max_price = request.max_price();
  filters.currency = request.currency();
  filters.in_stock = request.in_stock();
  filters.attributes = AttributesFrom(request);
  filters.min_rating_hundredths = static_cast<std::uint16_t>(request.min_rating() * kHundredths);
  return query;
}

storage::ShownOffer ShownFrom(const index::Filters& filters, const SellerDirectory::Sellers& inactive) {
  return {.currency = Currency::Parse(filters.currency),
          .min_price = filters.min_price,
          .max_price = filters.max_price,
          .in_stock = filters.in_stock,
          .not_of = {inactive.begin(), inactive.end()}};
}

void Fill(api::product::SearchFacets& shown, const index::Facets& facets, const SellerDirectory& sellers) {
  for (const auto& [category, count] : facets.categories) {
    auto& entry = *shown.add_categories();
    entry.set_category_id(category.ToString());
    entry.set_count(static_cast<std::int64_t>(count));
  }
  for (const auto& [seller, count] : facets.sellers) {
    auto& entry = *shown.add_sellers();
    entry.set_seller_id(seller.ToString());
    entry.set_name(sellers.NameOf(seller));
    entry.set_count(static_cast<std::int64_t>(count));
  }
  for (const auto& [band, count] : facets.prices) {
    auto& entry = *shown.add_prices();
    entry.set_currency(band.currency);
    entry.set_min_price(band.from);
    if (band.until) entry.set_max_price(*band.until - 1);
    entry.set_count(static_cast<std::int64_t>(count));
  }
  shown.set_in_stock(static_cast<std::int64_t>(facets.in_stock));
  for (std::size_t i = 0; i < facets.ratings.size(); ++i) {
    if (facets.ratings[i] == 0) continue;
    auto& entry = *shown.add_ratings();
    entry.set_min_rating(static_cast<std::int32_t>(i + 1));
    entry.set_count(static_cast<std::int64_t>(facets.ratings[i]));
  }
  for (const auto& name : facets.attributes) {
    auto& entry = *shown.add_attributes();
    entry.set_name(name.name);
    for (const auto& [value, count] : name.values) {
      auto& of_value = *entry.add_values();
      of_value.set_value(value);
      of_value.set_count(static_cast<std::int64_t>(count));
    }
  }
}

// Which list a page belongs to. Counts of facets are no part of it: pages after the first need none. Nor is the language: it
// is shown in one, and found in all.
std::string ListOf(SearchProductsRequest request) {
  request.clear_page_token();
  request.clear_page_size();
  request.clear_facets();
  request.clear_language();
  return request.SerializeAsString();
}

// Where a page ends reads differently in the index and in the database, so their tokens differ: those of the
// index begin with what no other token has.
constexpr std::string_view kIndexToken = "i.";
std::string_view TokenIn(const SearchProductsRequest& request) {
  std::string_view token = request.page_token();
  if (!token.empty()) token.remove_prefix(kIndexToken.size());
  return token;
}
std::string InOneKey(const std::vector<std::string>& words) {
  std::string joined;
  for (const auto& word : words) joined.append(word).push_back(',');
  return joined;
}
std::string RowsFilter(const SearchProductsRequest& request) { return "search|" + ListOf(request); }
std::string IndexFilter(const SearchProductsRequest& request) { return "search_index|" + ListOf(request); }

}  // namespace

// A list goes on where it began: in the database, if that was before the index was ready.
Task<SearchProductsResponse> ProductService::SearchProducts(CallContext& call,
                                                            SearchProductsRequest request) {
  // Said or meant: the same list.
  request.set_currency(std::string(deps_.market.Chosen(request.currency()).Code()));
  const bool begins = request.page_token().empty();
  const bool began_in_index = request.page_token().starts_with(kIndexToken);
  if (deps_.index.Ready() && (begins || began_in_index)) co_return co_await SearchIndexed(call, request);
  // A page of the other way belongs to no search like that: SearchRows refuses it.
  if (began_in_index || (begins && NeedsIndex(request))) {
    throw Unavailable("the search is being prepared; try again in a moment")
        .WithRetryAfter(std::chrono::seconds(1));
  }
  co_return co_await SearchRows(call, request);
}

Task<SearchProductsResponse> ProductService::SearchIndexed(CallContext& call,
                                                           const SearchProductsRequest& request) {
  const auto filter = IndexFilter(request);
  const auto size = rpc::PageSize(request.page_size());
  auto query = QueryFrom(request);
  query.limit = static_cast<std::size_t>(size) + 1;
  if (const auto after =
          deps_.pages.Decode<std::int64_t, domain::ProductId, std::int64_t>(filter, TokenIn(request))) {
    query.after = index::Position{std::get<0>(*after), std::get<1>(*after)};
    query.weights = index::Weights::From(std::get<2>(*after));
  }
  const auto shown = ShownFrom(query.filters, *deps_.sellers.Inactive());
  auto found = co_await deps_.index.Find(call, std::move(query));

  SearchProductsResponse response;
  response.set_total(static_cast<std::int64_t>(found.total));
  if (found.facets) Fill(*response.mutable_facets(), *found.facets, deps_.sellers);
  const bool more = found.hits.size() > static_cast<std::size_t>(size);
  if (more) found.hits.resize(static_cast<std::size_t>(size));
  if (found.hits.empty()) co_return response;
  std::vector<domain::ProductId> ids;
  for (const auto& hit : found.hits) ids.push_back(hit.id);
  auto products = co_await deps_.search.Show(call, ids, shown);
  co_await deps_.translations.ShowTitles(call, products, call.Languages(request.language()));
  const auto kept = FillShown(*response.mutable_products(), size, products);
  // The place of the last one shown; of the last one found, where all fit.
  auto last = found.hits.back();
  if (kept < products.size()) {
    const auto id = domain::ProductId::From(response.products(response.products_size() - 1).id());
    last = *std::ranges::find(found.hits, id, &index::Hit::id);
  }
  if (more || kept < products.size()) {
    response.set_next_page_token(std::string(kIndexToken) +
                                 deps_.pages.Encode(filter, last.key, last.id, found.weights.Pack()));
  }
  co_return response;
}

Task<SearchProductsResponse> ProductService::SearchRows(CallContext& call,
                                                        const SearchProductsRequest& request) {
  const auto filter = RowsFilter(request);
  const auto size = rpc::PageSize(request.page_size());
  const auto after = deps_.pages.Decode<std::int64_t, domain::ProductId>(filter, request.page_token());
  const auto search = SearchFrom(request);
  if (!search) co_return SearchProductsResponse();

  const auto began = deps_.search_cache.Now();
  const auto languages = call.Languages(request.language());
  const auto first_page = filter + '|' + std::to_string(size) + '|' + InOneKey(languages);
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
  co_await deps_.translations.ShowTitles(call, found.products, languages);

  SearchProductsResponse response;
  const auto kept = rpc::FillPage(*response.mutable_products(), size, found.products,
                                  [](api::product::Product& product) { return std::move(product); });
  if (kept < found.products.size()) {
    const auto& last = response.products(response.products_size() - 1);
    response.set_next_page_token(
        deps_.pages.Encode(filter, found.keys[kept - 1], domain::ProductId::From(last.id())));
  }
  // Kept whole: a shop may come back while it is kept.
  if (!after) response = co_await deps_.search_cache.Keep(call, first_page, began, std::move(response));
  LeaveOutInactive(response);
  for (auto& product : *response.mutable_products()) ShowSeller(product);
  co_return response;
}

Task<api::product::SuggestProductsResponse> ProductService::SuggestProducts(
    CallContext& call, api::product::SuggestProductsRequest request) {
  const auto currency = deps_.market.Chosen(request.currency());
  api::product::SuggestProductsResponse response;
  if (!deps_.index.Ready()) co_return response;
  index::Query query{.text = request.query()};
  query.languages = call.Languages(request.language());
  query.filters.category = domain::CategoryId::Parse(request.category_id());
  query.filters.currency = currency.Code();
  for (const auto& suggestion : co_await deps_.index.Suggest(call, std::move(query))) {
    auto& shown = *response.add_suggestions();
    shown.set_text(suggestion.text);
    if (!suggestion.product) continue;
    shown.set_product_id(suggestion.product->ToString());
    shown.set_text_language(suggestion.language);
  }
  co_return response;
}

}  // namespace market::product
