#include "services/auth/service.hpp"

namespace {

int Run(int argc, char** argv) {
  using namespace market;
  host::Host host({.name = "auth",
                   .databases = {"auth"},
                   .peers = {"user", "product", "order", "payment", "notification"}});
  const auth::Settings settings(host.Config());
  if (const auto exit_code = host.Configure(argc, argv)) return *exit_code;

  api::UserClient users(host.Peer("user"));
  api::ProductClient products(host.Peer("product"));
  api::OrderClient orders(host.Peer("order"));
  api::PaymentClient payments(host.Peer("payment"));
  api::NotificationClient notifications(host.Peer("notification"));
  auth::Service auth(host, settings);
  auth.Connect({users, products, orders, payments, notifications});

  host.VerifyTokens(auth.Tokens());
  host.Add(auth);
  return host.Run();
}

}  // namespace

int main(int argc, char** argv) { return market::host::Main(argc, argv, Run); }
