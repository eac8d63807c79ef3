// The order service's operations, one file per use case or close family.
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "marketplace/auth/v1/auth.market.hpp"
#include "marketplace/order/v1/order.market.hpp"
#include "marketplace/product/v1/product.market.hpp"
#include "marketplace/user/v1/user.market.hpp"
#include "peers/user/kept_pictures.hpp"
#include "platform/core/clock.hpp"
#include "platform/documents/printer.hpp"
#include "platform/outbox/relay.hpp"
#include "platform/rpc/page_token.hpp"
#include "services/order/api/refusals.hpp"
#include "services/order/domain/cart.hpp"
#include "services/order/domain/coupon.hpp"
#include "services/order/domain/pricing.hpp"
#include "services/order/process/checkout.hpp"
#include "services/order/process/order_terms.hpp"
#include "services/order/process/seller_directory.hpp"
#include "services/order/storage/cart_tokens.hpp"
#include "services/order/storage/carts.hpp"
#include "services/order/storage/coupons.hpp"
#include "services/order/storage/delivery_methods.hpp"
#include "services/order/storage/invoices.hpp"
#include "services/order/storage/orders.hpp"
#include "services/order/storage/personal_data.hpp"
#include "services/order/storage/returns.hpp"
#include "services/order/storage/sales.hpp"
#include "services/order/storage/tax_rates.hpp"
#include "services/order/storage/transitions.hpp"
#include "services/order/storage/wishes.hpp"

namespace market::order {

class OrderService final : public api::OrderApi {
 public:
  struct Deps {
    storage::Orders& orders;
    storage::Checkouts& checkouts;
    storage::Transitions& transitions;
    Checkout& checkout;
    outbox::Relay& relay;
    api::UserApi& users;
    api::ProductApi& products;
    const SellerDirectory& sellers;
    const Clock& clock;
    const rpc::PageTokens& pages;
    Metrics& metrics;
    identity::PeopleNeed buyers_need;
    storage::PersonalData& personal_data;
    storage::DeliveryMethods& delivery_methods;
    storage::TaxRates& tax_rates;
    OrderTerms& terms;
    storage::Coupons& coupons;
    storage::Carts& carts;
    storage::Wishes& wishes;
    const storage::CartTokens& cart_tokens;
    storage::Sales& sales;
    api::AuthApi& auth;
    std::chrono::milliseconds carts_kept;  // a guest's cart by its token
    storage::Returns& returns;
    peers::KeptPictures& return_pictures;
    storage::Invoices& invoices;
    market::documents::Printer& printer;
  };
  explicit OrderService(const Deps& deps) : deps_(deps) {}

