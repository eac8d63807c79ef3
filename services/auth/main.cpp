#include "services/auth/service.hpp"

namespace {

int Run(int argc, char** argv) {
  using namespace market;
  host::Host host({.name = "auth", .databases = {"auth"}, .peers = {"user", "product", "order", "payment"}});
  const auth::Settings settings(host.Config());
  if (const auto exit_code = host.Configure(argc, argv)) return *exit_code;

  api::UserClient users(host.Peer("user"));
  api::ProductClient products(host.Peer("product"));
  api::OrderClient orders(host.Peer("order"));
  api::PaymentClient payments(host.Peer("payment"));
  auth::Service auth(host, settings);
  auth.Connect({users, products, orders, payments});

  host.VerifyTokens(auth.Tokens());
  host.Add(auth);
  return host.Run();
}

}  // namespace

int main(int argc, char** argv) { return market::host::Main(argc, argv, Run); }
