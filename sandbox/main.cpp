#include "platform/host/host.hpp"
#include "platform/http/server.hpp"
#include "sandbox/http_api.hpp"
#include "sandbox/migrations.hpp"
#include "sandbox/webhooks.hpp"

using namespace market;
using namespace std::chrono_literals;

namespace {

int Run(int argc, char** argv) {
  host::Host host(
      {.name = "sandbox", .databases = {"sandbox"}, .peers = {}, .grpc = host::HostOptions::Grpc::kNone});
  const auto listen =
      host.Config().Text("sandbox.listen", "address of the provider's HTTP interface", "127.0.0.1:0");
  const auto api_key = host.Config().Text("sandbox.api_key", "what callers authenticate with", "sk_sandbox");
  const auto latency = host.Config().Duration("sandbox.latency", "pause before every answer", 0ms, 1min, 0ms);
  const auto lag = host.Config().Duration("sandbox.search_lag",
                                          "how old an object is before a search finds it", 0ms, 1h, 1min);
  const auto hold =
      host.Config().Duration("sandbox.timeout_hold", "how late the time-out methods answer", 0ms, 10min, 30s);
  const auto public_url =
      host.Config().Text("sandbox.public_url",
                         "where browsers reach it, to confirm a payment: http://localhost:8026; "
                         "empty: where its callers do",
                         "");
  const auto url =
      host.Config().Text("sandbox.webhook_url",
                         "who is told what happens: https://host:port, http://host:port; empty: nobody", "");
  const auto path =
      host.Config().Text("sandbox.webhook_path", "where they take it", "/v1/providers/sandbox/webhooks");
  const auto ca_file = host.Config().Text(
      "sandbox.webhook_ca_file", "whose certificates they may have; empty: those that the system trusts", "");
  const auto secret =
      host.Config().Secret("sandbox.webhook_secret", "what webhooks are signed with", "whsec_sandbox");
  const auto chaos =
      host.Config().List("sandbox.webhook_chaos", "how webhooks go wrong: shuffled, repeated, late, lost",
                         std::vector<std::string>{});
  if (const auto exit_code = host.Configure(argc, argv)) return *exit_code;

  // One kind of caller: no class of connections to keep from another.
  auto options = host.DatabaseOptions("sandbox");
  options.write_connections += options.checkout_connections;
  options.checkout_read_connections = options.list_connections = 0;
  options.checkout_connections = options.worker_connections = 0;
  postgres::Database database(host.Io(), std::move(options));
  sandbox::Provider provider(database, {.latency = *latency,
                                        .timeout_hold = *hold,
                                        .search_lag = *lag,
                                        .webhooks = !url->empty(),
                                        .public_url = *public_url});
  http::Server server(host.Io(), {.drain_linger = 1s}, sandbox::HttpApi(provider, host.Tracer(), *api_key));
  std::optional<http::Client> endpoint;
  std::optional<sandbox::Webhooks> webhooks;
  if (!url->empty()) {
    config::Naming("sandbox.webhook_url",
                   [&] { endpoint.emplace(host.Io(), *url, http::ClientOptions{.ca_file = *ca_file}); });
    webhooks.emplace(
        database, *endpoint,
        sandbox::Webhooks::Options{
            .path = *path, .secret = *secret, .chaos = config::Naming("sandbox.webhook_chaos", [&] {
                                                return sandbox::ChaosIn(*chaos);
                                              })});
  }
  host.OnStart([&]() -> Task<> {
    co_await host.OpenDatabase("sandbox", database, sandbox::kMigrations);
    if (webhooks) host.Background().Run(webhooks->Sending());
    config::Naming("sandbox.listen", [&] { return server.Listen(*listen); });
    host.OnStop("http", 5s, [&](runtime::Deadline limit) { return server.Drain(limit); });
  });
  return host.Run();
}

}  // namespace

int main(int argc, char** argv) { return market::host::Main(argc, argv, Run); }
