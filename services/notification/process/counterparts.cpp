#include "services/notification/process/counterparts.hpp"

#include <algorithm>

#include "platform/core/error.hpp"

namespace market::notification {
namespace {

constexpr int kOffersAtOnce = 100;
constexpr int kProfilesMax = 100;

// The same deadline and trace, and nobody's rights: what anybody sees.
class Anybody {
 public:
  explicit Anybody(const CallContext& call) : call_(call.Deadline()) {
    rpc::CallContextBuilder(call_).Span(call.Span()).RequestId(std::string(call.RequestId()));
  }
  operator CallContext&() { return call_; }  // NOLINT(google-explicit-constructor)

 private:
  CallContext call_;
};

}  // namespace

Task<domain::Parties> Counterparts::OfProduct(CallContext& call, std::string seller_id,
                                              std::string product_id) {
  Anybody open(call);
  api::user::GetSellerRequest shop;
  shop.set_seller_id(seller_id);
  const auto seller = co_await peers_->users.GetSeller(open, std::move(shop));
  if (seller.state() != api::user::Seller::ACTIVE) throw NotFound("the seller");
  api::product::GetProductRequest thing;
  thing.set_product_id(product_id);
  const auto product = co_await peers_->products.GetProduct(open, std::move(thing));
  if (product.state() != api::product::Product::PUBLISHED) throw NotFound("the product");
  if (product.seller_id() != seller_id && !co_await Offers(open, seller_id, product_id))
    throw NotFound("the product");
  co_return domain::Parties{.buyer = call.Caller().account,
                            .seller = SellerId::From(seller_id),
                            .seller_name = seller.display_name(),
                            .subject = {.product = Id<struct ProductTag>::From(product_id).Value(),
                                        .seller_order = std::nullopt,
                                        .title = product.title()}};
}

Task<bool> Counterparts::Offers(CallContext& open, std::string seller_id, std::string product_id) {
  api::product::ListOffersOfProductRequest page;
  page.set_product_id(product_id);
  page.set_page_size(kOffersAtOnce);
  do {
    const auto found = co_await peers_->products.ListOffersOfProduct(open, page);
    if (std::ranges::any_of(found.offers(), [&](const auto& one) { return one.seller_id() == seller_id; }))
      co_return true;
    page.set_page_token(found.next_page_token());
  } while (!page.page_token().empty());
  co_return false;
}

Task<domain::Parties> Counterparts::OfSellerOrder(CallContext& call, std::string seller_order_id) {
  api::order::GetPartiesRequest request;
  request.set_seller_order_id(seller_order_id);
  const auto found = co_await peers_->orders.GetParties(call, std::move(request));
  co_return domain::Parties{.buyer = AccountId::From(found.buyer_id()),
                            .seller = SellerId::From(found.seller_id()),
                            .seller_name = found.seller_name(),
                            .subject = {.product = std::nullopt,
                                        .seller_order = Id<struct OrderTag>::From(seller_order_id).Value(),
                                        .title = found.number()}};
}

Task<std::vector<AccountId>> Counterparts::Others(CallContext& call, domain::Parties parties,
                                                  domain::Side side, AccountId author) {
  if (side == domain::Side::kBuyer) co_return std::vector<AccountId>{parties.buyer};
  api::auth::ListMembersRequest request;
  request.set_seller_id(parties.seller.ToString());
  const auto found = co_await peers_->auth.ListMembers(call, std::move(request));
  std::vector<AccountId> others;
  for (const auto& member : found.members()) {
    const auto account = AccountId::From(member.account_id());
    if (account != author) others.push_back(account);
  }
  co_return others;
}

Task<std::map<AccountId, std::string>> Counterparts::NamesOf(CallContext& call,
                                                             std::vector<AccountId> buyers) {
  std::map<AccountId, std::string> names;
  std::ranges::sort(buyers);
  buyers.erase(std::ranges::unique(buyers).begin(), buyers.end());
  if (buyers.empty()) co_return names;
  api::user::GetProfilesRequest request;
  for (const auto& buyer : buyers) {
    if (request.account_ids_size() < kProfilesMax) request.add_account_ids(buyer.ToString());
  }
  const auto found = co_await peers_->users.GetProfiles(call, std::move(request));
  for (const auto& profile : found.profiles()) {
    if (!profile.display_name().empty())
      names.emplace(AccountId::From(profile.account_id()), profile.display_name());
  }
  co_return names;
}

}  // namespace market::notification
