// The services that keep something personal besides this one, each by its own interface: they all have the same two
// methods (ADR 33).
#pragma once
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "marketplace/notification/v1/notification.market.hpp"
#include "marketplace/order/v1/order.market.hpp"
#include "marketplace/payment/v1/payment.market.hpp"
#include "marketplace/product/v1/product.market.hpp"
#include "marketplace/user/v1/user.market.hpp"

namespace market::auth {

struct PersonalDataPeer {
  using EraseRequest = marketplace::type::v1::ErasePersonalDataRequest;
  using EraseResponse = marketplace::type::v1::ErasePersonalDataResponse;
  using ExportRequest = marketplace::type::v1::ExportPersonalDataRequest;
  using ExportResponse = marketplace::type::v1::ExportPersonalDataResponse;

  std::string name;
  std::function<Task<EraseResponse>(CallContext&, EraseRequest)> erase;
  std::function<Task<ExportResponse>(CallContext&, ExportRequest)> tell;

  // `api` must outlive it.
  template <class Api>
  static PersonalDataPeer Of(std::string name, Api& api) {
    return {
        .name = std::move(name),
        .erase = [&api](CallContext& call,
                        EraseRequest request) { return api.ErasePersonalData(call, std::move(request)); },
        .tell = [&api](CallContext& call,
                       ExportRequest request) { return api.ExportPersonalData(call, std::move(request)); }};
  }
};

// Whom auth calls.
struct Peers {
  api::UserApi& users;
  api::ProductApi& products;
  api::OrderApi& orders;
  api::PaymentApi& payments;
  api::NotificationApi& notifications;

  // Those of ServicesToErase(), in their order.
  std::vector<PersonalDataPeer> WithPersonalData() const {
    return {PersonalDataPeer::Of("user", users), PersonalDataPeer::Of("product", products),
            PersonalDataPeer::Of("order", orders), PersonalDataPeer::Of("payment", payments),
            PersonalDataPeer::Of("notification", notifications)};
  }
};

inline std::vector<std::string> ServicesToErase() {
  return {"user", "product", "order", "payment", "notification"};
}

}  // namespace market::auth