  Task<api::order::Quote> QuoteOrder(CallContext& call, api::order::QuoteOrderRequest request) override;
  Task<api::order::Order> PlaceOrder(CallContext& call, api::order::PlaceOrderRequest request) override;
  Task<api::order::Order> GetOrder(CallContext& call, api::order::GetOrderRequest request) override;
  Task<api::order::ListMyOrdersResponse> ListMyOrders(CallContext& call,
                                                      api::order::ListMyOrdersRequest request) override;
  Task<api::order::ExplainOrderResponse> ExplainOrder(CallContext& call,
                                                      api::order::ExplainOrderRequest request) override;
  Task<api::order::CountMyOrdersResponse> CountMyOrders(CallContext& call,
                                                        api::order::CountMyOrdersRequest request) override;
  Task<api::order::ListOrderEventsResponse> ListOrderEvents(
      CallContext& call, api::order::ListOrderEventsRequest request) override;
  Task<api::order::Order> CancelOrder(CallContext& call, api::order::CancelOrderRequest request) override;
  Task<api::order::Order> PayOrder(CallContext& call, api::order::PayOrderRequest request) override;
  Task<api::order::ListSellerOrdersResponse> ListSellerOrders(
      CallContext& call, api::order::ListSellerOrdersRequest request) override;
  Task<api::order::CountSellerOrdersResponse> CountSellerOrders(
      CallContext& call, api::order::CountSellerOrdersRequest request) override;
  Task<api::order::SellerOrder> GetSellerOrder(CallContext& call,
                                               api::order::GetSellerOrderRequest request) override;
  Task<api::order::SellerOrder> AcceptSellerOrder(CallContext& call,
                                                  api::order::AcceptSellerOrderRequest request) override;
  Task<api::order::SellerOrder> RejectSellerOrder(CallContext& call,
                                                  api::order::RejectSellerOrderRequest request) override;
  Task<api::order::SellerOrder> CancelBySeller(CallContext& call,
                                               api::order::CancelBySellerRequest request) override;
  Task<api::order::SellerOrder> ShipSellerOrder(CallContext& call,
                                                api::order::ShipSellerOrderRequest request) override;
  Task<api::order::SellerOrder> DeliverSellerOrder(CallContext& call,
                                                   api::order::DeliverSellerOrderRequest request) override;
  Task<api::order::SellerOrder> ConfirmReceipt(CallContext& call,
                                               api::order::ConfirmReceiptRequest request) override;
  Task<api::order::ListOrdersResponse> ListOrders(CallContext& call,
                                                  api::order::ListOrdersRequest request) override;
  Task<api::order::ListStuckCheckoutsResponse> ListStuckCheckouts(
      CallContext& call, api::order::ListStuckCheckoutsRequest request) override;
  Task<api::order::Checkout> AdvanceCheckout(CallContext& call,
                                             api::order::AdvanceCheckoutRequest request) override;
  // sales.cpp
  Task<api::order::SalesSeriesResponse> SalesSeries(CallContext& call,
                                                    api::order::SalesSeriesRequest request) override;
  Task<api::order::Parties> GetParties(CallContext& call, api::order::GetPartiesRequest request) override;
  Task<api::order::ReviewableLine> CheckReviewable(CallContext& call,
                                                   api::order::CheckReviewableRequest request) override;
  Task<google::protobuf::Empty> Deliver(CallContext& call,
                                        marketplace::type::v1::DeliverRequest request) override;

  // coupons.cpp
  Task<api::order::Coupon> CreateCoupon(CallContext& call, api::order::CreateCouponRequest request) override;
  Task<api::order::ListCouponsResponse> ListCoupons(CallContext& call,
                                                    api::order::ListCouponsRequest request) override;
  Task<api::order::Coupon> CreateSellerCoupon(CallContext& call,
                                              api::order::CreateSellerCouponRequest request) override;
  Task<api::order::ListSellerCouponsResponse> ListSellerCoupons(
      CallContext& call, api::order::ListSellerCouponsRequest request) override;
  Task<api::order::Coupon> GetCoupon(CallContext& call, api::order::GetCouponRequest request) override;
  Task<api::order::Coupon> UpdateCoupon(CallContext& call, api::order::UpdateCouponRequest request) override;
  Task<google::protobuf::Empty> EndCoupon(CallContext& call, api::order::EndCouponRequest request) override;

  // personal_data.cpp
  Task<marketplace::type::v1::FindClosingObstaclesResponse> FindClosingObstacles(
      CallContext& call, marketplace::type::v1::FindClosingObstaclesRequest request) override;
  Task<marketplace::type::v1::ErasePersonalDataResponse> ErasePersonalData(
      CallContext& call, marketplace::type::v1::ErasePersonalDataRequest request) override;
  Task<marketplace::type::v1::ExportPersonalDataResponse> ExportPersonalData(
      CallContext& call, marketplace::type::v1::ExportPersonalDataRequest request) override;

  // delivery_methods.cpp
  Task<api::order::DeliveryMethod> CreateDeliveryMethod(
      CallContext& call, api::order::CreateDeliveryMethodRequest request) override;
  Task<api::order::ListDeliveryMethodsResponse> ListDeliveryMethods(
      CallContext& call, api::order::ListDeliveryMethodsRequest request) override;
  Task<api::order::DeliveryMethod> UpdateDeliveryMethod(
      CallContext& call, api::order::UpdateDeliveryMethodRequest request) override;
  Task<google::protobuf::Empty> DeleteDeliveryMethod(
      CallContext& call, api::order::DeleteDeliveryMethodRequest request) override;
  // tax_rates.cpp
  Task<api::order::TaxRate> CreateTaxRate(CallContext& call,
                                          api::order::CreateTaxRateRequest request) override;
  Task<api::order::ListTaxRatesResponse> ListTaxRates(CallContext& call,
                                                      api::order::ListTaxRatesRequest request) override;
  Task<api::order::TaxRate> EndTaxRate(CallContext& call, api::order::EndTaxRateRequest request) override;

