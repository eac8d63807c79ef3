// Stock and payments as the order service sees them, in memory, with faults drawn from a seeded generator: a
// call is lost before its effect, its answer is lost after it, or the caller dies around it. For tests only.
#pragma once
#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "marketplace/payment/v1/payment.market.hpp"
#include "marketplace/product/v1/product.market.hpp"

namespace market::order::testing {

// The process that drives a checkout dies here; not an Error, so nothing handles it.
struct Crash : std::runtime_error {
  Crash() : std::runtime_error("killed") {}
};

class Faults {
 public:
  explicit Faults(unsigned seed) : random_(seed) {}
  void Heal() { healed_ = true; }

  // Runs `effect` between two chances to go wrong.
  template <class Effect>
  auto Around(Effect effect) {
    Strike();
    auto answer = effect();
    Strike();
    return answer;
  }

 private:
  void Strike() {
    if (healed_) return;
    const auto draw = random_() % 100;
    if (draw < 8) throw Crash();
    if (draw < 18) throw Unavailable("the peer did not answer");
  }

  std::mt19937 random_;
  bool healed_ = false;
};

class FakeStock final : public api::ProductStandIn {
 public:
  FakeStock(Faults& faults, std::int64_t on_hand) : faults_(faults), available_(on_hand) {}

  enum class Held { kHeld, kCommitted, kReleased, kConsumed };
  std::map<std::string, Held> orders;
  std::map<std::string, api::product::OfferForSale> offers;
  std::int64_t Available() const { return available_; }

  Task<api::product::ReserveStockResponse> ReserveStock(CallContext&,
                                                        api::product::ReserveStockRequest request) override {
    co_return faults_.Around([&] {
      api::product::ReserveStockResponse response;
      if (Hold(request.order_id())) {
        response.set_outcome(api::product::ReserveStockResponse::RESERVED);
        return response;
      }
      response.set_outcome(api::product::ReserveStockResponse::OUT_OF_STOCK);
      for (const auto& line : request.lines()) {
        auto& shortage = *response.add_shortages();
        shortage.set_offer_id(line.offer_id());
        shortage.set_available(available_);
      }
      return response;
    });
  }
  Task<google::protobuf::Empty> CommitReservation(CallContext&,
                                                  api::product::CommitReservationRequest request) override {
    co_return faults_.Around([&] {
      if (!Hold(request.order_id())) {
        throw Error(Code::kFailedPrecondition, "RESERVATION_GONE", "the reservation is no longer held");
      }
      orders[request.order_id()] = Held::kCommitted;
      return google::protobuf::Empty();
    });
  }
  Task<google::protobuf::Empty> ReleaseReservation(CallContext&,
                                                   api::product::ReleaseReservationRequest request) override {
    co_return faults_.Around([&] {
      const auto found = orders.find(request.order_id());
      if (found != orders.end() && found->second != Held::kReleased) ++available_;
      orders[request.order_id()] = Held::kReleased;
      return google::protobuf::Empty();
    });
  }

  Task<google::protobuf::Empty> ConsumeReservation(CallContext&,
                                                   api::product::ConsumeReservationRequest request) override {
    co_return faults_.Around([&] {
      orders[request.order_id()] = Held::kConsumed;
      return google::protobuf::Empty();
    });
  }

  std::vector<api::product::RestockReturnedRequest> restocked;
  Task<google::protobuf::Empty> RestockReturned(CallContext&,
                                                api::product::RestockReturnedRequest request) override {
    co_return faults_.Around([&] {
      restocked.push_back(request);
      return google::protobuf::Empty();
    });
  }

