#include "platform/rpc/token_source.hpp"
#include "services/product/service.hpp"

namespace {

int Run(int argc, char** argv) {
  using namespace market;
  host::Host host(
      {.name = "product", .databases = {"product"}, .peers = {"auth", "user", "order", "notification"}});
  const product::Settings settings(host.Config());
  if (const auto exit_code = host.Configure(argc, argv)) return *exit_code;

  api::AuthClient auth(host.Peer("auth"));
  api::UserClient users(host.Peer("user"));
  api::OrderClient orders(host.Peer("order"));
  api::NotificationClient notifications(host.Peer("notification"));
  product::Service product(host, settings, {auth, users, notifications});
  product.Connect(orders);

  host.VerifyTokens(rpc::TokenSource(host.Peer("auth"), api::AuthMethods()));
  host.Add(product);
  return host.Run();
}

}  // namespace

int main(int argc, char** argv) { return market::host::Main(argc, argv, Run); }
