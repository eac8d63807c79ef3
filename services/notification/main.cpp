#include "platform/rpc/token_source.hpp"
#include "services/notification/service.hpp"

namespace {

int Run(int argc, char** argv) {
  using namespace market;
  host::Host host(
      {.name = "notification", .databases = {"notification"}, .peers = {"auth", "user", "product", "order"}});
  const notification::Settings settings(host.Config());
  if (const auto exit_code = host.Configure(argc, argv)) return *exit_code;

  api::AuthClient auth(host.Peer("auth"));
  api::UserClient users(host.Peer("user"));
  api::ProductClient products(host.Peer("product"));
  api::OrderClient orders(host.Peer("order"));
  notification::Service notification(host, settings);
  notification.Connect({auth, users, products, orders});

  host.VerifyTokens(rpc::TokenSource(host.Peer("auth"), api::AuthMethods()));
  host.Add(notification);
  return host.Run();
}

}  // namespace

int main(int argc, char** argv) { return market::host::Main(argc, argv, Run); }
