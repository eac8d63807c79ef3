#include "platform/mail/outcome.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace market::mail {
namespace {

using Kind = Outcome::Kind;

Reply Read(const std::vector<std::string>& lines) {
  Reply reply;
  for (std::size_t i = 0; i < lines.size(); ++i) EXPECT_EQ(AddLine(reply, lines[i]), i + 1 == lines.size());
  return reply;
}

TEST(AddLine, GathersTheLinesOfAReply) {
  const auto one = Read({"550 5.1.1 no such user\r\n"});
  EXPECT_EQ(one.code, 550);
  EXPECT_EQ(one.enhanced, "5.1.1");
  EXPECT_EQ(one.text, "no such user");
  const auto two = Read({"550-5.1.1 The account does not exist.\r\n", "550 5.1.1 See https://mail.test\r\n"});
  EXPECT_EQ(two.enhanced, "5.1.1");
  EXPECT_EQ(two.text, "The account does not exist. See https://mail.test");
  EXPECT_EQ(Read({"250"}).code, 250);
  EXPECT_EQ(Read({"451 4.3.0"}).enhanced, "4.3.0");
  EXPECT_EQ(Read({"451 4.3.0"}).text, "");
}

TEST(AddLine, WhatIsNoStatus_IsText) {
  for (const std::string text :
       {"5.1 a", "5.1.1.1 a", "3.1.1 a", "5..11 a", "5.1.x a", "5.1.1, a", "192.168.1 a"}) {
    const auto reply = Read({"550 " + text});
    EXPECT_EQ(reply.enhanced, "") << text;
    EXPECT_EQ(reply.text, text);
  }
}

TEST(AddLine, ServersWords_AreBoundedAndOneLine) {
  const auto reply = Read({"550-a\tb\x1b", "550-\xff", "550 " + std::string(2000, 'x')});
  EXPECT_EQ(reply.text.substr(0, 9), "a b  \xef\xbf\xbd ");
  EXPECT_EQ(reply.text.size(), 500U);
  Reply none;
  EXPECT_FALSE(AddLine(none, "hello"));
  EXPECT_FALSE(AddLine(none, ""));
  EXPECT_EQ(none.code, 0);
}

TEST(Judge, ByStepAndReply) {
  const struct {
    Step step;
    const char* line;  // empty: no reply
    Kind kind;
  } cases[] = {
      {Step::kSession, "554 5.7.1 you are on a list", Kind::kLater},
      {Step::kSession, "535 5.7.8 credentials invalid", Kind::kLater},
      {Step::kSession, "", Kind::kLater},
      {Step::kSession, "220 hello", Kind::kLater},
      {Step::kMail, "530 5.7.0 authentication required", Kind::kLater},
      {Step::kMail, "550 5.1.8 sender unknown", Kind::kRejected},
      {Step::kMail, "451 4.3.0 later", Kind::kLater},
      {Step::kMail, "250 2.1.0 ok", Kind::kLater},
      {Step::kRecipient, "550 5.1.1 no such user", Kind::kRecipientRefused},
      {Step::kRecipient, "550 no such user", Kind::kRecipientRefused},
      {Step::kRecipient, "552 5.2.2 mailbox full", Kind::kRecipientRefused},
      {Step::kRecipient, "554 5.7.1 relay access denied", Kind::kRejected},
      {Step::kRecipient, "530 authentication required", Kind::kLater},
      {Step::kRecipient, "450 4.2.0 greylisted", Kind::kLater},
      {Step::kRecipient, "", Kind::kLater},
      {Step::kData, "554 5.5.1 no valid recipients", Kind::kRejected},
      {Step::kData, "354 go on", Kind::kLater},
      {Step::kData, "", Kind::kLater},
      {Step::kEnd, "250 2.0.0 queued", Kind::kAccepted},
      {Step::kEnd, "554 5.7.1 spam", Kind::kRejected},
      {Step::kEnd, "554 no", Kind::kRejected},
      {Step::kEnd, "550 5.1.1 no such user", Kind::kRecipientRefused},
      {Step::kEnd, "550 5.1.10 null MX", Kind::kRecipientRefused},
      {Step::kEnd, "550 5.1.7 bad sender", Kind::kRejected},
      {Step::kEnd, "550 5.1.8 bad sender", Kind::kRejected},
      {Step::kEnd, "452 4.3.1 disk full", Kind::kLater},
      {Step::kEnd, "421 4.3.2 closing", Kind::kLater},
      {Step::kEnd, "", Kind::kUnanswered},
      {Step::kEnd, "354 what", Kind::kUnanswered},
  };
  for (const auto& [step, line, kind] : cases) {
    Reply reply;
    AddLine(reply, line);
    EXPECT_EQ(Judge(step, reply).kind, kind) << line;
  }
}

TEST(Judge, KeepsWhatTheServerSaid) {
  Reply reply;
  AddLine(reply, "550 5.1.1 no such user");
  const auto outcome = Judge(Step::kRecipient, reply);
  EXPECT_EQ(outcome.code, 550);
  EXPECT_EQ(outcome.enhanced, "5.1.1");
  EXPECT_EQ(outcome.text, "no such user");
}

}  // namespace
}  // namespace market::mail
