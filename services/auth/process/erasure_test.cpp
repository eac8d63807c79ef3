#include "services/auth/process/erasure.hpp"

#include <gtest/gtest.h>

#include "platform/runtime/task_group.hpp"
#include "platform/testing/reason_of.hpp"
#include "platform/testing/run_loop.hpp"
#include "platform/testing/temporary_database.hpp"
#include "services/auth/messages.hpp"
#include "services/auth/migrations.hpp"
#include "services/auth/storage/accounts.hpp"
#include "services/auth/testing/fake_peers.hpp"
#include "services/auth/workers/erasures.hpp"

namespace market::auth {
namespace {

using namespace std::chrono_literals;
using testing::Eventually;
using testing::Soon;

constexpr storage::ErasureTimes kAtOnce{.first = 0ms, .last = 0ms, .lease = 0ms};

// The process that drives an erasure dies here; not an Error, so nothing handles it.
struct Killed : std::runtime_error {
  Killed() : std::runtime_error("killed") {}
};

class ErasureTest : public ::testing::Test {
 protected:
  template <class Body>
  void Run(Body body) {
    testing::RunLoop([&](boost::asio::io_context& io) -> Task<> {
      postgres::Database database(io, temporary_.Options());
      co_await database.Open(Soon());
      storage::Erasures erasures(database, kAtOnce, ServicesToErase());
      Erasure erasure(erasures, 0ms);
      erasure.Connect(peers_.With(users_).WithPersonalData());
      database_ = &database;
      co_await body(erasures, erasure, io);
      co_await database.Close(Soon());
    });
  }
  Task<> CloseOne(storage::Erasures& erasures) {
    storage::Accounts accounts(*database_, {});
    const auto session = Uuid::NewV7();
    const storage::NewAccount account{
        .id = AccountId::New(), .email = "ada@x.test", .password_hash = "$argon2id$x"};
    co_await accounts.Create(Soon(), account, {session, session.ToString().substr(0, 32), {}},
                             ProfileMessage(account.id, "Ada", ""));
    co_await erasures.Close(Soon(), account.id, 1);
  }
  static Task<ErasureOutcome> Advance(storage::Erasures& erasures, Erasure& erasure) {
    const auto due = co_await erasures.TakeDue(Soon(), 1);
    auto lease = co_await erasures.Read(Soon(), due.at(0));
    CallContext call(Soon());
    co_return co_await erasure.Advance(call, std::move(*lease));
  }
  std::string State() {
    return temporary_.Execute(
        "SELECT concat_ws(' ', pass, waiting, email, nullif(last_error, '')) FROM erasure");
  }
  std::string Asked() const {
    return std::to_string(users_.asked.size()) + std::to_string(peers_.products.asked.size()) +
           std::to_string(peers_.orders.asked.size()) + std::to_string(peers_.payments.asked.size()) +
           std::to_string(peers_.notifications.asked.size());
  }

