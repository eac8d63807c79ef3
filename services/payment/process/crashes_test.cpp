// A payment driven to its end by processes that die and a provider that loses requests and answers: at named
// points, each with a second driver that goes on or turns back, and over many seeds.
#include <boost/asio/ip/tcp.hpp>

#include "platform/testing/seeds.hpp"
#include "platform/testing/tcp_gate.hpp"
#include "services/payment/testing/charges_fixture.hpp"

namespace market::payment {
namespace {

using Fault = FaultyProvider::Fault;

// The only points at which a process can die with something done that no row tells of: around a send.
constexpr std::array kKillPoints = {Fault::kCrashBefore, Fault::kCrashAfter};

// The process dies there.
template <class Call>
Task<> Die(boost::asio::io_context& io, World& world, Fault point, Call call) {
  Service service(io, world);
  service.provider.next_call = point;
  bool died = false;
  try {
    co_await call(service);
  } catch (const Crash&) {
    died = true;
  }
  EXPECT_TRUE(died);
}

TEST(Charges_KillPoints, OfAnAuthorisation_AreChargedOnceByTheNextDriver) {
  for (const auto point : kKillPoints) {
    WithService([&](Service& s, World& world, boost::asio::io_context& io) -> Task<> {
      const auto draft = ADraft();
      co_await Die(io, world, point, [&](Service& dying) { return dying.Authorize(Soon(), draft); });
      EXPECT_FALSE(co_await s.payments.Find(Soon(), draft.order, std::nullopt));
      EXPECT_EQ((co_await s.Authorize(Soon(), draft)).state, State::kAuthorized);
      EXPECT_EQ(CountAtProvider(draft.order, "authorized"), "1");
      EXPECT_EQ((co_await s.charges.Capture(Soon(), draft.order)).state, State::kCaptured);
      EXPECT_EQ(BrokenInvariants(), "0");
    });
  }
}

TEST(Charges_KillPoints, OfAnAuthorisation_ThenCancel_LeavesNoHold) {
  for (const auto point : kKillPoints) {
    WithService([&](Service& s, World& world, boost::asio::io_context& io) -> Task<> {
      const auto draft = ADraft();
      co_await Die(io, world, point, [&](Service& dying) { return dying.Authorize(Soon(), draft); });
      const auto undone = co_await s.charges.Void(Soon(), draft.order, 1);
      EXPECT_EQ(undone.state, State::kVoided);
      EXPECT_EQ(CountAtProvider(draft.order, "authorized"), "0");
      EXPECT_EQ(CountAtProvider(draft.order, "voided"), point == Fault::kCrashAfter ? "1" : "0");
      EXPECT_EQ(undone.authorization.empty(), point != Fault::kCrashAfter);
      EXPECT_EQ(BrokenInvariants(), "0");
    });
  }
}

// Sent by a process that has died since, it arrives when the order is undone already.
TEST(Charges_KillPoints, AnAuthorisationThatArrivesAfterTheCancel_IsGivenUpByTheRecovery) {
  WithService([](Service& s, World&, auto&) -> Task<> {
    ForgetOpen();
    const auto draft = ADraft();
    co_await s.charges.Void(Soon(), draft.order, 1);
    const auto first = domain::NextAttempt(draft, domain::Operation::kAuthorize, s.clock.Now());
    co_await s.stripe.Authorize({.key = domain::ProviderKey(draft, first).ToString(),
                                 .reference = draft.order.ToString(),
                                 .method = draft.method,
                                 .amount = {3000, draft.currency}},
                                Soon());
    EXPECT_EQ(CountAtProvider(draft.order, "authorized"), "1");
    Later(draft.order);
    EXPECT_EQ(co_await s.recovery.Driving().RunOnce(), 1U);
    EXPECT_EQ(CountAtProvider(draft.order, "authorized"), "0");
    EXPECT_EQ(CountAtProvider(draft.order, "voided"), "1");
    const auto payment = co_await s.Stored(draft.order);
    EXPECT_FALSE(payment.authorization.empty());
    EXPECT_EQ(payment.attempts.size(), 2U);
    EXPECT_EQ(BrokenInvariants(), "0");
  });
}

TEST(Charges_KillPoints, AnUndoneOrder_IsLookedAfterUntilNothingCanArrive) {
  WithService([](Service& s, World&, auto&) -> Task<> {
    ForgetOpen();
    const auto order = domain::OrderId::New();
    const auto due =
        "SELECT next_run_at IS NOT NULL FROM payment WHERE order_id = '" + order.ToString() + "'";
    s.provider.next_find = Fault::kAnswerLost;
    EXPECT_EQ((co_await s.charges.Void(Soon(), order, 1)).state, State::kVoided) << "no money will move";
    EXPECT_EQ(Sql(due), "t");
    Later(order);
    EXPECT_EQ(co_await s.recovery.Driving().RunOnce(), 1U);
    EXPECT_EQ(Sql(due), "t") << "it may still arrive";
    Sql("UPDATE payment SET undone_at = undone_at - interval '2 hours' WHERE order_id = '" +
        order.ToString() + "'");
    Later(order);
    s.provider.next_find = Fault::kAnswerLost;
    EXPECT_EQ(co_await s.recovery.Driving().RunOnce(), 1U);
    EXPECT_EQ(Sql(due), "t") << "the provider has not said";
    Later(order);
    EXPECT_EQ(co_await s.recovery.Driving().RunOnce(), 1U);
    EXPECT_EQ(Sql(due), "f");
  });
}

TEST(Charges_KillPoints, OfACapture_AreBookedOnceByTheNextDriver) {
  for (const auto point : kKillPoints) {
    WithService([&](Service& s, World& world, boost::asio::io_context& io) -> Task<> {
      const auto draft = ADraft();
      co_await s.Authorize(Soon(), draft);
      co_await Die(io, world, point,
                   [&](Service& dying) { return dying.charges.Capture(Soon(), draft.order); });
      EXPECT_EQ(LedgerOf(draft.order), "0 0");
      EXPECT_EQ((co_await s.charges.Capture(Soon(), draft.order)).state, State::kCaptured);
      EXPECT_EQ(LedgerOf(draft.order), "3000 0");
      EXPECT_EQ(ProviderLedgerOf(draft.order), "3000 0");
    });
  }
}

TEST(Charges_KillPoints, OfACapture_ThenCancel_AreWhatTheProviderSays) {
  for (const auto point : kKillPoints) {
    WithService([&](Service& s, World& world, boost::asio::io_context& io) -> Task<> {
      const auto draft = ADraft();
      co_await s.Authorize(Soon(), draft);
      co_await Die(io, world, point,
                   [&](Service& dying) { return dying.charges.Capture(Soon(), draft.order); });
      const bool captured = point == Fault::kCrashAfter;
      EXPECT_EQ((co_await s.charges.Void(Soon(), draft.order, 1)).state,
                captured ? State::kCaptured : State::kVoided);
      EXPECT_EQ(LedgerOf(draft.order), captured ? "3000 0" : "0 0");
      EXPECT_EQ(ProviderLedgerOf(draft.order), LedgerOf(draft.order));
      EXPECT_EQ(BrokenInvariants(), "0");
    });
  }
}

TEST(Charges_KillPoints, OfAVoid_AreVoidedOrFoundByTheNextDriver) {
  for (const auto point : kKillPoints) {
    WithService([&](Service& s, World& world, boost::asio::io_context& io) -> Task<> {
      const auto draft = ADraft();
      co_await s.Authorize(Soon(), draft);
      co_await Die(io, world, point,
                   [&](Service& dying) { return dying.charges.Void(Soon(), draft.order, 1); });
      // A capture that comes now takes what is there, and says so when it is not.
      const auto payment = co_await s.charges.Capture(Soon(), draft.order);
      const bool voided = point == Fault::kCrashAfter;
      EXPECT_EQ(payment.state, voided ? State::kCaptureFailed : State::kCaptured);
      EXPECT_EQ((co_await s.charges.Void(Soon(), draft.order, 1)).state,
                voided ? State::kVoided : State::kCaptured);
      EXPECT_EQ(ProviderLedgerOf(draft.order), LedgerOf(draft.order));
      EXPECT_EQ(BrokenInvariants(), "0");
    });
  }
}

TEST(Charges_KillPoints, OfARefund_AreGivenBackOnceByTheRecovery) {
  for (const auto point : kKillPoints) {
    WithService([&](Service& s, World& world, boost::asio::io_context& io) -> Task<> {
      ForgetOpen();
      const auto draft = ADraft();
      co_await s.Authorize(Soon(), draft);
      co_await s.charges.Capture(Soon(), draft.order);
      const auto id = domain::RefundId::New();
      const auto part = draft.splits[0].seller_order;
      co_await Die(io, world, point,
                   [&](Service& dying) { return dying.Refund(Soon(), draft.order, id, part); });
      Later(draft.order);
      EXPECT_EQ(co_await s.recovery.Driving().RunOnce(), 1U);
      EXPECT_EQ(LedgerOf(draft.order), "3000 1000");
      EXPECT_EQ((co_await s.Refund(Soon(), draft.order, id, part)).refunded_minor, 1000);
      EXPECT_EQ(ProviderLedgerOf(draft.order), "3000 1000");
      EXPECT_EQ(BrokenInvariants(), "0");
    });
  }
}

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
    constexpr std::array kMethods = {"pm_sandbox_error_then_authorized", "pm_card_visa",
                                     "pm_card_threeDSecure2Required"};
    const auto draft = ADraft(kMethods.at(seed % kMethods.size()));
    const bool undone = seed % 2 == 0;
    const auto order = draft.order;
    // A driver that was overtaken by an undo, or one that goes on.
    auto authorize = [&](Service& service) -> Task<domain::Payment> {
      auto payment = co_await service.Authorize(Soon(), draft);
      // Whose card it is has seen where to confirm it, and may do so at any time from now on.
      if (payment.state == State::kRequiresAction && chaos() % 2 == 0) {
        co_await world.provider.Confirm(Soon(), payment.authorization,
                                        sandbox::Provider::Confirmation::kComplete);
      }
      co_return payment;
    };
    co_await Insist(io, world, chaos, order, authorize,
                    [&](const auto& payment) { return payment.state == State::kAuthorized || undone; });
    if (undone) {
      co_await Insist(
          io, world, chaos, order, [&](Service& service) { return service.charges.Void(Soon(), order, 1); },
          [](const auto& payment) { return payment.state == State::kVoided; });
      EXPECT_EQ((co_await s.Authorize(Soon(), draft)).state, State::kVoided);
      EXPECT_EQ(CountAtProvider(order, "authorized"), "0");
      EXPECT_EQ(CountAtProvider(order, "captured"), "0");
      // One that its process has died with nobody has seen.
      if (!(co_await s.Stored(order)).undone_at) EXPECT_EQ(CountAtProvider(order, "requires_action"), "0");
      EXPECT_EQ(LedgerOf(order), "0 0");
      co_return;
    }
    co_await Insist(
        io, world, chaos, order, [&](Service& service) { return service.charges.Capture(Soon(), order); },
        [](const auto& payment) { return payment.state == State::kCaptured; });
    for (const auto& split : draft.splits) {
      const auto id = domain::RefundId::New();
      auto refund = [&](Service& service) { return service.Refund(Soon(), order, id, split.seller_order); };
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
