// The one-process shape: the services called directly through the same interfaces,
// the gateway in front of them.
#include "gateway/front.hpp"
#include "services/auth/service.hpp"
#include "services/notification/service.hpp"
#include "services/order/service.hpp"
#include "services/payment/service.hpp"
#include "services/product/service.hpp"
#include "services/user/service.hpp"

namespace {

int Run(int argc, char** argv) {
  using namespace market;
  host::Host host({.name = "marketplace",
                   .databases = {"auth", "user", "product", "order", "payment", "notification"},
                   .peers = {}});
  const gateway::Settings front_settings(host.Config());
  const auth::Settings auth_settings(host.Config());
  const user::Settings user_settings(host.Config());
  const product::Settings product_settings(host.Config());
  const payment::Settings payment_settings(host.Config());
  const notification::Settings notification_settings(host.Config());
  const order::Settings order_settings(host.Config());
  if (const auto exit_code = host.Configure(argc, argv)) return *exit_code;

  auth::Service auth(host, auth_settings);
  notification::Service notification(host, notification_settings);
  user::Service user(host, user_settings, {auth.Api(), notification.Api()});
  product::Service product(host, product_settings, {auth.Api(), user.Api(), notification.Api()});
  payment::Service payment(host, payment_settings);
  order::Service order(host, order_settings,
                       {auth.Api(), user.Api(), product.Api(), payment.Api(), notification.Api()});
  product.Connect(order.Api());
  payment.Connect({auth.Api(), user.Api(), order.Api(), notification.Api()});
  notification.Connect({auth.Api(), user.Api(), product.Api(), order.Api()});
  auth.Connect({user.Api(), product.Api(), order.Api(), payment.Api(), notification.Api()});

  host.VerifyTokens(auth.Tokens());
  host.Add(auth);
  host.Add(user);
  host.Add(product);
  host.Add(payment);
  host.Add(notification);
  host.Add(order);
  rpc::LocalBackend backend(host.Edge());
  gateway::Front front(host, front_settings, backend, host.Edge().Methods());
  return host.Run();
}

}  // namespace

int main(int argc, char** argv) { return market::host::Main(argc, argv, Run); }
