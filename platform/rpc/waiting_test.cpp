// Methods that wait for news: what they take, and how long their callers are believed.
#include "platform/grpc/channel.hpp"
#include "platform/rpc/channel.hpp"
#include "platform/rpc/testing/probe_fixture.hpp"
#include "platform/testing/reason_of.hpp"

namespace market::rpc {
namespace {

using testing::RunLoop;
using testing::Soon;

class WaitingTest : public ProbeFixture {
 protected:
  Task<> Ask(std::string method) {
    CallContext call(runtime::kNoDeadline);
    probe::ProbeReply reply;
    co_await edge_.Call(Find(method), {.authorization = TokenOf(Buyer())}, call, probe::ProbeRequest(),
                        reply);
  }
  Task<bool> Holds(std::string token) { return edge_.StillHolds(std::move(token), Soon()); }
};

// Who waits is admitted, and then takes no place of those that work.
TEST_F(WaitingTest, TakesNoPlaceOfWork) {
  EXPECT_TRUE(edge_.Waits());
  std::vector<std::size_t> running;
  probe_.act = [&](CallContext&) -> Task<> {
    running.push_back(admission_.GetStats().running);
    co_return;
  };
  RunLoop([&] { return Ask("ReadMine"); });
  RunLoop([&] { return Ask("Await"); });
  EXPECT_EQ(running, (std::vector<std::size_t>{1, 0}));
  EXPECT_EQ(admission_.GetStats().admitted, 2u);
}

TEST_F(WaitingTest, TokenHolds_UntilItEnds) {
  const auto token = TokenOf(Buyer());
  EXPECT_TRUE(RunLoop([&] { return Holds(token); }));
  clock_.Advance(std::chrono::minutes(11));
  EXPECT_FALSE(RunLoop([&] { return Holds(token); }));
  EXPECT_FALSE(RunLoop([&] { return Holds("Bearer nonsense"); }));
}

TEST_F(WaitingTest, ApiKeyHolds_UntilItEnds) {
  const auto key = ApiKeyOf(SellerOf(SellerId::New()));
  EXPECT_TRUE(RunLoop([&] { return Holds(key); }));
  granted_.clear();
  clock_.Advance(std::chrono::minutes(2));
  EXPECT_FALSE(RunLoop([&] { return Holds(key); }));
}

// A crowd that waits at a peer which is gone neither opens its breaker nor uses up what others may repeat.
TEST_F(WaitingTest, PeerThatIsGone_IsNoNewsForOthers) {
  RunLoop([&](boost::asio::io_context& io) -> Task<> {
    grpc::Channel transport(io, "127.0.0.1:1");
    Channel channel("probe", transport, metrics_);
    const auto failed = [&](std::string method) -> Task<> {
      CallContext call(Soon());
      probe::ProbeReply reply;
      EXPECT_EQ(co_await testing::ReasonOf(channel.Call(Find(method), call, probe::ProbeRequest(), reply)),
                "UNAVAILABLE");
    };
    const auto says = [&](std::string_view line) { return metrics_.Exposition().contains(line); };
    for (int i = 0; i < 30; ++i) co_await failed("Await");
    EXPECT_TRUE(says("market_circuit_breaker_state{peer=\"probe\",class=\"read\"} 0"));
    EXPECT_TRUE(says("grpc_client_retries_total{peer=\"probe\"} 0"));
    for (int i = 0; i < 30; ++i) co_await failed("ReadMine");
    EXPECT_TRUE(says("market_circuit_breaker_state{peer=\"probe\",class=\"read\"} 1"));
    co_await transport.Close(Soon());
  });
}

}  // namespace
}  // namespace market::rpc
