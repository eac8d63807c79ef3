#include "gateway/front.hpp"

namespace market::gateway {
namespace {

http::ServerOptions OptionsFor(const Settings& settings, Gateway& gateway) {
  http::ServerOptions options;
  options.body_bytes_max = static_cast<std::size_t>(*settings.body_bytes);
  // Streams are connections that stay.
  options.connections_max += static_cast<std::size_t>(*settings.streams);
  options.pulled_bytes_max = [&gateway](const http::Request& head) { return gateway.UploadBytesMax(head); };
  options.on_fault = [&gateway](http::Fault fault) { return gateway.Answer(fault); };
  // Longer than a proxy keeps an idle connection to us, so that none is closed under its next request.
  options.drain_linger = std::chrono::seconds(1);
  return options;
}

GatewayOptions OptionsFor(const Settings& settings) {
  GatewayOptions options;
  options.in_flight_max = static_cast<std::size_t>(*settings.in_flight);
  options.access_log_one_in = 100;
  options.streams = {.all = static_cast<std::size_t>(*settings.streams),
                     .each = static_cast<std::size_t>(*settings.streams_each)};
  options.uploads_max = static_cast<std::size_t>(*settings.uploads);
  options.downloads_max = static_cast<std::size_t>(*settings.downloads);
  options.cache = {.age = *settings.cache_age,
                   .bytes = static_cast<std::size_t>(*settings.cache_bytes),
                   .entries = static_cast<std::size_t>(*settings.cache_entries)};
  return options;
}

}  // namespace

using namespace std::chrono_literals;

Settings::Settings(config::Properties& properties)
    : listen(properties.Text("http.listen", "address of the REST interface: host:port, unix:/path or fd:N",
                             "127.0.0.1:0")),
      in_flight(properties.Int("http.in_flight_max", "requests at once; more are refused with 503",
                               "requests", 1, 100'000, 1024)),
      body_bytes(
          properties.Int("http.body_bytes_max", "largest request body", "bytes", 1024, 16 << 20, 256 * 1024)),
      streams(properties.Int("http.event_streams_max", "streams of events at once; more are refused with 503",
                             "streams", 1, 50'000, 4000)),
      streams_each(properties.Int("http.event_streams_per_account",
                                  "of one account or API key; more are refused with 429", "streams", 1, 1000,
                                  6)),
      uploads(properties.Int("http.uploads_max", "files that come in at once; more are refused with 503",
                             "files", 1, 10'000, 100)),
      downloads(properties.Int("http.downloads_max", "files that go out at once; more are refused with 503",
                               "files", 1, 10'000, 200)),
      cache_age(properties.Duration("http.cache_age",
                                    "how long an answer to a public read may serve others; 0ms: not at all",
                                    0ms, 1s, 600ms)),
      cache_bytes(properties.Int("http.cache_bytes_max", "what answers that are kept may take", "bytes",
                                 1 << 20, std::int64_t{1} << 34, 64 << 20)),
      cache_entries(properties.Int("http.cache_entries_max", "answers that are kept at once", "answers", 100,
                                   10'000'000, 50'000)),
      pages_directory(
          properties.Text("pages.directory",
                          "where the shop's HTML and words lie that its build has made, into which "
                          "public pages are written; empty: none are",
                          "")),
      pages_url(properties.Text(
          "pages.public_url",
          "where people reach the marketplace, as its pages name themselves to search engines", "")) {}

Front::Front(host::Host& host, const Settings& settings, rpc::Backend& backend,
             std::vector<const rpc::Method*> methods)
    : host_(host),
      gateway_(OptionsFor(settings), backend, std::move(methods), host.Metrics(), host.Tracer()),
      server_(host.Io(), OptionsFor(settings, gateway_),
              [this](http::Request& request) { return gateway_.Handle(request); }) {
  if (!settings.pages_directory->empty())
    config::Naming("pages.directory", [&] {
      gateway_.OpenPages(pages::Site::Read(*settings.pages_directory, *settings.pages_url));
    });
  host_.OnStart([this, listen = *settings.listen]() -> Task<> {
    config::Naming("http.listen", [&] { return server_.Listen(listen); });
    host_.OnStop("http", 20s, [this](runtime::Deadline limit) { return Drain(limit); });
    co_return;
  });
}

Task<> Front::Drain(runtime::Deadline limit) {
  co_await server_.Drain(limit);
  co_await gateway_.Drain(limit);
}

std::vector<const rpc::Method*> MethodsOf(std::initializer_list<const rpc::MethodTable*> tables) {
  std::vector<const rpc::Method*> methods;
  for (const auto* table : tables) {
    for (const auto& method : table->Methods()) methods.push_back(&method);
  }
  return methods;
}

}  // namespace market::gateway
