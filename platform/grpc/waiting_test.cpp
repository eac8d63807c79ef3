// Calls that wait for news have places of their own.
#include "platform/grpc/testing/test_loop.hpp"
#include "platform/runtime/one_shot.hpp"

namespace market::grpc::test {
namespace {

class Waiting : public Fixture {
 protected:
  ServerOptions MakeServerOptions() override {
    ServerOptions options;
    options.max_concurrent_streams = 2;
    options.max_streams = 4;
    options.max_waiting = 8;  // of which callers without a certificate may have six
    return options;
  }
  void SetUp() override {
    Fixture::SetUp();
    const auto wait = [this](ServerCall&, std::string) -> Task<UnaryReply> {
      const auto gate = gates.emplace_back(std::make_shared<runtime::OneShot<>>());
      co_await gate->Wait();
      co_return UnaryReply{{}, "news", {}};
    };
    server->HandleUnary("/t.T/Wait", wait, Pace::kWaiting);
    Connect();
  }
  void StartWaits(int count) {
    const auto wait = [](Waiting& test) -> Task<> {
      const auto reply = co_await test.channel->Call("/t.T/Wait", "", Soon());
      EXPECT_EQ(reply.message, "news") << reply.status.message;
    };
    for (int i = 0; i < count; ++i) ended.push_back(Start(wait(*this)));
  }
  void TellAll() {
    for (const auto& gate : gates) gate->Set();
    RunUntil([&] { return std::ranges::all_of(ended, [](const auto& one) { return *one; }); });
  }

  std::vector<std::shared_ptr<runtime::OneShot<>>> gates;
  std::vector<std::shared_ptr<bool>> ended;
};

TEST_F(Waiting, OthersAreServed_HoweverManyWait) {
  StartWaits(6);
  RunUntil([&] { return gates.size() == 6; });
  for (int i = 0; i < 5; ++i) {
    const auto reply = Sync(channel->Call("/t.T/Echo", "hello", Soon()));
    EXPECT_EQ(reply.message, "hello") << reply.status.message;
  }
  const auto refused = Sync(channel->Call("/t.T/Wait", "", Soon()));
  EXPECT_EQ(refused.status.code, Code::kResourceExhausted);
  EXPECT_TRUE(refused.trailing.Get("grpc-retry-pushback-ms"));
  EXPECT_EQ(server->Stats().calls_refused, 1u);
  TellAll();
  StartWaits(6);
  RunUntil([&] { return gates.size() == 12; });
  TellAll();
}

}  // namespace
}  // namespace market::grpc::test
