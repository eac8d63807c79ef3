#include "platform/rpc/token_source.hpp"
#include "services/payment/service.hpp"

namespace {

int Run(int argc, char** argv) {
  using namespace market;
  host::Host host(
      {.name = "payment", .databases = {"payment"}, .peers = {"auth", "user", "order", "notification"}});
  const payment::Settings settings(host.Config());
  if (const auto exit_code = host.Configure(argc, argv)) return *exit_code;

  api::AuthClient auth(host.Peer("auth"));
  api::UserClient users(host.Peer("user"));
  api::OrderClient orders(host.Peer("order"));
  api::NotificationClient notifications(host.Peer("notification"));
  payment::Service payment(host, settings);
  payment.Connect({auth, users, orders, notifications});

  host.VerifyTokens(rpc::TokenSource(host.Peer("auth"), api::AuthMethods()));
  host.Add(payment);
  return host.Run();
}

}  // namespace

int main(int argc, char** argv) { return market::host::Main(argc, argv, Run); }
