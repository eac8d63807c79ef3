#include "services/notification/workers/outbox_handlers.hpp"

#include <gtest/gtest.h>

#include "platform/mail/smtp_client.hpp"
#include "platform/mail/testing/smtp_server.hpp"
#include "platform/runtime/task_group.hpp"
#include "platform/telemetry/metrics.hpp"
#include "services/notification/testing/fake_auth.hpp"
#include "services/notification/testing/fake_users.hpp"
#include "services/notification/testing/store_fixture.hpp"

namespace market::notification {
namespace {

using namespace std::chrono_literals;
using testing::Eventually;

// Mails from the outbox to a mail server.
class MailOutbox : public StoreFixture {
 protected:
  // Runs body(database) while the relay delivers.
  template <class Body>
  void RunRelay(Body body) {
    testing::RunLoop([&](boost::asio::io_context& io) -> Task<> {
      postgres::Database database(io, temporary_.Options());
      co_await database.Open(Soon());
      mail::SmtpClient smtp({.host = "127.0.0.1", .port = server_.Port(), .security = mail::Security::kNone});
      storage::BouncedAddresses bounced(database);
      bounced.Use("secret");
      storage::UnsubscribeTokens tokens;
      tokens.Use("secret");
      Metrics metrics(registry_);
      const SystemClock clock;
      Mailing mailing(bounced, tokens,
                      [&](std::string from, std::string to, std::string bytes, runtime::Deadline deadline) {
                        return smtp.Send(std::move(from), std::move(to), std::move(bytes), deadline);
                      },
                      clock, metrics,
                      {.market = "Bazaar", .public_url = "https://shop.test", .from = "no-reply@shop.test"});
      mailing.Connect({auth_, users_});
      telemetry::Tracer tracer;
      outbox::Relay relay(database, tracer,
                          {.poll = 20ms,
                           .patience = {.tries = 2, .backoff = {.initial = 2ms, .max = 10ms}},
                           .parked = outbox::Relay::Parked::kIsPassed});
      HandleOutbox(relay, mailing);
      runtime::TaskGroup group(io.get_executor(), [](std::string_view, std::exception_ptr) {});
      group.Keep("relay", relay.Deliveries().Run());
      storage::Notifications store(database);
      co_await body(store);
      group.Cancel();
      co_await group.Join(Soon());
      co_await database.Close(Soon());
    });
  }
  AccountId Reader(std::string email) {
    const auto account = AccountId::New();
    auth_.emails[account.ToString()] = std::move(email);
    return account;
  }
  static Task<> Tell(storage::Notifications& store, AccountId account, std::string number) {
    const auto news = Shipped(std::move(number));
    co_await store.Tell(Soon(), AnyEvent(), {{.account = account, .news = &news}});
  }
  std::string Left() {
    return Sql(
        "SELECT count(*) || ' left, ' || count(parked_at) || ' parked' FROM outbox WHERE topic = 'mail'");
  }
  std::vector<std::string> SubjectsTo(const std::string& address) const {
    std::vector<std::string> subjects;
    for (const auto& mail : server_.Mails()) {
      if (mail.to != address) continue;
      const auto at = mail.bytes.find("Subject: ");
      subjects.push_back(mail.bytes.substr(at, mail.bytes.find("\r\n", at) - at));
    }
    return subjects;
  }

  mail::test::SmtpServer server_;
  FakeAuth auth_;
  FakeUsers users_;
  telemetry::Metrics registry_;
};

TEST_F(MailOutbox, ToOneReader_InTheirOrder) {
  const auto ada = Reader("ada@x.test");
  RunRelay([&](storage::Notifications& store) -> Task<> {
    for (const auto* number : {"N-1", "N-2", "N-3"}) co_await Tell(store, ada, number);
    co_await Eventually([&] { return Left() == "0 left, 0 parked"; });
  });
  const auto subjects = SubjectsTo("ada@x.test");
  ASSERT_EQ(subjects.size(), 3u);
  EXPECT_TRUE(subjects[0].contains("N-1")) << subjects[0];
  EXPECT_TRUE(subjects[1].contains("N-2")) << subjects[1];
  EXPECT_TRUE(subjects[2].contains("N-3")) << subjects[2];
}

TEST_F(MailOutbox, ARefusalForGood_IsParkedAndPassed) {
  server_.Play({.message = {"554 5.6.0 no such words here"}});
  const auto ada = Reader("ada@x.test");
  RunRelay([&](storage::Notifications& store) -> Task<> {
    co_await Tell(store, ada, "N-1");
    co_await Eventually([&] { return Left() == "1 left, 1 parked"; });
    EXPECT_TRUE(Sql("SELECT last_error FROM outbox").contains("554 5.6.0"));
    server_.Play({});
    co_await Tell(store, ada, "N-2");
    co_await Eventually(
        [&] { return SubjectsTo("ada@x.test").back().contains("N-2") && Left() == "1 left, 1 parked"; });
  });
}

TEST_F(MailOutbox, AServerThatTakesNothingNow_IsAskedUntilItDoes) {
  server_.Play({.recipient = {"451 4.3.0 later"}});
  const auto ada = Reader("ada@x.test");
  RunRelay([&](storage::Notifications& store) -> Task<> {
    co_await Tell(store, ada, "N-1");
    // More often than what breaks is tried.
    co_await Eventually([&] { return Sql("SELECT attempts > 3 FROM outbox") == "t"; });
    EXPECT_EQ(Left(), "1 left, 0 parked");
    server_.Play({});
    co_await Eventually([&] { return Left() == "0 left, 0 parked"; });
    EXPECT_EQ(SubjectsTo("ada@x.test").size(), 1u);
  });
}

TEST_F(MailOutbox, AnAnswerThatIsLost_GivesTheSameMailAgain) {
  server_.Play({.message = {"", mail::test::Answer::When::kClosed}});
  const auto ada = Reader("ada@x.test");
  RunRelay([&](storage::Notifications& store) -> Task<> {
    co_await Tell(store, ada, "N-1");
    co_await Eventually([&] { return server_.Mails().size() >= 2; });
    server_.Play({});
    co_await Eventually([&] { return Left() == "0 left, 0 parked"; });
  });
  for (const auto& mail : server_.Mails()) EXPECT_EQ(mail.bytes, server_.Mails()[0].bytes);
}

}  // namespace
}  // namespace market::notification
