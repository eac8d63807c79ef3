// What operators tell the search: words that mean the same, what comes first for a query.
#include <algorithm>

#include "platform/conversions/conversions.hpp"
#include "platform/rpc/act.hpp"
#include "platform/rpc/page.hpp"
#include "services/product/api/product_service.hpp"
#include "services/product/index/text.hpp"

namespace market::product {
namespace {

using domain::SearchRule;
using domain::SearchRuleId;

api::product::SearchRule RuleProto(const SearchRule& rule) {
  api::product::SearchRule out;
  out.set_id(rule.id.ToString());
  for (const auto& synonym : rule.synonyms) out.add_synonyms(synonym);
  if (!rule.query.empty()) out.set_query(rule.query);
  for (const auto& product : rule.products) out.add_product_ids(product.ToString());
  *out.mutable_create_time() = conversions::ToProto(rule.created_at);
  return out;
}

// As the search compares them.
bool AreAlike(const std::string& one, const std::string& other) {
  return index::TitleHash(one) == index::TitleHash(other);
}

// Either synonyms or a query with products.
SearchRule RuleFrom(const CallContext& call, const api::product::CreateSearchRuleRequest& request) {
  SearchRule rule{.id = SearchRuleId(call.OperationId()),
                  .synonyms = {request.synonyms().begin(), request.synonyms().end()},
                  .query = request.query(),
                  .products = {},
                  .created_at = {}};
  for (const auto& product : request.product_ids()) rule.products.push_back(domain::ProductId::From(product));
  if (rule.query.empty() && rule.products.empty()) {
    if (rule.synonyms.size() < 2)
      throw InvalidArgument("synonyms", "TOO_FEW", "at least two words can mean the same");
    for (const auto& synonym : rule.synonyms) {
      if (index::TitleHash(synonym) == 0)
        throw InvalidArgument("synonyms", "INVALID_FORMAT", "each must have a letter or a digit");
      if (std::ranges::count_if(rule.synonyms, [&](const auto& other) { return AreAlike(synonym, other); }) >
          1)
        throw InvalidArgument("synonyms", "DUPLICATE",
                              "\"" + synonym + "\" is there twice, as the search sees it");
    }
    return rule;
  }
  if (!rule.synonyms.empty())
    throw InvalidArgument("synonyms", "CONFLICT", "a rule has either synonyms or a query with its products");
  if (index::TitleHash(rule.query) == 0)
    throw InvalidArgument("query", "REQUIRED", "what people type, with a letter or a digit in it");
  if (rule.products.empty())
    throw InvalidArgument("productIds", "REQUIRED", "at least one product comes first");
  return rule;
}

}  // namespace

Task<api::product::SearchRule> ProductService::CreateSearchRule(
    CallContext& call, api::product::CreateSearchRuleRequest request) {
  co_return RuleProto(co_await deps_.search_rules.Create(call, RuleFrom(call, request), rpc::ActOf(call)));
}

Task<api::product::ListSearchRulesResponse> ProductService::ListSearchRules(
    CallContext& call, api::product::ListSearchRulesRequest request) {
  const std::string filter = "search_rules";
  const int size = rpc::PageSize(request.page_size());
  std::optional<storage::SearchRules::Position> after;
  if (const auto key = deps_.pages.Decode<Time, SearchRuleId>(filter, request.page_token()))
    after.emplace(std::get<0>(*key), std::get<1>(*key));
  auto found = co_await deps_.search_rules.List(call, after, size + 1);
  api::product::ListSearchRulesResponse response;
  const auto kept = rpc::FillPage(*response.mutable_search_rules(), size, found, RuleProto);
  if (kept < found.size())
    response.set_next_page_token(deps_.pages.Encode(filter, found[kept - 1].created_at, found[kept - 1].id));
  co_return response;
}

Task<google::protobuf::Empty> ProductService::DeleteSearchRule(
    CallContext& call, api::product::DeleteSearchRuleRequest request) {
  co_await deps_.search_rules.Delete(call, SearchRuleId::From(request.search_rule_id()), rpc::ActOf(call));
  co_return google::protobuf::Empty();
}

}  // namespace market::product