  Task<api::product::Market> GetMarket(CallContext&, api::product::GetMarketRequest) override {
    api::product::Market market;
    market.set_currency("EUR");
    co_return market;
  }
  Task<api::product::ListCategoriesResponse> ListCategories(CallContext&,
                                                            api::product::ListCategoriesRequest) override {
    throw std::logic_error("not used");
  }
  Task<api::product::Category> CreateCategory(CallContext&, api::product::CreateCategoryRequest) override {
    throw std::logic_error("not used");
  }
  Task<api::product::SearchProductsResponse> SearchProducts(CallContext&,
                                                            api::product::SearchProductsRequest) override {
    throw std::logic_error("not used");
  }
  Task<api::product::Product> GetProduct(CallContext&, api::product::GetProductRequest) override {
    throw std::logic_error("not used");
  }
  Task<api::product::ListOffersOfProductResponse> ListOffersOfProduct(
      CallContext&, api::product::ListOffersOfProductRequest) override {
    throw std::logic_error("not used");
  }
  Task<api::product::Product> CreateProduct(CallContext&, api::product::CreateProductRequest) override {
    throw std::logic_error("not used");
  }
  Task<api::product::ListSellerProductsResponse> ListSellerProducts(
      CallContext&, api::product::ListSellerProductsRequest) override {
    throw std::logic_error("not used");
  }
  Task<api::product::Product> PublishProduct(CallContext&, api::product::PublishProductRequest) override {
    throw std::logic_error("not used");
  }
  Task<api::product::Offer> CreateOffer(CallContext&, api::product::CreateOfferRequest) override {
    throw std::logic_error("not used");
  }
  Task<api::product::Offer> UpdateOffer(CallContext&, api::product::UpdateOfferRequest) override {
    throw std::logic_error("not used");
  }
  Task<api::product::Offer> AdjustStock(CallContext&, api::product::AdjustStockRequest) override {
    throw std::logic_error("not used");
  }
  Task<api::product::GetOffersResponse> GetOffers(CallContext&,
                                                  api::product::GetOffersRequest request) override {
    api::product::GetOffersResponse response;
    for (const auto& id : request.offer_ids()) {
      const auto found = offers.find(id);
      if (found == offers.end()) continue;
      auto& offer = *response.add_offers() = found->second;
      const auto& currency = request.currency().empty() ? "EUR" : request.currency();
      if (offer.price().currency() != currency) offer.clear_price();
    }
    co_return response;
  }

 private:
  bool Hold(const std::string& order) {
    const auto found = orders.find(order);
    if (found != orders.end()) return found->second != Held::kReleased;
    if (available_ == 0) return false;
    --available_;
    orders.emplace(order, Held::kHeld);
    return true;
  }

  Faults& faults_;
  std::int64_t available_;
};

class FakePayments final : public api::PaymentStandIn {
 public:
  using Payment = api::payment::Payment;

  // How the provider decides by payment method: "visa" authorises, "declined" declines, "slow_yes" and
  // "slow_no" say UNKNOWN twice before they do; "nonesuch" it does not have. "asks" waits for Confirm.
  explicit FakePayments(Faults& faults) : faults_(faults) {}
  std::map<std::string, Payment> orders;
  std::vector<std::string> refunded;  // seller orders,
  std::vector<std::string> reasons;   // and why each
  std::vector<api::payment::RefundForOrderRequest> asked;
  bool captures_fail = false;
  bool captures_are_refused = false;  // for good

  // Whose card it is has shown who he is, or has not.
  void Confirm(const std::string& order, Payment::State becomes) {
    auto& payment = orders.at(order);
    if (payment.state() != Payment::REQUIRES_ACTION) return;
    payment.set_state(becomes);
    payment.clear_next_action();
    if (becomes == Payment::AUTHORIZED) *payment.mutable_authorized() = payment.amount();
  }

  // What was asked for while another payment of the order could be charged.
  int second_holds = 0;

  Task<Payment> AuthorizePayment(CallContext&, api::payment::AuthorizePaymentRequest request) override {
    co_return faults_.Around([&] {
      auto& payment = orders[request.order_id()];
      if (payment.state() == Payment::STATE_UNSPECIFIED || payment.number() < request.number()) {
        EndOneBefore(payment, request.number());
        payment.set_order_id(request.order_id());
        payment.set_number(request.number());
        *payment.mutable_amount() = request.amount();
        for (const auto& part : request.parts()) {
          auto& split = *payment.add_splits();
          split.set_seller_order_id(part.seller_order_id());
          *split.mutable_amount() = part.amount();
        }
        payment.set_decline_code(request.payment_method());
        payment.set_state(Payment::UNKNOWN);
        asked_[request.order_id()] = request.payment_method().starts_with("slow") ? 0 : 2;
      }
      Decide(payment);
      if (payment.state() == Payment::DECLINED && payment.decline_code() == "nonesuch") {
        throw Error(Code::kInvalidArgument, "UNKNOWN_PAYMENT_METHOD", "no such method");
      }
      return payment;
    });
  }
  Task<Payment> VoidPayment(CallContext&, api::payment::VoidPaymentRequest request) override {
    co_return faults_.Around([&] {
      auto& payment = orders[request.order_id()];
      if (payment.number() < request.number()) {
        EndOneBefore(payment, request.number());
        payment.set_number(request.number());
      }
      Decide(payment);
      if (payment.state() == Payment::AUTHORIZED || payment.state() == Payment::CAPTURE_FAILED ||
          payment.state() == Payment::REQUIRES_ACTION || payment.state() == Payment::STATE_UNSPECIFIED) {
        payment.set_state(Payment::VOIDED);
        payment.clear_authorized();
      }
      return payment;
    });
  }