  // fulfil_order.cpp
  Task<api::order::Parcel> CreateParcel(CallContext& call, api::order::CreateParcelRequest request) override;
  Task<api::order::Parcel> UpdateParcel(CallContext& call, api::order::UpdateParcelRequest request) override;
  Task<api::order::Parcel> DeliverParcel(CallContext& call,
                                         api::order::DeliverParcelRequest request) override;
  // change_address.cpp
  Task<api::order::Order> ChangeShippingAddress(CallContext& call,
                                                api::order::ChangeShippingAddressRequest request) override;

  // carts.cpp
  Task<api::order::CreateCartResponse> CreateCart(CallContext& call,
                                                  api::order::CreateCartRequest request) override;
  Task<api::order::Cart> GetCart(CallContext& call, api::order::GetCartRequest request) override;
  Task<google::protobuf::Empty> DeleteCart(CallContext& call, api::order::DeleteCartRequest request) override;
  Task<api::order::Cart> PutCartItem(CallContext& call, api::order::PutCartItemRequest request) override;
  Task<api::order::Cart> DeleteCartItem(CallContext& call,
                                        api::order::DeleteCartItemRequest request) override;
  Task<api::order::Cart> PutCartDelivery(CallContext& call,
                                         api::order::PutCartDeliveryRequest request) override;
  Task<api::order::Cart> PutCartCoupons(CallContext& call,
                                        api::order::PutCartCouponsRequest request) override;
  Task<api::order::Cart> MergeCart(CallContext& call, api::order::MergeCartRequest request) override;
  // checkout_cart.cpp
  Task<api::order::Order> CheckoutCart(CallContext& call, api::order::CheckoutCartRequest request) override;
  // wish_list.cpp
  Task<api::order::ListWishesResponse> ListWishes(CallContext& call,
                                                  api::order::ListWishesRequest request) override;
  Task<api::order::Wish> PutWish(CallContext& call, api::order::PutWishRequest request) override;
  Task<google::protobuf::Empty> DeleteWish(CallContext& call, api::order::DeleteWishRequest request) override;
  // returns.cpp
  Task<api::order::Return> RequestReturn(CallContext& call,
                                         api::order::RequestReturnRequest request) override;
  Task<api::order::ListReturnsResponse> ListReturns(CallContext& call,
                                                    api::order::ListReturnsRequest request) override;
  Task<api::order::Return> GetReturn(CallContext& call, api::order::GetReturnRequest request) override;
  Task<api::order::Return> ApproveReturn(CallContext& call,
                                         api::order::ApproveReturnRequest request) override;
  Task<api::order::Return> RejectReturn(CallContext& call, api::order::RejectReturnRequest request) override;
  Task<api::order::Return> ShipReturn(CallContext& call, api::order::ShipReturnRequest request) override;
  Task<api::order::Return> ReceiveReturn(CallContext& call,
                                         api::order::ReceiveReturnRequest request) override;
  Task<api::order::Return> CloseReturn(CallContext& call, api::order::CloseReturnRequest request) override;

  // invoices.cpp
  Task<api::order::ListSellerOrderInvoicesResponse> ListSellerOrderInvoices(
      CallContext& call, api::order::ListSellerOrderInvoicesRequest request) override;
  Task<api::order::Invoice> GetInvoice(CallContext& call, api::order::GetInvoiceRequest request) override;
  Task<api::order::PrintInvoiceResponse> PrintInvoice(CallContext& call,
                                                      api::order::PrintInvoiceRequest request) override;
  Task<api::order::ListSellerInvoicesResponse> ListSellerInvoices(
      CallContext& call, api::order::ListSellerInvoicesRequest request) override;
  Task<api::order::ExportSellerInvoicesResponse> ExportSellerInvoices(
      CallContext& call, api::order::ExportSellerInvoicesRequest request) override;

