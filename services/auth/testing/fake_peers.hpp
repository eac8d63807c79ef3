// All whom auth calls, as its tests see them.
#pragma once
#include "services/auth/testing/fake_personal_data.hpp"
#include "services/auth/testing/fake_users.hpp"

namespace market::auth {

struct FakePeers {
  FakePersonalData<api::ProductStandIn> products;
  FakeObstacles<api::OrderStandIn> orders;
  FakePersonalData<api::PaymentStandIn> payments;
  FakePersonalData<api::NotificationStandIn> notifications;

  Peers With(FakeUsers& users) { return {users, products, orders, payments, notifications}; }
};

}  // namespace market::auth