  Task<Payment> CapturePayment(CallContext&, api::payment::CapturePaymentRequest request) override {
    if (captures_fail) throw Unavailable("the provider does not answer");
    co_return faults_.Around([&] {
      auto& payment = orders[request.order_id()];
      if (payment.state() == Payment::AUTHORIZED && captures_are_refused) {
        payment.set_state(Payment::CAPTURE_FAILED);
        payment.set_failure_code("charge_expired_for_capture");
      } else if (payment.state() == Payment::AUTHORIZED) {
        payment.set_state(Payment::CAPTURED);
        *payment.mutable_captured() = payment.authorized();
      }
      return payment;
    });
  }
  Task<Payment> RefundForOrder(CallContext&, api::payment::RefundForOrderRequest request) override {
    co_return faults_.Around([&] {
      refunded.push_back(request.seller_order_id());
      reasons.push_back(request.reason());
      asked.push_back(request);
      auto& payment = orders[request.order_id()];
      const bool repeated = !refund_ids_.insert(request.refund_id()).second;
      std::int64_t sum = 0;
      for (auto& split : *payment.mutable_splits()) {
        const auto back = split.refunded().amount();
        const auto left = split.amount().amount() - back;
        if (!repeated && split.seller_order_id() == request.seller_order_id()) {
          split.mutable_refunded()->set_amount(
              back + (request.has_amount() ? std::min(request.amount().amount(), left) : left));
        }
        sum += split.refunded().amount();
      }
      payment.mutable_refunded()->set_amount(sum);
      return payment;
    });
  }

  Task<Payment> GetOrderPayment(CallContext&, api::payment::GetOrderPaymentRequest) override {
    throw std::logic_error("not used");
  }
  Task<Payment> RefundPayment(CallContext&, api::payment::RefundPaymentRequest) override {
    throw std::logic_error("not used");
  }
  Task<Payment> GetPayment(CallContext&, api::payment::GetPaymentRequest) override {
    throw std::logic_error("not used");
  }
  Task<api::payment::ListPaymentsResponse> ListPayments(CallContext&,
                                                        api::payment::ListPaymentsRequest) override {
    throw std::logic_error("not used");
  }
  Task<api::payment::ListLedgerEntriesResponse> ListLedgerEntries(
      CallContext&, api::payment::ListLedgerEntriesRequest) override {
    throw std::logic_error("not used");
  }
  Task<api::payment::TrialBalanceResponse> TrialBalance(CallContext&,
                                                        api::payment::TrialBalanceRequest) override {
    throw std::logic_error("not used");
  }

 private:
  // Gives up the hold of the payment before.
  void EndOneBefore(Payment& payment, int number) {
    const bool ended = payment.state() == Payment::STATE_UNSPECIFIED ||
                       payment.state() == Payment::DECLINED || payment.state() == Payment::VOIDED ||
                       payment.state() == Payment::CAPTURE_FAILED ||
                       payment.state() == Payment::REQUIRES_ACTION;
    second_holds += number > 1 && !ended ? 1 : 0;
    payment = Payment();
  }
  void Decide(Payment& payment) {
    if (payment.state() != Payment::UNKNOWN || ++asked_[payment.order_id()] < 3) return;
    const auto& method = payment.decline_code();
    if (method == "asks") {
      payment.set_state(Payment::REQUIRES_ACTION);
      payment.mutable_next_action()->set_url("https://bank.test/" + payment.order_id());
      return;
    }
    const bool yes = method == "visa" || method == "slow_yes";
    payment.set_state(yes ? Payment::AUTHORIZED : Payment::DECLINED);
    if (yes) *payment.mutable_authorized() = payment.amount();
  }

  Faults& faults_;
  std::map<std::string, int> asked_;
  std::set<std::string> refund_ids_;
};

}  // namespace market::order::testing
