#include <iostream>

#include "services/auth/service.hpp"

int main(int argc, char** argv) try {
  using namespace market;
  host::Host host({.name = "auth", .databases = {"auth"}, .peers = {"user"}});
  const auth::Settings settings(host.Config());
  if (const auto exit_code = host.Configure(argc, argv)) return *exit_code;

  api::UserClient users(host.Peer("user"));
  auth::Auth auth(host, settings);
  auth.Connect({users});

  host.VerifyTokens(auth.OwnKeys());
  host.Add(auth);
  return host.Run();
} catch (const std::exception& error) {
  std::cerr << "auth: " << error.what() << '\n';
  return 2;
}
