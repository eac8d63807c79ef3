#include "platform/rpc/token_source.hpp"
#include "services/user/service.hpp"

namespace {

int Run(int argc, char** argv) {
  using namespace market;
  host::Host host({.name = "user", .databases = {"user"}, .peers = {"auth", "notification"}});
  const user::Settings settings(host.Config());
  if (const auto exit_code = host.Configure(argc, argv)) return *exit_code;

  api::AuthClient auth(host.Peer("auth"));
  api::NotificationClient notifications(host.Peer("notification"));
  user::Service user(host, settings, {auth, notifications});

  host.VerifyTokens(rpc::TokenSource(host.Peer("auth"), api::AuthMethods()));
  host.Add(user);
  return host.Run();
}

}  // namespace

int main(int argc, char** argv) { return market::host::Main(argc, argv, Run); }
