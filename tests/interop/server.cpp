// The server of the official gRPC interoperability tests, on platform/grpc.
//   market_interop_server [-port=N] [-use_tls -tls_cert_file=F -tls_key_file=F -ca_file=F]
// Listens on 127.0.0.1, by default on a free port; prints the bound address, ends on SIGTERM. With TLS the
// client needs a certificate of `ca_file`, as everywhere in platform/grpc.
#include "platform/grpc/server.hpp"

#include <grpc/testing/test.pb.h>

#include <boost/asio/signal_set.hpp>
#include <cstdio>

#include "platform/grpc/health.hpp"
#include "platform/grpc/reflection.hpp"
#include "tests/interop/flags.hpp"

namespace market::interop {
namespace {

namespace testing = ::grpc::testing;
using grpc::ServerCall;
using grpc::Status;
using grpc::UnaryReply;

constexpr std::size_t kMaxMessageBytes = 4 * 1024 * 1024;

void EchoMetadata(ServerCall& call) {
  constexpr std::string_view kInitial = "x-grpc-test-echo-initial";
  constexpr std::string_view kTrailing = "x-grpc-test-echo-trailing-bin";
  for (const auto& [key, value] : call.RequestMetadata()) {
    if (key == kInitial) call.InitialMetadata().Add(key, value);
    if (key == kTrailing) call.TrailingMetadata().Add(key, value);
  }
}

Status FromProto(const testing::EchoStatus& status) {
  return {static_cast<Code>(status.code()), status.message(), {}};
}

Task<UnaryReply> UnaryCall(ServerCall& call, std::string bytes) {
  EchoMetadata(call);
  testing::SimpleRequest request;
  if (!request.ParseFromString(bytes))
    co_return UnaryReply{{Code::kInvalidArgument, "not a SimpleRequest", {}}, {}, {}};
  if (request.has_response_status() && request.response_status().code() != 0) {
    co_return UnaryReply{FromProto(request.response_status()), {}, {}};
  }
  testing::SimpleResponse response;
  response.mutable_payload()->set_body(std::string(static_cast<std::size_t>(request.response_size()), '\0'));
  co_return UnaryReply{{}, response.SerializeAsString(), {}};
}

Task<UnaryReply> EmptyCall(ServerCall& call, std::string) {
  EchoMetadata(call);
  co_return UnaryReply{};
}

Task<> WriteAll(ServerCall& call, const testing::StreamingOutputCallRequest& request) {
  for (const auto& wanted : request.response_parameters()) {
    if (wanted.interval_us() > 0) co_await runtime::SleepFor(std::chrono::microseconds(wanted.interval_us()));
    testing::StreamingOutputCallResponse response;
    response.mutable_payload()->set_body(std::string(static_cast<std::size_t>(wanted.size()), '\0'));
    co_await call.Write(response.SerializeAsString());
  }
}

// StreamingOutputCall and FullDuplexCall: each request names the responses it wants.
Task<Status> Output(ServerCall& call) {
  EchoMetadata(call);
  while (auto bytes = co_await call.Read()) {
    testing::StreamingOutputCallRequest request;
    if (!request.ParseFromString(*bytes)) co_return Status{Code::kInvalidArgument, "not a request", {}};
    if (request.has_response_status() && request.response_status().code() != 0) {
      co_return FromProto(request.response_status());
    }
    co_await WriteAll(call, request);
  }
  co_return Status{};
}

Task<Status> Input(ServerCall& call) {
  std::size_t total = 0;
  while (auto bytes = co_await call.Read()) {
    testing::StreamingInputCallRequest request;
    if (!request.ParseFromString(*bytes)) co_return Status{Code::kInvalidArgument, "not a request", {}};
    total += request.payload().body().size();
  }
  testing::StreamingInputCallResponse response;
  response.set_aggregated_payload_size(static_cast<std::int32_t>(total));
  co_await call.Write(response.SerializeAsString());
  co_return Status{};
}

int Main(const Flags& flags) {
  boost::asio::io_context io{1};
  grpc::ServerOptions options;
  options.max_message_bytes = kMaxMessageBytes;
  if (flags.IsOn("use_tls")) options.tls = flags.Tls();
  grpc::Server server(io, options);
  server.HandleUnary("/grpc.testing.TestService/EmptyCall", EmptyCall);
  server.HandleUnary("/grpc.testing.TestService/UnaryCall", UnaryCall);
  server.HandleStream("/grpc.testing.TestService/StreamingOutputCall", Output);
  server.HandleStream("/grpc.testing.TestService/FullDuplexCall", Output);
  server.HandleStream("/grpc.testing.TestService/StreamingInputCall", Input);
  grpc::HealthService health(server);
  grpc::ServeReflection(server);
  std::printf("%s\n", server.Listen("127.0.0.1:" + flags["port"]).c_str());
  std::fflush(stdout);
  boost::asio::signal_set signals(io, SIGTERM, SIGINT);
  signals.async_wait([&](boost::system::error_code, int) {
    boost::asio::co_spawn(io, server.Drain(runtime::After(std::chrono::seconds(2))),
                          [&](std::exception_ptr) { io.stop(); });
  });
  io.run();
  return 0;
}

}  // namespace
}  // namespace market::interop

int main(int argc, char** argv) {
  try {
    return market::interop::Main(market::interop::Flags(
        argc, argv,
        {{"port", "0"}, {"use_tls", "false"}, {"tls_cert_file", ""}, {"tls_key_file", ""}, {"ca_file", ""}}));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
