// The client of the official gRPC interoperability tests, on platform/grpc.
//   market_interop_client -server_host=H -server_port=N -test_case=T
//       [-use_tls -ca_file=F -server_host_override=NAME [-tls_cert_file=F -tls_key_file=F]]
// Exit code 0 = passed; otherwise one line says why.
#include <grpc/testing/test.pb.h>

#include <cstdio>
#include <stdexcept>

#include "platform/grpc/channel.hpp"
#include "tests/interop/flags.hpp"

namespace market::interop {
namespace {

namespace testing = ::grpc::testing;
using grpc::CallOptions;
using grpc::Channel;
using grpc::Metadata;

constexpr std::string_view kService = "/grpc.testing.TestService/";
constexpr int kLargeRequest = 271'828;
constexpr int kLargeResponse = 314'159;

void Require(bool condition, const std::string& what) {
  if (!condition) throw std::runtime_error(what);
}

void RequireCode(const grpc::Status& status, Code code) {
  Require(status.code == code, "got " + std::string(CodeName(status.code)) + " (" + status.message +
                                   "), expected " + std::string(CodeName(code)));
}

CallOptions Soon(Metadata metadata = {}) {
  return {.deadline = runtime::After(std::chrono::seconds(10)), .metadata = std::move(metadata)};
}

std::string Path(std::string_view method) { return std::string(kService) + std::string(method); }

testing::SimpleRequest LargeRequest() {
  testing::SimpleRequest request;
  request.set_response_size(kLargeResponse);
  request.mutable_payload()->set_body(std::string(kLargeRequest, '\0'));
  return request;
}

testing::StreamingOutputCallRequest Wanting(std::initializer_list<int> sizes, int body_size) {
  testing::StreamingOutputCallRequest request;
  for (const int size : sizes) request.add_response_parameters()->set_size(size);
  request.mutable_payload()->set_body(std::string(static_cast<std::size_t>(body_size), '\0'));
  return request;
}

std::size_t BodySize(const std::string& bytes) {
  testing::StreamingOutputCallResponse response;
  Require(response.ParseFromString(bytes), "not a StreamingOutputCallResponse");
  return response.payload().body().size();
}

Task<> EmptyUnary(Channel& channel) {
  const auto reply = co_await channel.Call(Path("EmptyCall"), "", Soon());
  RequireCode(reply.status, Code::kOk);
  Require(reply.message.empty(), "the answer is not empty");
}

Task<> LargeUnary(Channel& channel) {
  const auto reply = co_await channel.Call(Path("UnaryCall"), LargeRequest().SerializeAsString(), Soon());
  RequireCode(reply.status, Code::kOk);
  testing::SimpleResponse response;
  Require(response.ParseFromString(reply.message) && response.payload().body().size() == kLargeResponse,
          "size");
}

Task<> ClientStreaming(Channel& channel) {
  const auto call = channel.Open(Path("StreamingInputCall"), Soon());
  for (const int size : {27'182, 8, 1'828, 45'904}) {
    testing::StreamingInputCallRequest request;
    request.mutable_payload()->set_body(std::string(static_cast<std::size_t>(size), '\0'));
    co_await call->Write(request.SerializeAsString());
  }
  co_await call->WritesDone();
  const auto bytes = co_await call->Read();
  testing::StreamingInputCallResponse response;
  Require(bytes && response.ParseFromString(*bytes) && response.aggregated_payload_size() == 74'922, "sum");
  RequireCode(co_await call->Finish(), Code::kOk);
}

Task<> ServerStreaming(Channel& channel) {
  const auto call = channel.Open(Path("StreamingOutputCall"), Soon());
  co_await call->Write(Wanting({31'415, 9, 2'653, 58'979}, 0).SerializeAsString());
  co_await call->WritesDone();
  std::vector<std::size_t> sizes;
  while (const auto bytes = co_await call->Read()) sizes.push_back(BodySize(*bytes));
  Require(sizes == std::vector<std::size_t>{31'415, 9, 2'653, 58'979}, "sizes");
  RequireCode(co_await call->Finish(), Code::kOk);
}

Task<> PingPong(Channel& channel) {
  const auto call = channel.Open(Path("FullDuplexCall"), Soon());
  const std::vector<std::pair<int, int>> rounds{{31'415, 27'182}, {9, 8}, {2'653, 1'828}, {58'979, 45'904}};
  for (const auto& [response, request] : rounds) {
    co_await call->Write(Wanting({response}, request).SerializeAsString());
    const auto bytes = co_await call->Read();
    Require(bytes && BodySize(*bytes) == static_cast<std::size_t>(response), "size");
  }
  co_await call->WritesDone();
  Require(!co_await call->Read(), "a message too many");
  RequireCode(co_await call->Finish(), Code::kOk);
}

Task<> EmptyStream(Channel& channel) {
  const auto call = channel.Open(Path("FullDuplexCall"), Soon());
  co_await call->WritesDone();
  Require(!co_await call->Read(), "a message too many");
  RequireCode(co_await call->Finish(), Code::kOk);
}

Task<> TimeoutOnSleepingServer(Channel& channel) {
  const auto call =
      channel.Open(Path("FullDuplexCall"), {.deadline = runtime::After(std::chrono::milliseconds(1))});
  auto request = Wanting({31'415}, 27'182);
  request.mutable_response_parameters(0)->set_interval_us(1'000'000);
  co_await call->Write(request.SerializeAsString());
  RequireCode(co_await call->Finish(), Code::kDeadlineExceeded);
}

Task<> CancelAfterBegin(Channel& channel) {
  const auto call = channel.Open(Path("StreamingInputCall"), Soon());
  call->Cancel();
  RequireCode(co_await call->Finish(), Code::kCancelled);
}

Task<> CancelAfterFirstResponse(Channel& channel) {
  const auto call = channel.Open(Path("FullDuplexCall"), Soon());
  co_await call->Write(Wanting({31'415}, 27'182).SerializeAsString());
  Require((co_await call->Read()).has_value(), "no message");
  call->Cancel();
  RequireCode(co_await call->Finish(), Code::kCancelled);
}

Task<> CustomMetadata(Channel& channel) {
  const std::string binary("\xab\xab\xab", 3);
  const Metadata metadata{{"x-grpc-test-echo-initial", "test_initial_metadata_value"},
                          {"x-grpc-test-echo-trailing-bin", binary}};
  const auto reply =
      co_await channel.Call(Path("UnaryCall"), LargeRequest().SerializeAsString(), Soon(metadata));
  RequireCode(reply.status, Code::kOk);
  Require(reply.initial.Get("x-grpc-test-echo-initial") == "test_initial_metadata_value", "unary initial");
  Require(reply.trailing.Get("x-grpc-test-echo-trailing-bin") == binary, "unary trailing");
  const auto call = channel.Open(Path("FullDuplexCall"), Soon(metadata));
  co_await call->Write(Wanting({kLargeResponse}, kLargeRequest).SerializeAsString());
  Require((co_await call->Read()).has_value(), "no message");
  co_await call->WritesDone();
  RequireCode(co_await call->Finish(), Code::kOk);
  Require(call->InitialMetadata().Get("x-grpc-test-echo-initial") == "test_initial_metadata_value",
          "stream initial");
  Require(call->TrailingMetadata().Get("x-grpc-test-echo-trailing-bin") == binary, "stream trailing");
}

Task<> StatusIs(Channel& channel, std::string message) {
  testing::SimpleRequest unary;
  unary.mutable_response_status()->set_code(2);
  unary.mutable_response_status()->set_message(message);
  const auto reply = co_await channel.Call(Path("UnaryCall"), unary.SerializeAsString(), Soon());
  RequireCode(reply.status, Code::kUnknown);
  Require(reply.status.message == message, "unary message: " + reply.status.message);
  testing::StreamingOutputCallRequest streaming;
  *streaming.mutable_response_status() = unary.response_status();
  const auto call = channel.Open(Path("FullDuplexCall"), Soon());
  co_await call->Write(streaming.SerializeAsString());
  co_await call->WritesDone();
  const auto status = co_await call->Finish();
  RequireCode(status, Code::kUnknown);
  Require(status.message == message, "stream message: " + status.message);
}

Task<> StatusCodeAndMessage(Channel& channel) { return StatusIs(channel, "test status message"); }

Task<> SpecialStatusMessage(Channel& channel) {
  return StatusIs(channel, "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n");
}

Task<> UnimplementedMethod(Channel& channel) {
  RequireCode((co_await channel.Call(Path("UnimplementedCall"), "", Soon())).status, Code::kUnimplemented);
}

Task<> UnimplementedService(Channel& channel) {
  const auto reply =
      co_await channel.Call("/grpc.testing.UnimplementedService/UnimplementedCall", "", Soon());
  RequireCode(reply.status, Code::kUnimplemented);
}

using Case = Task<> (*)(Channel&);

const std::map<std::string_view, Case>& Cases() {
  static const std::map<std::string_view, Case> cases{
      {"empty_unary", EmptyUnary},
      {"large_unary", LargeUnary},
      {"client_streaming", ClientStreaming},
      {"server_streaming", ServerStreaming},
      {"ping_pong", PingPong},
      {"empty_stream", EmptyStream},
      {"timeout_on_sleeping_server", TimeoutOnSleepingServer},
      {"cancel_after_begin", CancelAfterBegin},
      {"cancel_after_first_response", CancelAfterFirstResponse},
      {"custom_metadata", CustomMetadata},
      {"status_code_and_message", StatusCodeAndMessage},
      {"special_status_message", SpecialStatusMessage},
      {"unimplemented_method", UnimplementedMethod},
      {"unimplemented_service", UnimplementedService},
  };
  return cases;
}

// Throws what the case found.
void Run(const Flags& flags) {
  const auto found = Cases().find(flags["test_case"]);
  if (found == Cases().end()) throw std::invalid_argument("unknown test case: " + flags["test_case"]);
  grpc::ChannelOptions options;
  if (flags.IsOn("use_tls")) {
    options.tls = flags.Tls();
    options.expected_identity = flags["server_host_override"];
  }
  boost::asio::io_context io{1};
  Channel channel(io, flags["server_host"] + ":" + flags["server_port"], options);
  std::exception_ptr failure;
  boost::asio::co_spawn(io, found->second(channel), [&](std::exception_ptr error) {
    failure = error;
    io.stop();
  });
  io.run();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace
}  // namespace market::interop

int main(int argc, char** argv) {
  try {
    market::interop::Run(market::interop::Flags(argc, argv,
                                                {{"server_host", "127.0.0.1"},
                                                 {"server_port", "10000"},
                                                 {"test_case", "large_unary"},
                                                 {"use_tls", "false"},
                                                 {"server_host_override", ""},
                                                 {"tls_cert_file", ""},
                                                 {"tls_key_file", ""},
                                                 {"ca_file", ""}}));
    return 0;
  } catch (const std::exception& error) {
    std::printf("%s\n", error.what());
    return 1;
  }
}
