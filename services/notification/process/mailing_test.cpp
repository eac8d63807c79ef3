#include "services/notification/process/mailing.hpp"

#include <gtest/gtest.h>

#include "platform/conversions/conversions.hpp"
#include "platform/telemetry/metrics.hpp"
#include "platform/testing/fake_clock.hpp"
#include "services/notification/testing/fake_auth.hpp"
#include "services/notification/testing/fake_users.hpp"
#include "services/notification/testing/store_fixture.hpp"

namespace market::notification {
namespace {

using domain::Kind;
using OutcomeKind = mail::Outcome::Kind;

struct Handed {
  std::string to;
  std::string bytes;
};

// As a reader sees it whose language is written in quoted-printable (RFC 2045 section 6.7): long lines in one.
std::string Unfolded(std::string bytes) {
  for (std::size_t at = 0; (at = bytes.find("=\r\n", at)) != std::string::npos;) bytes.erase(at, 3);
  return bytes;
}

class MailingTest : public StoreFixture {
 protected:
  void RunMailing(std::function<Task<>(Mailing&, storage::BouncedAddresses&)> body) {
    Run([&](postgres::Database& database) -> Task<> {
      database_ = &database;
      storage::BouncedAddresses bounced(database);
      bounced.Use("secret");
      Mailing mailing(
          bounced, tokens_,
          [this](std::string, std::string to, std::string bytes, runtime::Deadline) -> Task<mail::Outcome> {
            handed_.push_back({std::move(to), std::move(bytes)});
            co_return outcome_;
          },
          clock_, metrics_,
          {.market = "Bazaar", .public_url = "https://shop.test", .from = "no-reply@shop.test"});
      mailing.Connect({auth_, users_});
      co_await body(mailing, bounced);
    });
  }

  // In the outbox, as a relay has taken it.
  Task<outbox::Message> Ordered(const domain::News& news) {
    const auto made =
        MailMessage({.account = news.invitation ? std::nullopt : std::optional(ada_), .news = &news}, "");
    postgres::Batch batch("test.append");
    const auto id = outbox::Append(batch, made);
    co_await database_->Write(Soon(), std::move(batch));
    Sql("UPDATE outbox SET attempts = 1");
    co_return outbox::Message{
        .id = id, .topic = made.topic, .key = made.key, .payload = made.payload, .attempt = 1};
  }
  // What came of it: how many mails were handed over by now, or what was thrown.
  Task<std::string> Delivered(Mailing& mailing, outbox::Message message) {
    CallContext call(Soon());
    try {
      co_await mailing.Deliver(call, message);
    } catch (const std::exception& error) {
      co_return error.what();
    }
    co_return std::to_string(handed_.size()) + " handed over";
  }

  void AdaHas(std::string email, std::string locale = "") {
    auth_.emails[ada_.ToString()] = std::move(email);
    auto& profile = users_.profiles[ada_.ToString()];
    profile.set_display_name("Ada");
    profile.set_locale(std::move(locale));
  }

  void SetUp() override { tokens_.Use("secret"); }

