#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "platform/grpc/testing/test_loop.hpp"

namespace market::grpc::test {
namespace {

using namespace std::chrono_literals;

class Call : public Fixture {};

Task<> EchoMany(Channel& channel, int count, int size, int& failures) {
  for (int i = 0; i < count; ++i) {
    std::string request = std::to_string(i) + std::string(static_cast<std::size_t>(size), 'r');
    const auto reply = co_await channel.Call("/t.T/Echo", request, Within(10s));
    if (!reply.status.Ok() || reply.message != request) ++failures;
  }
}

TEST_F(Call, Unary_Answers) {
  Connect();
  const auto reply = Sync(channel->Call("/t.T/Echo", "hello", Soon()));
  EXPECT_EQ(reply.status.code, Code::kOk) << reply.status.message;
  EXPECT_EQ(reply.message, "hello");
  EXPECT_EQ(channel->State(), ChannelState::kReady);
  EXPECT_TRUE(seen_address.starts_with("127.0.0.1:"));
}

TEST_F(Call, Unary_EmptyMessage_Answers) {
  Connect();
  const auto reply = Sync(channel->Call("/t.T/Echo", "", Soon()));
  EXPECT_TRUE(reply.status.Ok()) << reply.status.message;
  EXPECT_EQ(reply.message, "");
}

TEST_F(Call, Unary_LargeMessage_Answers) {
  Connect();
  const std::string large(256 * 1024, 'L');
  const auto reply = Sync(channel->Call("/t.T/Echo", large, Soon()));
  EXPECT_TRUE(reply.status.Ok()) << reply.status.message;
  EXPECT_EQ(reply.message, large);
}

TEST_F(Call, Unary_ManyAtOnce_AllAnswered) {
  Connect();
  std::vector<std::shared_ptr<bool>> done;
  int failures = 0;
  for (int i = 0; i < 64; ++i) done.push_back(Start(EchoMany(*channel, 50, i * 20, failures)));
  RunUntil([&] { return std::ranges::all_of(done, [](const auto& flag) { return *flag; }); });
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(server->Stats().connections_total, 1u);
  EXPECT_EQ(server->Stats().streams_total, 64u * 50);
}

TEST_F(Call, Unary_UnixSocket_Answers) {
  const std::string path = "unix:/tmp/market-grpc-test-" + std::to_string(::getpid());
  Connect(path);
  EXPECT_EQ(target, path);
  EXPECT_EQ(Sync(channel->Call("/t.T/Echo", "u", Soon())).message, "u");
  EXPECT_EQ(seen_address, "unix:");
}

TEST_F(Call, Unary_InheritedSocket_Answers) {
  boost::asio::ip::tcp::acceptor parent(io, {boost::asio::ip::address_v4::loopback(), 0});
  Connect("fd:" + std::to_string(::dup(parent.native_handle())));
  EXPECT_EQ(target, "127.0.0.1:" + std::to_string(parent.local_endpoint().port()));
  EXPECT_EQ(Sync(channel->Call("/t.T/Echo", "i", Soon())).message, "i");
  EXPECT_THROW(server->Listen("fd:0"), std::invalid_argument);
}

TEST_F(Call, Failure_CarriesStatusDetailsAndTrailers) {
  Connect();
  const std::string text = "100% \"wrong\"\n\tżółw ";
  const auto reply = Sync(channel->Call("/t.T/Fail", text, Soon()));
  EXPECT_EQ(reply.status.code, Code::kFailedPrecondition);
  EXPECT_EQ(reply.status.message, text);
  EXPECT_EQ(reply.status.details, std::string("\x08\x09\x00z", 4));
  EXPECT_EQ(reply.trailing.Get("why"), "because");
  EXPECT_EQ(reply.sent, ClientReply::Sent::kMaybe);
}

TEST_F(Call, HandlerThrows_IsInternalWithoutText) {
  Connect();
  const auto reply = Sync(channel->Call("/t.T/Throw", "", Soon()));
  EXPECT_EQ(reply.status.code, Code::kInternal);
  EXPECT_EQ(reply.status.message, "");
}

TEST_F(Call, UnknownMethod_IsUnimplemented) {
  Connect();
  EXPECT_EQ(Sync(channel->Call("/t.T/None", "", Soon())).status.code, Code::kUnimplemented);
  EXPECT_EQ(Sync(channel->Call("/none.T/Echo", "", Soon())).status.code, Code::kUnimplemented);
}

TEST_F(Call, Metadata_GoesBothWays) {
  Connect();
  const std::string binary("\x00\xff\x01,\x80", 5);
  const Metadata metadata{{"echo-initial-text", "some text, with comma"},
                          {"echo-initial-bin", binary},
                          {"echo-trailing-a", ""},
                          {"echo-trailing-bin", std::string(1000, '\xee')},
                          {"twice", "1"},
                          {"twice", "2"}};
  const auto reply = Sync(channel->Call("/t.T/Echo", "x", Within(10s, metadata)));
  ASSERT_TRUE(reply.status.Ok()) << reply.status.message;
  EXPECT_EQ(reply.initial.Get("echo-initial-text"), "some text, with comma");
  EXPECT_EQ(reply.initial.Get("echo-initial-bin"), binary);
  EXPECT_EQ(reply.trailing.Get("echo-trailing-a"), "");
  EXPECT_EQ(reply.trailing.Get("echo-trailing-bin"), std::string(1000, '\xee'));
  EXPECT_EQ(std::ranges::count_if(seen, [](const auto& entry) { return entry.first == "twice"; }), 2);
}

TEST_F(Call, Metadata_InvalidOrReserved_IsLeftOut) {
  Connect();
  const Metadata metadata{{"Upper", "x"}, {"grpc-status", "3"}, {"te", "x"}, {"bad", "a\nb"}, {"fine", "1"}};
  const auto reply = Sync(channel->Call("/t.T/Echo", "x", Within(10s, metadata)));
  ASSERT_TRUE(reply.status.Ok()) << reply.status.message;
  EXPECT_EQ(seen.Get("fine"), "1");
  EXPECT_FALSE(seen.Get("bad"));
  EXPECT_FALSE(seen.Get("te"));
  EXPECT_FALSE(seen.Get("grpc-status"));
}

TEST_F(Call, RequestTooLarge_IsResourceExhausted) {
  Connect();
  const auto reply = Sync(channel->Call("/t.T/Echo", std::string(256 * 1024 + 1, 'x'), Soon()));
  EXPECT_EQ(reply.status.code, Code::kResourceExhausted);
  EXPECT_TRUE(Sync(channel->Call("/t.T/Echo", "y", Soon())).status.Ok());
}

TEST_F(Call, ResponseTooLarge_IsResourceExhausted) {
  ChannelOptions options;
  options.max_message_bytes = 1000;
  Connect("127.0.0.1:0", options);
  EXPECT_EQ(Sync(channel->Call("/t.T/Echo", std::string(1001, 'x'), Soon())).status.code,
            Code::kResourceExhausted);
  EXPECT_TRUE(Sync(channel->Call("/t.T/Echo", std::string(1000, 'x'), Soon())).status.Ok());
}

TEST_F(Call, RequestHeadersTooLarge_IsResourceExhausted) {
  Connect();
  const Metadata metadata{{"big", std::string(17 * 1024, 'x')}};
  EXPECT_EQ(Sync(channel->Call("/t.T/Echo", "x", Within(10s, metadata))).status.code,
            Code::kResourceExhausted);
  EXPECT_TRUE(Sync(channel->Call("/t.T/Echo", "y", Soon())).status.Ok());
}

TEST_F(Call, OwnMetadataTooLarge_IsNotSent) {
  Connect();
  const Metadata metadata{{"big", std::string(100 * 1024, 'x')}};
  const auto reply = Sync(channel->Call("/t.T/Echo", "x", Within(10s, metadata)));
  EXPECT_EQ(reply.status.code, Code::kResourceExhausted);
  EXPECT_EQ(reply.sent, ClientReply::Sent::kNo);
}

TEST_F(Call, ResponseHeadersTooLarge_IsResourceExhausted) {
  ChannelOptions options;
  options.max_header_bytes = 4000;
  Connect("127.0.0.1:0", options);
  const Metadata metadata{{"echo-trailing-big", std::string(5000, 'x')}};
  EXPECT_EQ(Sync(channel->Call("/t.T/Echo", "x", Within(10s, metadata))).status.code,
            Code::kResourceExhausted);
  EXPECT_TRUE(Sync(channel->Call("/t.T/Echo", "y", Soon())).status.Ok());
}

TEST_F(Call, Deadline_EndsCallAndHandler) {
  Connect();
  const auto reply = Sync(channel->Call("/t.T/Slow", "", Within(60ms)));
  EXPECT_EQ(reply.status.code, Code::kDeadlineExceeded);
  RunUntil([&] { return slow_cancelled == 1; });
  EXPECT_EQ(slow_started, 1);
}

TEST_F(Call, Deadline_AlreadyPassed_IsNotSent) {
  Connect();
  const auto reply = Sync(channel->Call("/t.T/Slow", "", {}));
  EXPECT_EQ(reply.status.code, Code::kDeadlineExceeded);
  EXPECT_EQ(reply.sent, ClientReply::Sent::kNo);
  EXPECT_EQ(slow_started, 0);
}

TEST_F(Call, Deadline_StormOfSlowCalls_KeepsConnection) {
  Connect();
  std::vector<std::shared_ptr<bool>> done;
  int wrong = 0;
  static constexpr auto kOne = [](Channel& channel, int& wrong) -> Task<> {
    const auto reply = co_await channel.Call("/t.T/Slow", "", Within(20ms));
    if (reply.status.code != Code::kDeadlineExceeded) ++wrong;
  };
  for (int i = 0; i < 3000; ++i) done.push_back(Start(kOne(*channel, wrong)));
  RunUntil([&] { return std::ranges::all_of(done, [](const auto& flag) { return *flag; }); });
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(server->Stats().connections_total, 1u);
}

TEST_F(Call, CallerCancelled_CancelsHandler) {
  Connect();
  boost::asio::cancellation_signal signal;
  std::exception_ptr result;
  bool done = false;
  boost::asio::co_spawn(
      io, channel->Call("/t.T/Slow", "", Soon()),
      boost::asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr error, ClientReply) {
        result = error;
        done = true;
      }));
  RunUntil([&] { return slow_started == 1; });
  signal.emit(boost::asio::cancellation_type::all);
  RunUntil([&] { return done && slow_cancelled == 1; });
  ASSERT_TRUE(result);
  EXPECT_THROW(std::rethrow_exception(result), boost::system::system_error);
  EXPECT_EQ(channel->Stats().calls_open, 0u);
}

TEST_F(Call, ChannelDestroyed_EndsCallsUnavailable) {
  Connect();
  Code code = Code::kOk;
  static constexpr auto kOne = [](Channel& channel, Code& out) -> Task<> {
    out = (co_await channel.Call("/t.T/Slow", "", Soon())).status.code;
  };
  const auto done = Start(kOne(*channel, code));
  RunUntil([&] { return slow_started == 1; });
  channel.reset();
  RunUntil([&] { return *done; });
  EXPECT_EQ(code, Code::kUnavailable);
  RunUntil([&] { return slow_cancelled == 1; });
}

}  // namespace
}  // namespace market::grpc::test
