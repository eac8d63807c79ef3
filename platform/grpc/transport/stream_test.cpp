#include "platform/grpc/testing/test_loop.hpp"

namespace market::grpc::test {
namespace {

using namespace std::chrono_literals;

class Streaming : public Fixture {};

struct Outcome {
  std::vector<std::string> messages;
  Status status;
  Metadata initial;
  Metadata trailing;
};

Task<Outcome> ReadAll(std::shared_ptr<ClientCall> call) {
  Outcome outcome;
  while (auto message = co_await call->Read()) outcome.messages.push_back(std::move(*message));
  outcome.status = co_await call->Finish();
  outcome.initial = call->InitialMetadata();
  outcome.trailing = call->TrailingMetadata();
  co_return outcome;
}

Task<Outcome> Send(std::shared_ptr<ClientCall> call, std::vector<std::string> messages) {
  for (auto& message : messages) co_await call->Write(std::move(message));
  co_await call->WritesDone();
  co_return co_await ReadAll(call);
}

TEST_F(Streaming, Client_CountsBytes) {
  Connect();
  const auto outcome = Sync(Send(channel->Open("/t.T/Count", Soon()), {"a", "", std::string(200'000, 'b')}));
  EXPECT_TRUE(outcome.status.Ok()) << outcome.status.message;
  EXPECT_EQ(outcome.messages, std::vector<std::string>{"200001"});
}

TEST_F(Streaming, Server_GivesAllMessagesThenStatus) {
  Connect();
  const auto outcome = Sync(Send(channel->Open("/t.T/Repeat", Soon()), {"5000"}));
  EXPECT_EQ(outcome.status.code, Code::kOutOfRange);
  EXPECT_EQ(outcome.status.message, "that was all");
  ASSERT_EQ(outcome.messages.size(), 5000u);
  EXPECT_TRUE(outcome.messages[4999].starts_with("4999x"));
}

Task<Outcome> PingPong(std::shared_ptr<ClientCall> call, int rounds) {
  Outcome outcome;
  for (int i = 0; i < rounds; ++i) {
    co_await call->Write("ping " + std::to_string(i));
    auto answer = co_await call->Read();
    if (!answer) break;
    outcome.messages.push_back(std::move(*answer));
  }
  co_await call->WritesDone();
  EXPECT_FALSE(co_await call->Read());
  outcome.status = co_await call->Finish();
  outcome.initial = call->InitialMetadata();
  outcome.trailing = call->TrailingMetadata();
  co_return outcome;
}

TEST_F(Streaming, Both_PingPongWithMetadata) {
  Connect();
  const auto outcome = Sync(PingPong(channel->Open("/t.T/EchoAll", Within(10s, {{"k-bin", "\xff"}})), 100));
  EXPECT_TRUE(outcome.status.Ok()) << outcome.status.message;
  EXPECT_EQ(outcome.messages.size(), 100u);
  EXPECT_EQ(outcome.initial.Get("hello"), "there");
  EXPECT_EQ(outcome.trailing.Get("good"), "bye");
  EXPECT_EQ(seen.Get("k-bin"), "\xff");
}

TEST_F(Streaming, Both_EmptyStream_IsOk) {
  Connect();
  const auto outcome = Sync(Send(channel->Open("/t.T/EchoAll", Soon()), {}));
  EXPECT_TRUE(outcome.status.Ok());
  EXPECT_TRUE(outcome.messages.empty());
}

TEST_F(Streaming, Both_MegabytesEachWay) {
  Connect();
  static constexpr auto kWriter = [](std::shared_ptr<ClientCall> call) -> Task<> {
    for (int i = 0; i < 200; ++i) co_await call->Write(std::string(100'000, static_cast<char>('a' + i % 26)));
    co_await call->WritesDone();
  };
  const auto call = channel->Open("/t.T/EchoAll", Soon());
  const auto written = Start(kWriter(call));
  const auto outcome = Sync(ReadAll(call));
  EXPECT_TRUE(*written);
  EXPECT_TRUE(outcome.status.Ok()) << outcome.status.message;
  ASSERT_EQ(outcome.messages.size(), 200u);
  EXPECT_EQ(outcome.messages[27], std::string(100'000, 'b'));
}

TEST_F(Streaming, UnreadRequests_StopTheClient) {
  Connect();
  const auto call = channel->Open("/t.T/Hold", Soon());
  std::size_t sent = 0;
  static constexpr auto kWriter = [](std::shared_ptr<ClientCall> call, std::size_t& sent) -> Task<> {
    for (int i = 0; i < 1000; ++i) {
      co_await call->Write(std::string(10'000, 'x'));
      sent += 10'000;
    }
  };
  const auto writer = Start(kWriter(call, sent));
  RunFor(200ms);
  // A stream's window of 1 MiB, and the client's own buffer.
  EXPECT_LT(sent, 1'300'000u);
  EXPECT_LT(server->Stats().buffered_bytes, 1'100'000u);
  EXPECT_GT(server->Stats().buffered_bytes, 500'000u);
  // Other calls on the same connection are not held up.
  EXPECT_TRUE(Sync(channel->Call("/t.T/Echo", std::string(200'000, 'y'), Soon())).status.Ok());
  call->Cancel();
  RunUntil([&] { return *writer && server->Stats().buffered_bytes == 0; });
}

TEST_F(Streaming, UnreadResponses_StopTheServer) {
  Connect();
  const auto call = channel->Open("/t.T/Repeat", Soon());
  Sync(call->Write("1000000"));
  RunUntil([&] { return server->Stats().streams_open == 1; });
  RunFor(200ms);
  EXPECT_EQ(server->Stats().handlers_running, 1u);
  EXPECT_TRUE(Sync(channel->Call("/t.T/Echo", "y", Soon())).status.Ok());
  call->Cancel();
  RunUntil([&] { return server->Stats().handlers_running == 0; });
}

TEST_F(Streaming, Finish_WithoutReading_DropsMessages) {
  Connect();
  const auto call = channel->Open("/t.T/Repeat", Soon());
  Sync(call->Write("20000"));
  EXPECT_EQ(Sync(call->Finish()).code, Code::kOutOfRange);
}

TEST_F(Streaming, Dropped_CancelsHandler) {
  Connect();
  auto call = channel->Open("/t.T/SlowStream", Soon());
  RunUntil([&] { return slow_started == 1; });
  call.reset();
  RunUntil([&] { return slow_cancelled == 1; });
  EXPECT_EQ(channel->Stats().calls_open, 0u);
}

TEST_F(Streaming, Deadline_EndsBothSides) {
  Connect();
  const auto call = channel->Open("/t.T/SlowStream", Within(50ms));
  EXPECT_EQ(Sync(call->Finish()).code, Code::kDeadlineExceeded);
  RunUntil([&] { return slow_cancelled == 1; });
}

TEST_F(Streaming, Cancel_WhileReading_EndsWithCancelled) {
  Connect();
  const auto call = channel->Open("/t.T/SlowStream", Soon());
  static constexpr auto kReader = [](std::shared_ptr<ClientCall> call, Status& status) -> Task<> {
    EXPECT_FALSE(co_await call->Read());
    status = co_await call->Finish();
  };
  Status status;
  const auto done = Start(kReader(call, status));
  RunUntil([&] { return slow_started == 1; });
  call->Cancel();
  RunUntil([&] { return *done; });
  EXPECT_EQ(status.code, Code::kCancelled);
}

TEST_F(Streaming, ServerEndsEarly_WriterLearnsStatus) {
  Connect();
  const auto call = channel->Open("/t.T/Early", Soon());
  static constexpr auto kWriter = [](std::shared_ptr<ClientCall> call) -> Task<Status> {
    for (int i = 0; i < 1000; ++i) co_await call->Write(std::string(10'000, 'x'));
    co_return co_await call->Finish();
  };
  EXPECT_EQ(Sync(kWriter(call)).code, Code::kAborted);
}

TEST_F(Streaming, MessageTooLarge_IsResourceExhaustedAndCancelsHandler) {
  Connect();
  const auto outcome = Sync(Send(channel->Open("/t.T/SlowStream", Soon()), {std::string(300 * 1024, 'x')}));
  EXPECT_EQ(outcome.status.code, Code::kResourceExhausted);
  RunUntil([&] { return server->Stats().handlers_running == 0; });
}

TEST_F(Streaming, UnaryMethodWithTwoMessages_IsUnimplemented) {
  Connect();
  EXPECT_EQ(Sync(Send(channel->Open("/t.T/Echo", Soon()), {"1", "2"})).status.code, Code::kUnimplemented);
  EXPECT_EQ(Sync(Send(channel->Open("/t.T/Echo", Soon()), {})).status.code, Code::kUnimplemented);
}

TEST_F(Streaming, UnaryCallOfStreamWithTwoAnswers_IsUnimplemented) {
  Connect();
  static constexpr auto kTwo = [](ServerCall& call) -> Task<Status> {
    co_await call.Write("1");
    co_await call.Write("2");
    co_return Status{};
  };
  server->HandleStream("/t.T/Two", kTwo);
  EXPECT_EQ(Sync(channel->Call("/t.T/Two", "x", Soon())).status.code, Code::kUnimplemented);
}

TEST_F(Streaming, InitialMetadata_ComesBeforeTheEnd) {
  Connect();
  const auto call = channel->Open("/t.T/EchoAll", Soon());
  Sync(call->Write("x"));
  Sync(call->WaitForInitialMetadata());
  EXPECT_EQ(call->InitialMetadata().Get("hello"), "there");
}

}  // namespace
}  // namespace market::grpc::test
