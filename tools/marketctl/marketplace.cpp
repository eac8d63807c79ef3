#include "tools/marketctl/marketplace.hpp"

#include <unistd.h>

#include <cstdlib>
#include <map>
#include <string_view>

#include "platform/config/properties.hpp"
#include "platform/grpc/channel.hpp"
#include "platform/rpc/channel.hpp"
#include "platform/telemetry/metrics.hpp"
#include "tools/marketctl/act.hpp"

namespace market::marketctl {
namespace {

using namespace std::chrono_literals;

std::map<std::string, std::string, std::less<>> Environment() {
  std::map<std::string, std::string, std::less<>> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    if (equals != text.npos) all.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return all;
}

}  // namespace

Whereabouts ReadWhereabouts(const Arguments& arguments) {
  config::Properties properties("marketctl");
  const auto peer = [&](const std::string& name) {
    return properties.Text("peers." + name, "host:port of " + name, config::Required{});
  };
  const auto auth = peer("auth");
  const auto user = peer("user");
  const auto certificate =
      properties.Text("peers.certificate", "the name in the certificates of all; empty: each its own", "");
  const auto tls_certificate = properties.Text("tls.certificate", "the operators', PEM", config::Required{});
  const auto tls_key = properties.Text("tls.key", "its key, PEM", config::Required{});
  const auto tls_ca =
      properties.Text("tls.ca", "who signs the services' certificates, PEM", config::Required{});
  const char* named = std::getenv("MARKET_CONFIG");
  properties.Read({.file = arguments.Given("config").value_or(named == nullptr ? "" : named),
                   .environment = Environment(),
                   .arguments = {}});
  return {.auth = *auth,
          .user = *user,
          .certificate = *certificate,
          .tls = {.certificate = *tls_certificate, .key = *tls_key, .ca = *tls_ca}};
}

struct Marketplace::State {
  struct Peer {
    Peer(boost::asio::io_context& io, telemetry::Metrics& metrics, const std::string& name,
         const std::string& target, const Whereabouts& where)
        : transport(
              io, target,
              {.tls = where.tls, .expected_identity = where.certificate.empty() ? name : where.certificate}),
          channel(name, transport, metrics) {}
    grpc::Channel transport;
    rpc::Channel channel;
  };

  State(boost::asio::io_context& io, const Whereabouts& where)
      : auth(io, metrics, "auth", where.auth, where), user(io, metrics, "user", where.user, where) {}

  telemetry::Metrics metrics;
  Peer auth;
  Peer user;
  api::AuthClient auth_client{auth.channel};
  api::UserClient user_client{user.channel};
};

Marketplace::Marketplace(boost::asio::io_context& io, const Whereabouts& where)
    : state_(std::make_unique<State>(io, where)) {}
Marketplace::~Marketplace() = default;

api::AuthApi& Marketplace::Auth() { return state_->auth_client; }
api::UserApi& Marketplace::Users() { return state_->user_client; }

Task<> Marketplace::Close() {
  co_await state_->auth.transport.Close(runtime::After(2s));
  co_await state_->user.transport.Close(runtime::After(2s));
}

OperatorCall::OperatorCall() : context(runtime::After(10s)) {
  rpc::CallContextBuilder(context).UserAgent(ThisUser()).RequestId(Uuid::NewV7().ToString());
}

}  // namespace market::marketctl