  testing::TemporaryDatabase temporary_{kMigrations};
  postgres::Database* database_ = nullptr;  // while a body runs
  FakeUsers users_;
  FakePeers peers_;
};

TEST_F(ErasureTest, EveryService_IsAskedInBothPasses) {
  Run([&](storage::Erasures& erasures, Erasure& erasure, auto&) -> Task<> {
    co_await CloseOne(erasures);
    EXPECT_EQ(co_await Advance(erasures, erasure), ErasureOutcome::kPassEnded);
    EXPECT_EQ(State(), "LAST {user,product,order,payment,notification}");
    EXPECT_EQ(users_.asked.at(0).email(), "ada@x.test");
    EXPECT_EQ(co_await Advance(erasures, erasure), ErasureOutcome::kPassEnded);
    EXPECT_EQ(State(), "DONE {}");
    EXPECT_EQ(Asked(), "22222");
    EXPECT_EQ(users_.asked.at(1).email(), "");
  });
}

TEST_F(ErasureTest, WhoIsAway_OrNotReady_KeepsNobodyElseWaiting) {
  users_.away = true;
  peers_.orders.waits_for = "orders are open";
  Run([&](storage::Erasures& erasures, Erasure& erasure, auto&) -> Task<> {
    co_await CloseOne(erasures);
    EXPECT_EQ(co_await testing::ReasonOf(Advance(erasures, erasure)), "UNAVAILABLE");
    EXPECT_EQ(State(), "FIRST {user,order} ada@x.test");
    users_.away = false;
    EXPECT_EQ(co_await Advance(erasures, erasure), ErasureOutcome::kWaits);
    EXPECT_EQ(State(), "FIRST {order} order: orders are open") << "the e-mail went with what user knew by it";
    peers_.orders.waits_for.clear();
    EXPECT_EQ(co_await Advance(erasures, erasure), ErasureOutcome::kPassEnded);
    EXPECT_EQ(Asked(), "11311") << "who has erased is left alone";
  });
}

// Before and after each call: whoever comes next brings it to the same end.
TEST_F(ErasureTest, KilledAtAnyStep_TheNextDriverGoesOn) {
  Run([&](storage::Erasures& erasures, Erasure& erasure, auto&) -> Task<> {
    int calls = 0;
    int kill_at = 0;
    auto peers = peers_.With(users_).WithPersonalData();
    for (auto& peer : peers) {
      peer.erase = [&, asked = peer.erase](
                       CallContext& call,
                       PersonalDataPeer::EraseRequest request) -> Task<PersonalDataPeer::EraseResponse> {
        if (++calls == kill_at) throw Killed();
        auto answer = co_await asked(call, std::move(request));
        if (++calls == kill_at) throw Killed();
        co_return answer;
      };
    }
    erasure.Connect(std::move(peers));
    for (kill_at = 1; kill_at <= 8; ++kill_at) {
      temporary_.Execute("DELETE FROM erasure; DELETE FROM account");
      co_await CloseOne(erasures);
      calls = 0;
      EXPECT_THROW(co_await Advance(erasures, erasure), Killed) << kill_at;
      EXPECT_EQ(temporary_.Execute("SELECT pass FROM erasure"), "FIRST");
      kill_at += 100;
      EXPECT_EQ(co_await Advance(erasures, erasure), ErasureOutcome::kPassEnded);
      EXPECT_EQ(co_await Advance(erasures, erasure), ErasureOutcome::kPassEnded);
      EXPECT_EQ(State(), "DONE {}");
      kill_at -= 100;
    }
  });
}

TEST_F(ErasureTest, TheWorker_BringsItToItsEnd_AndParksWhatBreaks) {
  peers_.payments.away = true;
  Run([&](storage::Erasures& erasures, Erasure& erasure, boost::asio::io_context& io) -> Task<> {
    co_await CloseOne(erasures);
    telemetry::Tracer tracer;
    ErasureWork work(erasures, erasure, tracer,
                     {.poll = 10ms, .patience = {.tries = 2, .backoff = {.initial = 2ms, .max = 10ms}}});
    runtime::TaskGroup group(io.get_executor(), [](std::string_view, std::exception_ptr) {});
    group.Keep("erasures", work.Driving().Run());
    co_await Eventually([&] { return temporary_.Execute("SELECT attempts > 3 FROM erasure") == "t"; });
    EXPECT_EQ(temporary_.Execute("SELECT count(parked_at) FROM erasure"), "0") << "it is only away";
    peers_.payments.away = false;
    peers_.payments.broken = true;
    co_await Eventually([&] { return temporary_.Execute("SELECT count(parked_at) FROM erasure") == "1"; });
    peers_.payments.broken = false;
    temporary_.Execute("UPDATE erasure SET parked_at = NULL, failures = 0, next_run_at = market_now()");
    co_await Eventually([&] { return temporary_.Execute("SELECT pass FROM erasure") == "DONE"; });
    group.Cancel();
    co_await group.Join(Soon());
  });
}

}  // namespace
}  // namespace market::auth
