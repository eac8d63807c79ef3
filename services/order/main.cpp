#include "platform/rpc/token_source.hpp"
#include "services/order/service.hpp"

namespace {

int Run(int argc, char** argv) {
  using namespace market;
  host::Host host({.name = "order",
                   .databases = {"order"},
                   .peers = {"auth", "user", "product", "payment", "notification"}});
  const order::Settings settings(host.Config());
  if (const auto exit_code = host.Configure(argc, argv)) return *exit_code;

  api::AuthClient auth(host.Peer("auth"));
  api::UserClient users(host.Peer("user"));
  api::ProductClient products(host.Peer("product"));
  api::PaymentClient payments(host.Peer("payment"));
  api::NotificationClient notifications(host.Peer("notification"));
  order::Service order(host, settings, {auth, users, products, payments, notifications});

  host.VerifyTokens(rpc::TokenSource(host.Peer("auth"), api::AuthMethods()));
  host.Add(order);
  return host.Run();
}

}  // namespace

int main(int argc, char** argv) { return market::host::Main(argc, argv, Run); }
