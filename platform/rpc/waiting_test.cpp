// Methods that wait for news: what they take, and how long their callers are believed.
#include "platform/rpc/testing/probe_fixture.hpp"

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

}  // namespace
}  // namespace market::rpc
