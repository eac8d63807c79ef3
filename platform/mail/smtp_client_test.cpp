#include "platform/mail/smtp_client.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <vector>

#include "platform/core/error.hpp"
#include "platform/mail/message.hpp"
#include "platform/mail/testing/sender.hpp"
#include "platform/runtime/task_group.hpp"
#include "platform/testing/run_loop.hpp"

namespace market::mail {
namespace {

namespace asio = boost::asio;
using Kind = Outcome::Kind;
using When = test::Answer::When;
using market::testing::Eventually;
using market::testing::RunLoop;
using market::testing::Soon;
using std::chrono::milliseconds;
using test::At;
using test::kMail;
using test::Sender;

Outcome SendTo(const test::SmtpServer& server, std::string bytes = kMail) {
  return Sender(server).Send(std::move(bytes));
}

// What a mail has when its answer never comes: enough to get so far, on a busy machine too.
constexpr milliseconds kShort{2000};

Outcome SendWithin(milliseconds time, const test::SmtpServer& server) {
  Sender sender(server);
  return sender.Run(
      sender.client.Send("shop@market.example", "ada@example.com", kMail, runtime::After(time)));
}

TEST(SmtpClient_Send, Accepted_WithTheServersWords) {
  test::SmtpServer server;
  const auto outcome = SendTo(server);
  EXPECT_EQ(outcome.kind, Kind::kAccepted);
  EXPECT_EQ(outcome.code, 250);
  EXPECT_EQ(outcome.enhanced, "2.0.0");
  EXPECT_EQ(outcome.text, "queued");
  ASSERT_EQ(server.Mails().size(), 1U);
  const auto mail = server.Mails()[0];
  EXPECT_EQ(mail.from, "shop@market.example");
  EXPECT_EQ(mail.to, "ada@example.com");
  EXPECT_EQ(mail.bytes, kMail);
  EXPECT_FALSE(mail.tls);
  EXPECT_EQ(mail.user, "");
  EXPECT_EQ(server.Commands().at(0), "EHLO sender.test");
}

TEST(SmtpClient_Send, EveryByte_Arrives) {
  test::SmtpServer server;
  Sender sender(server);
  std::vector<std::string> mails = {"S: a\r\n\r\n.\r\n",
                                    "S: a\r\n\r\n..\r\n.\r\n...a\r\n.b\r\n",
                                    ".\r\n",
                                    "\r\n",
                                    "S: a\r\n\r\nno end",
                                    ".",
                                    "S: a\r\n\r\n" + std::string(900, '.') + "\r\n"};
  // Dots at every place of the buffers in between.
  std::string many = "S: a\r\n\r\n";
  for (int i = 0; i < 60'000; ++i) many += "." + std::string(static_cast<std::size_t>(i % 7), 'x') + "\r\n";
  mails.push_back(many);
  const Message composed{.id = "1@market.example",
                         .from = "shop@market.example",
                         .to = "ada@example.com",
                         .subject = "Заказ",
                         .text = ".\n..\nend\n.",
                         .html = "<p>.</p>\n.\n",
                         .language = "ru"};
  mails.push_back(Compose(composed));
  for (const auto& bytes : mails) EXPECT_EQ(sender.Send(bytes).kind, Kind::kAccepted);
  ASSERT_EQ(server.Mails().size(), mails.size());
  for (std::size_t i = 0; i < mails.size(); ++i) {
    const std::string end = mails[i].ends_with("\r\n") ? "" : "\r\n";
    EXPECT_TRUE(server.Mails()[i].bytes == mails[i] + end) << i;
  }
}

TEST(SmtpClient_Send, Refusals_ByWhatTheyAreAbout) {
  test::SmtpServer server;
  Sender sender(server);
  const auto send = [&](const test::Script& script) {
    server.Play(script);
    return sender.Send();
  };
  const auto unknown = send({.recipients = {{"ada@example.com", {"550-5.1.1 no such\r\n550 5.1.1 user"}}}});
  EXPECT_EQ(unknown.kind, Kind::kRecipientRefused);
  EXPECT_EQ(unknown.code, 550);
  EXPECT_EQ(unknown.enhanced, "5.1.1");
  EXPECT_EQ(unknown.text, "no such user");
  EXPECT_EQ(send({.recipient = {"554 5.7.1 relay access denied"}}).kind, Kind::kRejected);
  const auto later = send({.recipient = {"451 4.7.1 greylisted"}});
  EXPECT_EQ(later.kind, Kind::kLater);
  EXPECT_EQ(later.code, 451);
  EXPECT_EQ(send({.mail = {"550 5.1.8 sender unknown"}}).kind, Kind::kRejected);
  EXPECT_EQ(send({.data = {"554 5.5.1 no"}}).kind, Kind::kRejected);
  const auto spam = send({.message = {"554 5.7.1 spam"}});
  EXPECT_EQ(spam.kind, Kind::kRejected);
  EXPECT_EQ(spam.text, "spam");
  EXPECT_EQ(send({.message = {"550 5.1.1 no such user"}}).kind, Kind::kRecipientRefused);
  EXPECT_EQ(send({.message = {"452 4.3.1 disk full"}}).kind, Kind::kLater);
  server.HangUp();  // or the last connection would do
  const auto closed = send({.greeting = {"554 5.7.1 no service for you"}});
  EXPECT_EQ(closed.kind, Kind::kLater);
  EXPECT_EQ(closed.code, 554);
  EXPECT_EQ(send({}).kind, Kind::kAccepted);
}

TEST(SmtpClient_Send, ServerThatDoesNotAnswerQuit_KeepsNobody) {
  test::SmtpServer server({.recipient = {"550 5.1.1 no such user"}, .quit = {.when = When::kNever}});
  Sender sender(server);
  const auto outcome = sender.Run(sender.client.Send("shop@market.example", "ada@example.com", kMail, Soon()),
                                  std::chrono::seconds(60));
  EXPECT_EQ(outcome.kind, Kind::kRecipientRefused);
  EXPECT_EQ(outcome.text, "no such user");
  server.Play({.quit = {.when = When::kNever}});
  EXPECT_EQ(sender.Send().kind, Kind::kAccepted);  // whose connection is kept, and ended with the client
}

TEST(SmtpClient_Send, NobodyListens_Later) {
  auto server = std::make_unique<test::SmtpServer>();
  Sender sender(*server);
  server.reset();
  const auto outcome = sender.Send();
  EXPECT_EQ(outcome.kind, Kind::kLater);
  EXPECT_EQ(outcome.code, 0);
  EXPECT_NE(outcome.text, "");
}

// More than the buffers of two sockets hold, so that the dot can't be under way while nobody reads.
std::string Large() { return "S: a\r\n\r\n" + std::string(32 << 20, 'x') + "\r\n"; }

TEST(SmtpClient_Send, ClosedBeforeTheDot_Later) {
  test::SmtpServer server({.stop = {{.bytes = 100}}});
  EXPECT_EQ(SendTo(server, Large()).kind, Kind::kLater);
  server.Play({.mail = {.when = When::kClosed}});
  EXPECT_EQ(SendTo(server).kind, Kind::kLater);
  server.Play({.recipient = {.when = When::kClosed}});
  EXPECT_EQ(SendTo(server).kind, Kind::kLater);
  server.Play({.data = {.when = When::kClosed}});
  EXPECT_EQ(SendTo(server).kind, Kind::kLater);
  server.Play({.greeting = {.when = When::kClosed}});
  EXPECT_EQ(SendTo(server).kind, Kind::kLater);
  EXPECT_TRUE(server.Mails().empty());
}

TEST(SmtpClient_Send, ClosedAfterTheDot_Unanswered) {
  test::SmtpServer server({.message = {.when = When::kClosed}});
  const auto outcome = SendTo(server);
  EXPECT_EQ(outcome.kind, Kind::kUnanswered);
  EXPECT_EQ(outcome.code, 0);
  EXPECT_NE(outcome.text, "");
  EXPECT_EQ(server.Mails().size(), 1U);
}

TEST(SmtpClient_Send, Silence_EndsAtTheDeadline) {
  test::SmtpServer server({.message = {.when = When::kNever}});
  EXPECT_EQ(SendWithin(kShort, server).kind, Kind::kUnanswered);
  server.Play({.greeting = {.when = When::kNever}});
  EXPECT_EQ(SendWithin(milliseconds(50), server).kind, Kind::kLater);
  server.Play({.recipient = {.when = When::kNever}});
  EXPECT_EQ(SendWithin(milliseconds(50), server).kind, Kind::kLater);
  server.Play({.data = {.when = When::kNever}});
  EXPECT_EQ(SendWithin(milliseconds(50), server).kind, Kind::kLater);
}

TEST(SmtpClient_Send, ServerThatReadsNoMore_EndsAtTheDeadline) {
  test::SmtpServer server({.stop = {{.bytes = 100, .then = When::kNever}}});
  Sender sender(server);
  const auto outcome = sender.Run(sender.client.Send("", "ada@example.com", Large(), runtime::After(kShort)),
                                  std::chrono::minutes(1));
  EXPECT_EQ(outcome.kind, Kind::kLater);
  EXPECT_EQ(server.Waiting(), 1U);
  EXPECT_TRUE(server.Mails().empty());
}

TEST(SmtpClient_Send, OwnTimeLimit_CountsWithoutADeadline) {
  test::SmtpServer server({.message = {.when = When::kNever}});
  auto options = At(server);
  options.timeout = kShort;
  Sender sender(options);
  const auto outcome = sender.Run(sender.client.Send("", "ada@example.com", kMail, runtime::kNoDeadline));
  EXPECT_EQ(outcome.kind, Kind::kUnanswered);
  EXPECT_EQ(server.Mails().at(0).from, "");
}

void Fail(std::string_view task, const std::exception_ptr& error) {
  if (!runtime::IsCancelled(error)) ADD_FAILURE() << task << TextOf(error);
}

Task<> Keep(SmtpClient& client, runtime::Deadline deadline, std::optional<Outcome>& outcome) {
  outcome = co_await client.Send("shop@market.example", "ada@example.com", kMail, deadline);
}

TEST(SmtpClient_Send, SlowServer_IsWaitedForWhileTheLoopTurns) {
  test::SmtpServer server({.message = {"250 2.0.0 at last", When::kReleased}});
  RunLoop([&](asio::io_context& io) -> Task<> {
    SmtpClient client(At(server));
    runtime::TaskGroup tasks(io.get_executor(), Fail);
    std::optional<Outcome> outcome;
    tasks.Spawn("send", Keep(client, Soon(), outcome));
    co_await Eventually([&] { return server.Waiting() == 1; });
    EXPECT_FALSE(outcome);
    server.Release();
    co_await Eventually([&] { return outcome.has_value(); });
    EXPECT_EQ(outcome->kind, Kind::kAccepted);
    EXPECT_EQ(outcome->text, "at last");
    co_await tasks.Join(Soon());
  });
}

TEST(SmtpClient_Send, MoreThanThreads_WaitUntilTheirDeadline) {
  test::SmtpServer server({.message = {"250 2.0.0 queued", When::kReleased}});
  auto options = At(server);
  options.threads = 1;
  options.waiting_max = 1;
  RunLoop([&](asio::io_context& io) -> Task<> {
    SmtpClient client(options);
    runtime::TaskGroup tasks(io.get_executor(), Fail);
    std::optional<Outcome> first;
    std::optional<Outcome> second;
    tasks.Spawn("send", Keep(client, Soon(), first));
    co_await Eventually([&] { return server.Waiting() == 1; });
    const auto late =
        co_await client.Send("a@b.c", "ada@example.com", kMail, runtime::After(milliseconds(20)));
    EXPECT_EQ(late.kind, Kind::kLater);
    tasks.Spawn("send", Keep(client, Soon(), second));
    std::optional<Outcome> third;
    tasks.Spawn("send", Keep(client, Soon(), third));
    co_await Eventually([&] { return third.has_value(); });
    EXPECT_EQ(third->kind, Kind::kLater);
    EXPECT_FALSE(second);
    server.Release();
    co_await Eventually([&] { return first && second; });
    EXPECT_EQ(first->kind, Kind::kAccepted);
    EXPECT_EQ(second->kind, Kind::kAccepted);
    EXPECT_EQ(server.Mails().size(), 2U);
    co_await tasks.Join(Soon());
  });
}

TEST(SmtpClient_Send, Cancelled_LeavesAtOnceAndTheClientEndsAtTheDeadline) {
  test::SmtpServer server({.message = {.when = When::kNever}});
  RunLoop([&](asio::io_context& io) -> Task<> {
    SmtpClient client(At(server));
    runtime::TaskGroup tasks(io.get_executor(), Fail);
    std::optional<Outcome> outcome;
    tasks.Spawn("send", Keep(client, runtime::After(kShort), outcome));
    co_await Eventually([&] { return server.Waiting() == 1; });
    tasks.Cancel();
    co_await tasks.Join(Soon());
    EXPECT_FALSE(outcome);
  });
}

TEST(SmtpClient_Send, Connection_IsKept) {
  test::SmtpServer server;
  Sender sender(server);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(sender.Send().kind, Kind::kAccepted);
  EXPECT_EQ(server.Connections(), 1U);
  EXPECT_EQ(server.Mails().size(), 3U);
}

TEST(SmtpClient_Send, KeptConnectionThatTheServerGaveUp_IsReplaced) {
  test::SmtpServer server;
  Sender sender(server);
  EXPECT_EQ(sender.Send().kind, Kind::kAccepted);
  server.HangUp();
  EXPECT_EQ(sender.Send().kind, Kind::kAccepted);
  // Closes without a word as soon as it is used again, or says that it does.
  std::vector<test::Script> scripts = {{.mail = {.when = When::kClosed}},
                                       {.mail = {"421 4.3.2 too many mails"}}};
  for (const auto& script : scripts) {
    const auto before = server.Connections();
    server.Play(script);
    EXPECT_EQ(sender.Send().kind, Kind::kLater);
    EXPECT_EQ(server.Connections(), before + 1);  // once, not for ever
    server.Play({});
    EXPECT_EQ(sender.Send().kind, Kind::kAccepted);
  }
}

TEST(SmtpClient_Send, MailThatMayHaveArrived_IsNotSentAgain) {
  test::SmtpServer server;
  Sender sender(server);
  EXPECT_EQ(sender.Send().kind, Kind::kAccepted);
  server.Play({.message = {.when = When::kClosed}});
  EXPECT_EQ(sender.Send().kind, Kind::kUnanswered);
  EXPECT_EQ(server.Mails().size(), 2U);
  EXPECT_EQ(server.Connections(), 1U);
}

TEST(SmtpClient_Send, MailThatWasUnderWay_IsLeftToTheCaller) {
  test::SmtpServer server;
  Sender sender(server);
  EXPECT_EQ(sender.Send().kind, Kind::kAccepted);
  server.Play({.stop = {{.bytes = 100}}});
  EXPECT_EQ(sender.Send(Large()).kind, Kind::kLater);
  EXPECT_EQ(server.Connections(), 1U);
}

TEST(SmtpClient_Send, ManyAtOnce) {
  test::SmtpServer server({.recipients = {{"gone@example.com", {"550 5.1.1 no such user"}}}});
  auto options = At(server);
  options.threads = 4;
  std::vector<Kind> kinds(40);
  RunLoop([&]() -> Task<> {
    SmtpClient client(options);
    co_await market::testing::AtOnce(40, [&](int i) -> Task<> {
      const std::string to = i % 5 == 0 ? "gone@example.com" : "ada@example.com";
      kinds[static_cast<std::size_t>(i)] = (co_await client.Send("a@b.c", to, kMail, Soon())).kind;
    });
  });
  EXPECT_EQ(std::ranges::count(kinds, Kind::kAccepted), 32);
  EXPECT_EQ(std::ranges::count(kinds, Kind::kRecipientRefused), 8);
  EXPECT_EQ(server.Mails().size(), 32U);
}

TEST(SmtpClient_Send, AddressBeyondAscii_OnlyWhereTheServerTakesIt) {
  test::SmtpServer server;
  Sender sender(server);
  const auto refused = sender.Send(kMail, "ольга@пример.рф");
  EXPECT_EQ(refused.kind, Kind::kRecipientRefused);
  EXPECT_EQ(refused.enhanced, "5.6.7");
  EXPECT_EQ(sender.Send("To: ольга@пример.рф\r\n\r\na\r\n").kind, Kind::kRecipientRefused);
  const auto commands = server.Commands();
  EXPECT_TRUE(
      std::ranges::none_of(commands, [](const std::string& line) { return line.starts_with("RCPT"); }));
  EXPECT_EQ(sender.Send("S: a\r\n\r\nтекст\r\n").kind, Kind::kAccepted);  // of the text it is not asked

  test::SmtpServer modern({.smtp_utf8 = true});
  Sender other(modern);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(other.Send(kMail, "ольга@пример.рф").kind, Kind::kAccepted);
  EXPECT_EQ(modern.Connections(), 1U);
  EXPECT_TRUE(modern.Mails().at(1).to.starts_with("ольга@")) << modern.Mails().at(1).to;
  EXPECT_TRUE(modern.Mails().at(1).parameters.contains("SMTPUTF8")) << modern.Mails().at(1).parameters;
}

TEST(SmtpClient_Send, WhatCouldBeACommand_NeverLeaves) {
  test::SmtpServer server;
  Sender sender(server);
  const auto refused = [&](const std::string& from, const std::string& to) {
    try {
      sender.Run(sender.client.Send(from, to, kMail, Soon()));
      return std::string();
    } catch (const Error& error) {
      return error.fields.at(0).field;
    }
  };
  EXPECT_EQ(refused("a@b.c", "a@b.c\r\nRCPT TO:<e@f.g>"), "to");
  EXPECT_EQ(refused("a@b.c", "a@b.c>\nX"), "to");
  EXPECT_EQ(refused("a@b.c", ""), "to");
  EXPECT_EQ(refused("a@b.c\r\nDATA", "a@b.c"), "envelope_from");
  // Servers do not agree on where such a mail ends.
  for (const std::string bytes : {"S: a\n\n", "S: a\r\n\r\n\n.\n", "S: a\r\n\r\n\r.\r", "a\r\r\n", "a\r"})
    EXPECT_THROW(sender.Send(bytes), std::invalid_argument) << bytes;
  EXPECT_EQ(server.Connections(), 0U);
}

TEST(SmtpClient, OptionsThatCantBeMeant_AreRefused) {
  const auto refused = [](SmtpOptions options) {
    EXPECT_THROW(SmtpClient{options}, std::invalid_argument) << options.host << " " << options.local_name;
  };
  refused({.host = ""});
  refused({.host = "a b"});
  refused({.host = "a/b"});
  refused({.host = "user@a"});
  refused({.host = "a", .port = 0});
  refused({.host = "a", .local_name = "b\r\nMAIL"});
  refused({.host = "a", .threads = 0});
  refused({.host = "mail.example", .security = Security::kNone, .user = "u", .password = "p"});
  SmtpClient({.host = "mail.example", .user = "u", .password = "p"});
  SmtpClient({.host = "::1"});
}

}  // namespace
}  // namespace market::mail
