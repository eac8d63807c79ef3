// The running marketplace as marketctl reaches it: gRPC with the operators' certificate, whose name is all that it
// needs (platform/rpc/edge.hpp, EdgeOptions::operators). What it asks is on record with the user of this machine.
//
// Told by the file that --config names, or MARKET_CONFIG, or the environment: peers.auth, peers.user (host:port, or
// several of them), tls.certificate, tls.key, tls.ca, and peers.certificate where one process stands for all.
#pragma once
#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>

#include "marketplace/auth/v1/auth.market.hpp"
#include "marketplace/user/v1/user.market.hpp"
#include "platform/grpc/tls_files.hpp"
#include "platform/rpc/call_context.hpp"
#include "tools/marketctl/arguments.hpp"

namespace market::marketctl {

struct Whereabouts {
  std::string auth;
  std::string user;
  std::string certificate;  // the name in theirs; empty: each its own
  grpc::TlsFiles tls;
};
// Throws ConfigError for what is missing or not understood.
Whereabouts ReadWhereabouts(const Arguments& arguments);

// Calls throw what the services refuse with, and Error UNAVAILABLE when they can't be reached.
class Marketplace {
 public:
  // Throws std::runtime_error for a certificate that can't be used.
  Marketplace(boost::asio::io_context& io, const Whereabouts& where);
  ~Marketplace();

  api::AuthApi& Auth();
  api::UserApi& Users();
  Task<> Close();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// What one call carries.
struct OperatorCall {
  OperatorCall();
  CallContext context;
};

}  // namespace market::marketctl
