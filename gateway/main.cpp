#include "gateway/front.hpp"
#include "marketplace/auth/v1/auth.market.hpp"
#include "marketplace/notification/v1/notification.market.hpp"
#include "marketplace/order/v1/order.market.hpp"
#include "marketplace/payment/v1/payment.market.hpp"
#include "marketplace/product/v1/product.market.hpp"
#include "marketplace/user/v1/user.market.hpp"

namespace {

int Run(int argc, char** argv) {
  using namespace market;
  const std::vector<std::string> services = {"auth", "user", "product", "order", "payment", "notification"};
  host::Host host({.name = "gateway", .databases = {}, .peers = services});
  const gateway::Settings settings(host.Config());
  if (const auto exit_code = host.Configure(argc, argv)) return *exit_code;

  std::map<std::string, rpc::Channel*> channels;
  for (const auto& service : services) channels.emplace(service, &host.Peer(service));
  rpc::ChannelBackend backend(channels);
  const auto methods =
      gateway::MethodsOf({&api::AuthMethods(), &api::UserMethods(), &api::ProductMethods(),
                          &api::OrderMethods(), &api::PaymentMethods(), &api::NotificationMethods()});
  host.Reflect(methods);
  gateway::Front front(host, settings, backend, methods);
  return host.Run();
}

}  // namespace

int main(int argc, char** argv) { return market::host::Main(argc, argv, Run); }