 private:
  // returns.cpp
  Task<api::order::Return> MoveReturn(CallContext& call, std::string id, storage::Scope scope,
                                      storage::ReturnMove move);
  Task<domain::Invoice> RequireInvoice(CallContext& call, std::string id);
  // carts.cpp and wish_list.cpp
  storage::CartScope CartScopeOf(const CallContext& call, const std::string& cart,
                                 const std::string& token) const;
  Task<domain::Cart> RequireCart(CallContext& call, storage::CartScope scope);
  Task<api::order::Cart> ChangeCart(CallContext& call, storage::CartScope scope, storage::CartChange change);
  Task<std::vector<domain::Offer>> OffersOf(CallContext& call, const domain::Cart& cart);
  Task<std::vector<domain::Offer>> OffersOf(CallContext& call, const std::vector<storage::Wish>& wishes);
  static std::optional<domain::Priced> PriceOfCart(const std::vector<domain::Item>& items,
                                                   const std::vector<domain::Offer>& offers);
  api::order::Cart Show(const domain::Cart& cart, const std::vector<domain::Offer>& offers) const;
  api::order::Wish Show(const storage::Wish& wish, const std::vector<domain::Offer>& offers) const;
  void Fill(api::order::CartItem& out, const domain::CartLine& line) const;
  void Fill(api::order::ShopName& out, const SellerId& seller) const;
  enum class Categories : std::uint8_t { kLeftOut, kTold };
  // Coupons look at them.
  template <class Request>
  static Categories CategoriesFor(const Request& request);
  // With their prices in the currency; in the market's first one for "".
  Task<std::vector<domain::Offer>> FetchOffers(CallContext& call, std::vector<domain::Item> items,
                                               std::string currency,
                                               Categories categories = Categories::kLeftOut);
  // What the coupons that the buyer names take off, nothing without any (coupons.cpp). The offers are with their
  // categories; `deliveries` is what each shop asks for sending. Throws Error COUPON_NOT_APPLICABLE, and what Price does.
  Task<domain::AppliedCoupons> UseCoupons(CallContext& call,
                                          const google::protobuf::RepeatedPtrField<std::string>& named,
                                          std::span<const domain::Item> items,
                                          std::span<const domain::Offer> offers,
                                          std::map<SellerId, std::int64_t> deliveries = {});
  // Where it goes: one of the buyer's addresses, or one that is said; empty where nothing is said.
  template <class Request>
  Task<domain::Address> FetchAddress(CallContext& call, const Request& request);
  Task<domain::Address> FindAddress(CallContext& call, AccountId buyer, std::string address_id);
  Task<domain::Address> CheckAddress(CallContext& call, const api::order::ShippingAddress& address);
  // What these items cost when they go there.
  struct PricedOn {
    domain::Priced priced;
    FoundTerms terms;
    std::vector<domain::UsedCoupon> coupons;
  };
  template <class Request>
  Task<PricedOn> PriceItems(CallContext& call, const Request& request, const std::vector<domain::Item>& items,
                            const std::vector<domain::Offer>& offers, const domain::Address& address);
  Task<domain::Order> Draft(CallContext& call, const api::order::PlaceOrderRequest& request);
  Task<api::order::Order> Resume(CallContext& call, domain::Order order,
                                 api::order::PlaceOrderRequest request);
  Task<api::order::Order> Drive(CallContext& call, storage::Lease lease, domain::Order order,
                                api::order::PlaceOrderRequest request);
  api::order::Order Answer(CallContext& call, const domain::Order& order, const RequestedItems& items) const;
  // To whoever asks for it, with what only its buyer may see.
  api::order::Order Shown(const CallContext& call, const domain::Order& order) const;
  // Whose e-mail it is, guests among them.
  Task<std::vector<AccountId>> FindBuyers(CallContext& call, std::string email);
  Task<domain::Order> Require(CallContext& call, domain::OrderId id, storage::Scope scope);
  // Drives a checkout as far as it goes, and gives its order as it is then, whoever brought it there.
  Task<domain::Order> DriveOn(CallContext& call, storage::Lease lease, domain::Order order);
  Task<api::order::SellerOrder> Move(CallContext& call, std::string part_id, domain::State to);
  // fulfil_order.cpp
  template <class Request>
  Task<storage::Moved> Send(CallContext& call, const Request& request, std::vector<domain::Units> units);
  void Count(const storage::Moved& moved);
  Task<api::order::SellerOrder> End(CallContext& call, std::string part_id, domain::State to,
                                    std::string reason, std::vector<domain::Units> units);
  Task<api::order::Order> Undone(CallContext& call, domain::OrderId id, storage::Scope scope);
  api::order::SellerOrder Tell(const storage::Moved& moved);

  Deps deps_;
};

}  // namespace market::order
