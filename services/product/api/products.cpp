#include <map>
#include <set>

#include "platform/conversions/conversions.hpp"
#include "platform/rpc/page.hpp"
#include "platform/rpc/partial_update.hpp"
#include "services/product/api/drafts.hpp"
#include "services/product/api/keep.hpp"
#include "services/product/api/prices.hpp"
#include "services/product/api/product_service.hpp"
#include "services/product/api/viewer.hpp"
#include "services/product/storage/sizes.hpp"

namespace market::product {
namespace {

void CheckDrafts(const google::protobuf::RepeatedPtrField<api::product::OfferDraft>& offers,
                 const domain::Market& market) {
  std::set<std::string_view> skus;
  std::set<std::map<std::string_view, std::string_view>> variants;
  for (int i = 0; i < offers.size(); ++i) {
    const std::string name = "offers[" + std::to_string(i) + ']';
    CheckOptions(offers[i].options(), name + ".options");
    CheckPrices(offers[i].price(), offers[i].prices(), market, name + '.');
    if (!skus.insert(offers[i].sku()).second) {
      throw InvalidArgument(name + ".sku", "DUPLICATE", "is that of an offer before it");
    }
    const auto& options = offers[i].options();
    if (!variants.emplace(options.begin(), options.end()).second) {
      throw InvalidArgument(name + ".options", "DUPLICATE", "are those of an offer before it");
    }
  }
}

storage::ProductEdit ProductEditFrom(const api::product::UpdateProductRequest& request) {
  const auto& change = request.product();
  const rpc::PartialUpdate update(change, request.update_mask());
  storage::ProductEdit edit{.if_version = rpc::ExpectedVersion(request.if_match())};
  update.Take("title", change.title(), edit.title)
      .Take("description", change.description(), edit.description)
      .Take("attributes", change.attributes(), edit.attributes)
      .Take("product_safety", change.product_safety(), edit.safety);
  if (edit.title && edit.title->empty())
    throw InvalidArgument("product.title", "REQUIRED", "a product must have a title");
  if (edit.attributes) CheckAttributes(*edit.attributes, "product.attributes");
  if (update.Changes("category_id")) {
    edit.category = domain::CategoryId::Parse(change.category_id());
    if (!edit.category) throw InvalidArgument("product.categoryId", "REQUIRED", "a product is in a category");
  }
  if (update.Changes("picture_ids")) {
    auto& pictures = edit.pictures.emplace();
    for (const auto& picture : change.picture_ids()) pictures.push_back(domain::PictureId::From(picture));
  }
  if (update.Changes("offers_by") && change.offers_by() == api::product::Product::OFFERS_BY_UNSPECIFIED)
    throw InvalidArgument("product.offersBy", "REQUIRED", "say who may offer the product");
  if (update.Changes("offers_by")) edit.offers_by = storage::OffersByFrom(change.offers_by());
  return edit;
}

std::string NameOf(api::product::ListProductsRequest request) {
  request.clear_page_token();
  request.clear_page_size();
  request.clear_language();
  return "all_products|" + request.SerializeAsString();
}

}  // namespace

const api::user::SellerCard* ProductService::ShowSeller(api::product::Product& product) const {
  const auto* card = deps_.sellers.Find(product.seller_id());
  if (card == nullptr) return nullptr;
  auto& seller = *product.mutable_seller();
  seller.set_id(card->id());
  seller.set_display_name(card->display_name());
  seller.set_slug(card->slug());
  return card;
}

std::size_t ProductService::FillShown(google::protobuf::RepeatedPtrField<api::product::Product>& page,
                                      int size, std::vector<api::product::Product>& products) const {
  return rpc::FillPage(page, size, products, [this](api::product::Product& product) {
    ShowSeller(product);
    return std::move(product);
  });
}

api::product::Product ProductService::Whole(api::product::Product product) const {
  if (const auto* card = ShowSeller(product)) {
    product.mutable_etag()->append("-").append(std::to_string(card->version()));
  }
  if (product.text_language() != product.language())
    product.mutable_etag()->append("-").append(product.text_language());
  return product;
}

// The hottest operation: one statement, and another one for who reads another language than that of its shop.
Task<api::product::Product> ProductService::GetProduct(CallContext& call,
                                                       api::product::GetProductRequest request) {
  auto product = co_await deps_.products.Get(call, domain::ProductId::From(request.product_id()),
                                             ViewerOf(call), deps_.market.Chosen(request.currency()));
  if (!product) throw NotFound("the product");
  if (product->languages_size() > 1)
    co_await deps_.translations.Show(call, *product, call.Languages(request.language()));
  LeaveOutInactive(call, *product);
  co_return Whole(*std::move(product));
}

Task<api::product::Product> ProductService::CreateProduct(CallContext& call,
                                                          api::product::CreateProductRequest request) {
  CheckAttributes(request.attributes(), "attributes");
  CheckDrafts(request.offers(), deps_.market);
  CheckLanguages(request.translations(), deps_.products.LanguageOf(request), "translations");
  CheckTranslations(request.translations(), "translations");
  RequireActive(SellerId::From(request.seller_id()));
  co_return Whole(co_await deps_.products.Create(call, call.OperationId(), std::move(request)));
}

Task<api::product::Product> ProductService::UpdateProduct(CallContext& call,
                                                          api::product::UpdateProductRequest request) {
  const auto id = domain::ProductId::From(request.product_id());
  auto edit = ProductEditFrom(request);
  co_await RequireActiveOwner(call, id);
  co_return Whole(
      co_await deps_.products.Update(call, id, {.sellers = call.Reach().sellers}, std::move(edit)));
}

Task<api::product::ListOffersOfProductResponse> ProductService::ListOffersOfProduct(
    CallContext& call, api::product::ListOffersOfProductRequest request) {
  const auto currency = deps_.market.Chosen(request.currency());
  const auto filter = "offers|" + request.product_id() + '|' + std::string(currency.Code());
  const auto size = rpc::PageSize(request.page_size());
  std::optional<storage::OfferPosition> after;
  if (const auto key =
          deps_.pages.Decode<std::int64_t, std::int64_t, domain::OfferId>(filter, request.page_token())) {
    after = {.sold_out = std::get<0>(*key), .price = std::get<1>(*key), .id = std::get<2>(*key)};
  }
  auto offers = co_await deps_.offers.ListOfProduct(call, domain::ProductId::From(request.product_id()),
                                                    ViewerOf(call), currency, after, size + 1);
  if (!offers) throw NotFound("the product");
  api::product::ListOffersOfProductResponse response;
  const auto kept = rpc::FillPage(*response.mutable_offers(), size, *offers,
                                  [](storage::ListedOffer& listed) { return std::move(listed.offer); });
  Keep(*response.mutable_offers(), [&](const api::product::Offer& offer) { return Shows(call, offer); });
  if (kept < offers->size()) {
    const auto& last = (*offers)[kept - 1].position;
    response.set_next_page_token(deps_.pages.Encode(filter, last.sold_out, last.price, last.id));
  }
  co_return response;
}

Task<api::product::ListSellerProductsResponse> ProductService::ListSellerProducts(
    CallContext& call, api::product::ListSellerProductsRequest request) {
  const auto state = storage::StateFrom(request.state());
  const auto filter = "seller_products|" + request.seller_id() + '|' + std::string(state ? Name(*state) : "");
  const auto size = rpc::PageSize(request.page_size());
  const auto after = deps_.pages.Decode<domain::ProductId>(filter, request.page_token());
  auto products = co_await deps_.products.ListOfSeller(
      call, SellerId::From(request.seller_id()), state,
      after ? std::optional(std::get<0>(*after)) : std::nullopt, size + 1);
  co_await deps_.translations.Show(call, products, call.Languages(request.language()));
  api::product::ListSellerProductsResponse response;
  const auto kept = FillShown(*response.mutable_products(), size, products);
  if (kept < products.size()) {
    const auto& last = response.products(response.products_size() - 1);
    response.set_next_page_token(deps_.pages.Encode(filter, domain::ProductId::From(last.id())));
  }
  co_return response;
}

Task<api::product::ListProductsResponse> ProductService::ListProducts(
    CallContext& call, api::product::ListProductsRequest request) {
  const auto name = NameOf(request);
  const auto size = rpc::PageSize(request.page_size());
  std::optional<storage::Products::Position> after;
  if (const auto key = deps_.pages.Decode<Time, domain::ProductId>(name, request.page_token())) {
    after = {std::get<0>(*key), std::get<1>(*key)};
  }
  auto products = co_await deps_.products.ListMatching(
      call, {.state = storage::StateFrom(request.state()), .seller = SellerId::Parse(request.seller_id())},
      after, size + 1);
  co_await deps_.translations.Show(call, products, call.Languages(request.language()));
  api::product::ListProductsResponse response;
  const auto kept = FillShown(*response.mutable_products(), size, products);
  if (kept < products.size()) {
    const auto& last = response.products(response.products_size() - 1);
    response.set_next_page_token(deps_.pages.Encode(
        name, conversions::TimeFrom(last.update_time(), "updateTime"), domain::ProductId::From(last.id())));
  }
  co_return response;
}

}  // namespace market::product