  AccountId ada_ = AccountId::New();
  FakeAuth auth_;
  FakeUsers users_;
  storage::UnsubscribeTokens tokens_;
  testing::FakeClock clock_{SystemClock().Now()};
  telemetry::Metrics registry_;
  Metrics metrics_{registry_};
  mail::Outcome outcome_{.kind = OutcomeKind::kAccepted, .code = 250};
  std::vector<Handed> handed_;
  postgres::Database* database_ = nullptr;
};

TEST_F(MailingTest, GoesWhereItsReaderIsNow_InTheirLanguage) {
  RunMailing([&](Mailing& mailing, storage::BouncedAddresses&) -> Task<> {
    const auto news = Shipped("260829-1");
    const auto message = co_await Ordered(news);
    AdaHas("new@x.test", "ru-RU");
    EXPECT_EQ(co_await Delivered(mailing, message), "1 handed over");
    EXPECT_EQ(handed_[0].to, "new@x.test");
    const auto& bytes = handed_[0].bytes;
    for (const auto* part : {"Content-Language: ru\r\n", "To: new@x.test\r\n",
                             "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"})
      EXPECT_TRUE(bytes.contains(part)) << part << "\n" << bytes;
    EXPECT_TRUE(bytes.contains("<" + message.id.ToString() + "@shop.test>")) << bytes;
  });
}

TEST_F(MailingTest, OfAToken_GoesWhereAuthSays_AndCanNotBeUnsubscribed) {
  RunMailing([&](Mailing& mailing, storage::BouncedAddresses&) -> Task<> {
    const domain::News news{.kind = Kind::kChangeEmail, .account = ada_, .token = Uuid::NewV7()};
    AdaHas("old@x.test");
    auto& told = auth_.tokens[news.token->ToString()];
    told.set_address("new@x.test");
    told.set_token("mt_secret");
    *told.mutable_expire_time() = conversions::ToProto(clock_.Now() + std::chrono::minutes(30));
    EXPECT_EQ(co_await Delivered(mailing, co_await Ordered(news)), "1 handed over");
    EXPECT_EQ(handed_[0].to, "new@x.test");
    EXPECT_TRUE(Unfolded(handed_[0].bytes).contains("https://shop.test/en/verify-email#mt_secret"))
        << handed_[0].bytes;
    EXPECT_FALSE(handed_[0].bytes.contains("List-Unsubscribe"));
    EXPECT_EQ(Sql("SELECT count(*) FROM outbox WHERE encode(payload, 'escape') LIKE '%secret%'"), "0");
  });
}

TEST_F(MailingTest, ToTheInvited_NamesTheShop) {
  RunMailing([&](Mailing& mailing, storage::BouncedAddresses&) -> Task<> {
    const domain::News news{
        .kind = Kind::kMemberInvited, .audience = domain::Audience::kInvited, .invitation = Uuid::NewV7()};
    auto& told = users_.invitations[news.invitation->ToString()];
    told.mutable_invitation()->set_email("bob@x.test");
    *told.mutable_invitation()->mutable_expire_time() =
        conversions::ToProto(clock_.Now() + std::chrono::hours(9));
    told.mutable_seller()->set_display_name("Analytical Engines");
    told.set_token("inv_secret");
    EXPECT_EQ(co_await Delivered(mailing, co_await Ordered(news)), "1 handed over");
    EXPECT_EQ(handed_[0].to, "bob@x.test");
    EXPECT_TRUE(Unfolded(handed_[0].bytes).contains("Analytical Engines")) << handed_[0].bytes;
    EXPECT_TRUE(Unfolded(handed_[0].bytes).contains("/en/accept-invitation#inv_secret")) << handed_[0].bytes;
  });
}

TEST_F(MailingTest, ToWhomIsGone_IsDropped) {
  RunMailing([&](Mailing& mailing, storage::BouncedAddresses&) -> Task<> {
    EXPECT_EQ(co_await Delivered(mailing, co_await Ordered(Shipped("1"))), "0 handed over");
    const domain::News token{.kind = Kind::kResetPassword, .account = ada_, .token = Uuid::NewV7()};
    EXPECT_EQ(co_await Delivered(mailing, co_await Ordered(token)), "0 handed over") << "used";
    const domain::News invited{
        .kind = Kind::kMemberInvited, .audience = domain::Audience::kInvited, .invitation = Uuid::NewV7()};
    EXPECT_EQ(co_await Delivered(mailing, co_await Ordered(invited)), "0 handed over") << "withdrawn";
  });
}

TEST_F(MailingTest, AnAddressThatBounced_GetsOnlyWhatIsRequired_UntilItWorks) {
  RunMailing([&](Mailing& mailing, storage::BouncedAddresses& bounced) -> Task<> {
    AdaHas("gone@x.test");
    outcome_ = {.kind = OutcomeKind::kRecipientRefused, .code = 550, .enhanced = "5.1.1"};
    EXPECT_EQ(co_await Delivered(mailing, co_await Ordered(Shipped("1"))), "1 handed over");
    EXPECT_EQ(Sql("SELECT status FROM bounced_address"), "550 5.1.1");
    EXPECT_EQ(co_await Delivered(mailing, co_await Ordered(Shipped("2"))), "1 handed over") << "dropped";
    outcome_ = {.kind = OutcomeKind::kAccepted, .code = 250};
    const domain::News changed{.kind = Kind::kPasswordChanged, .account = ada_};
    EXPECT_EQ(co_await Delivered(mailing, co_await Ordered(changed)), "2 handed over");
    EXPECT_FALSE(co_await bounced.Has(Soon(), "gone@x.test"));
  });
}

TEST_F(MailingTest, WhatIsNotAccepted_Waits_UnderTheSameMessageId) {
  RunMailing([&](Mailing& mailing, storage::BouncedAddresses&) -> Task<> {
    AdaHas("ada@x.test");
    const auto message = co_await Ordered(Shipped("1"));
    for (const auto kind : {OutcomeKind::kLater, OutcomeKind::kUnanswered}) {
      outcome_ = {.kind = kind};
      CallContext call(Soon());
      EXPECT_THROW(co_await mailing.Deliver(call, message), Error) << "asked again for ever";
      EXPECT_EQ(WaitingMails(), "1");
    }
    outcome_ = {.kind = OutcomeKind::kAccepted, .code = 250};
    EXPECT_EQ(co_await Delivered(mailing, message), "3 handed over");
    EXPECT_EQ(handed_[0].bytes, handed_[2].bytes);
  });
}

TEST_F(MailingTest, WhatIsRefusedForGood_OrTooOld_Breaks) {
  RunMailing([&](Mailing& mailing, storage::BouncedAddresses&) -> Task<> {
    AdaHas("ada@x.test");
    const auto message = co_await Ordered(Shipped("1"));
    outcome_ = {.kind = OutcomeKind::kRejected, .code = 554, .enhanced = "5.6.0"};
    EXPECT_EQ(co_await Delivered(mailing, message), "the mail server refused it: 554 5.6.0");
    clock_.Advance(std::chrono::hours(25));
    EXPECT_EQ(co_await Delivered(mailing, message), "it could not be sent in time");
    EXPECT_EQ(handed_.size(), 1u);
  });
}

TEST_F(MailingTest, WhileAuthIsDown_NothingIsLost) {
  RunMailing([&](Mailing& mailing, storage::BouncedAddresses&) -> Task<> {
    AdaHas("ada@x.test");
    auth_.down = true;
    const auto message = co_await Ordered(Shipped("1"));
    EXPECT_EQ(co_await Delivered(mailing, message), "auth is down");
    EXPECT_EQ(WaitingMails(), "1");
  });
}

// Each kind has a link of its own to go on with; a kind without what its link needs would throw.
TEST_F(MailingTest, EveryKind_CanBeWritten) {
  RunMailing([&](Mailing& mailing, storage::BouncedAddresses&) -> Task<> {
    AdaHas("ada@x.test");
    std::size_t kinds = 0;
    for (const auto word : domain::kKinds.words) {
      auto news = Shipped("1");
      news.kind = domain::kKinds.Require(word);
      news.account = ada_;
      news.facts.conversation = Uuid::NewV7();
      news.facts.product = Uuid::NewV7();
      if (news.kind == Kind::kMemberInvited) {
        news.invitation = Uuid::NewV7();
        auto& told = users_.invitations[news.invitation->ToString()];
        told.mutable_invitation()->set_email("ada@x.test");
        *told.mutable_invitation()->mutable_expire_time() = conversions::ToProto(clock_.Now());
      } else if (domain::HasToken(news.kind)) {
        news.token = Uuid::NewV7();
        auto& told = auth_.tokens[news.token->ToString()];
        told.set_address("ada@x.test");
        told.set_token("mt_1");
        *told.mutable_expire_time() = conversions::ToProto(clock_.Now());
      }
      EXPECT_EQ(co_await Delivered(mailing, co_await Ordered(news)), std::to_string(++kinds) + " handed over")
          << word;
    }
  });
}

}  // namespace
}  // namespace market::notification
