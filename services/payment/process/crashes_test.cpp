// A payment driven to its end by processes that die and a provider that loses
// requests and answers, over many seeds.
#include <boost/asio/ip/tcp.hpp>

#include "platform/testing/seeds.hpp"
#include "platform/testing/tcp_gate.hpp"
#include "services/payment/testing/charges_fixture.hpp"

namespace market::payment {
namespace {

// Repeats `call` the way the order service does, each time in a new process when the last one died, until
// `done` holds of what it returned.
template <class Call, class Done>
Task<domain::Payment> Insist(boost::asio::io_context& io, World& world, std::minstd_rand& chaos,
                             domain::OrderId order, Call call, Done done) {
  for (int round = 0; round < 200; ++round) {
    Service service(io, world, 2s);
    service.provider.chaos = &chaos;
    std::optional<domain::Payment> payment;
    try {
      if (chaos() % 4 == 0) {
        co_await service.recovery.Driving().RunOnce();
        Later(order);
      }
      payment = co_await call(service);
    } catch (const Crash&) {
    } catch (const Error& error) {
      if (error.code != Code::kUnavailable) throw;
    }
    if (payment && done(*payment)) co_return *payment;
    Later(order);
  }
  throw std::runtime_error("the payment did not reach its end");
}

void Live(unsigned seed) {
  WithService([&](Service& s, World& world, boost::asio::io_context& io) -> Task<> {
    std::minstd_rand chaos(seed * 7919 + 1);
    const auto draft = ADraft(seed % 3 == 0 ? "pm_sandbox_error_then_authorized" : "pm_card_visa");
    const bool undone = seed % 2 == 0;
    const auto order = draft.order;
    // A driver that was overtaken by an undo, or one that goes on.
    auto authorize = [&](Service& service) { return service.Authorize(Soon(), draft); };
    co_await Insist(io, world, chaos, order, authorize,
                    [&](const auto& payment) { return payment.state == State::kAuthorized || undone; });
    if (undone) {
      co_await Insist(
          io, world, chaos, order, [&](Service& service) { return service.charges.Void(Soon(), order); },
          [](const auto& payment) { return payment.state == State::kVoided; });
      EXPECT_EQ((co_await s.Authorize(Soon(), draft)).state, State::kVoided);
      EXPECT_EQ(CountAtProvider(order, "authorized"), "0");
      EXPECT_EQ(CountAtProvider(order, "captured"), "0");
      EXPECT_EQ(LedgerOf(order), "0 0");
      co_return;
    }
    co_await Insist(
        io, world, chaos, order, [&](Service& service) { return service.charges.Capture(Soon(), order); },
        [](const auto& payment) { return payment.state == State::kCaptured; });
    for (const auto& split : draft.splits) {
      auto refund = [&](Service& service) {
        return service.charges.Refund(Soon(), order, split.seller_order, "");
      };
      co_await Insist(io, world, chaos, order, refund, [](const auto&) { return true; });
    }
    EXPECT_EQ(CountAtProvider(order, "captured"), "1");
    EXPECT_EQ(
        ProviderSql("SELECT count(*) FROM card_authorization WHERE reference = '" + order.ToString() + "'"),
        "1");
    EXPECT_EQ(LedgerOf(order), "3000 3000");
    EXPECT_EQ(ProviderLedgerOf(order), "3000 3000");
  });
}

TEST(Charges_Crashes, EverySeedEndsOnceAndBalanced) {
  for (const unsigned seed : testing::Seeds(0, 60)) {
    SCOPED_TRACE(seed);
    Live(seed);
  }
  EXPECT_EQ(BrokenInvariants(), "0");
}

TEST(Charges_Network, AnAnswerThatIsLostOnTheWireIsFound) {
  WithService([](Service& s, World& world, boost::asio::io_context& io) -> Task<> {
    const auto port = static_cast<std::uint16_t>(std::stoi(world.url.substr(world.url.rfind(':') + 1)));
    testing::TcpGate gate(io, boost::asio::ip::tcp::endpoint(boost::asio::ip::address_v4::loopback(), port));
    Service remote(io, world, "http://127.0.0.1:" + std::to_string(gate.Port()), 5s);
    gate.Stall(testing::TcpGate::Direction::kReplies);
    const auto draft = ADraft();
    runtime::TaskGroup caller(io.get_executor(), Unexpected);
    auto run = [&]() -> Task<> {
      EXPECT_EQ((co_await remote.Authorize(After(8s), draft)).state, State::kUnknown);
    };
    caller.Spawn("caller", run());
    co_await Eventually([&] { return CountAtProvider(draft.order, "authorized") == "1"; });
    gate.Reset();
    co_await caller.Join(Soon());

    gate.Refuse();
    EXPECT_EQ((co_await remote.Authorize(After(8s), draft)).state, State::kUnknown);
    gate.Pass();
    EXPECT_EQ((co_await remote.Authorize(After(8s), draft)).state, State::kAuthorized);
    EXPECT_EQ(CountAtProvider(draft.order, "authorized"), "1");
  });
}

}  // namespace
}  // namespace market::payment
