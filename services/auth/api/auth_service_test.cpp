#include "services/auth/api/auth_service.hpp"

#include <gtest/gtest.h>

#include <map>
#include <memory>

#include "platform/audit/testing/some_act.hpp"
#include "platform/testing/reason_of.hpp"
#include "services/auth/testing/service_fixture.hpp"

namespace market::auth {
namespace {

using std::chrono::seconds;
using testing::RunLoop;
using testing::Soon;

class AuthServiceTest : public AuthServiceFixture {};

TEST_F(AuthServiceTest, SignUp_GivesASessionAndAProfile) {
  Run([&](AuthService& service) -> Task<> {
    const auto session = co_await SignUp(service, "Ada@example.com");
    EXPECT_EQ(session.token_type(), "Bearer");
    EXPECT_EQ(session.expires_in(), 600);
    EXPECT_TRUE(session.refresh_token().starts_with("rt_"));
    EXPECT_EQ(session.account().email(), "Ada@example.com");
    EXPECT_EQ(PrincipalOf(session).account.ToString(), session.account().id());
    EXPECT_EQ(users_.profiles.size(), 1U);
    EXPECT_EQ(users_.profiles[0].account_id(), session.account().id());
    EXPECT_EQ(users_.profiles[0].display_name(), "Ada");
    EXPECT_EQ(co_await testing::ReasonOf(SignUp(service, "ADA@example.com")), "EMAIL_TAKEN");
    EXPECT_EQ((co_await Refresh(service, session.refresh_token())).account().id(), session.account().id());
  });
  EXPECT_EQ(outbox_wakes_, 1);
}

TEST_F(AuthServiceTest, SignUp_UserDown_SucceedsAndLeavesTheMessage) {
  users_.down = true;
  Run([&](AuthService& service) -> Task<> {
    EXPECT_EQ(co_await testing::ReasonOf(SignUp(service, "ada@example.com")), "");
  });
  EXPECT_EQ(Sql("SELECT topic FROM outbox"), "profile.create");
}

TEST_F(AuthServiceTest, SignUp_SideBySideWithOneEmail_HasOneWinner) {
  int created = 0;
  int taken = 0;
  Run([&](AuthService& service) -> Task<> {
    co_await testing::AtOnce(10, [&](int) -> Task<> {
      const auto refusal = co_await testing::ReasonOf(SignUp(service, "ada@example.com"));
      created += refusal.empty();
      taken += refusal == "EMAIL_TAKEN";
    });
  });
  EXPECT_EQ(created, 1);
  EXPECT_EQ(taken, 9);
  EXPECT_EQ(users_.profiles.size(), 1U);
  EXPECT_EQ(Sql("SELECT count(*) FROM session"), "1");
}

// What is turned away because too many are waiting is neither a try nor an account.
TEST_F(AuthServiceTest, HashesFull_RefusedBeforeAnythingIsWritten) {
  passwords_ = std::make_unique<Passwords>(
      Passwords::Options{.cost = {.memory_kib = 64, .passes = 1},
                         .queue = {.places = 1, .waiting_max = 1, .max_wait = seconds(60)}});
  Run([&](AuthService& service) -> Task<> {
    auto place = co_await passwords_->Enter({.address = "203.0.113.1", .device = {}}, Soon());
    std::vector<Task<>> tasks;
    tasks.push_back([](Passwords& passwords) -> Task<> {
      co_await passwords.Enter({.address = "203.0.113.2", .device = {}}, Soon());
    }(*passwords_));
    tasks.push_back([](AuthService& service, Passwords::Place& place) -> Task<> {
      EXPECT_EQ(co_await testing::ReasonOf(SignIn(service, "ada@example.com")), "OVERLOADED");
      EXPECT_EQ(co_await testing::ReasonOf(SignUp(service, "ada@example.com")), "OVERLOADED");
      place.reset();
    }(service, place));
    co_await testing::AtOnce(std::move(tasks));
  });
  EXPECT_EQ(Sql("SELECT count(*) FROM sign_in_throttle"), "0");
  EXPECT_EQ(Sql("SELECT count(*) FROM account"), "0");
  EXPECT_TRUE(registry_.Exposition().contains("auth_sign_ins_total{result=\"overloaded\"} 1\n"));
}

// Neither the words nor anything else of the answer tell whether there is such an account.
TEST_F(AuthServiceTest, SignIn_WrongAndUnknown_OneAnswer) {
  Run([&](AuthService& service) -> Task<> {
    co_await SignUp(service, "ada@example.com");
    std::vector<Error> answers;
    for (const std::string email : {"ada@example.com", "nobody@example.com"}) {
      try {
        co_await SignIn(service, email, "wrong password");
      } catch (const Error& error) {
        answers.push_back(error);
      }
    }
    EXPECT_EQ(answers.size(), 2U);
    EXPECT_EQ(answers.at(0).code, Code::kUnauthenticated);
    EXPECT_EQ(answers.at(0).code, answers.at(1).code);
    EXPECT_STREQ(answers.at(0).what(), answers.at(1).what());
    EXPECT_TRUE(answers.at(0).fields.empty() && answers.at(1).fields.empty());
    EXPECT_TRUE(answers.at(0).metadata.empty() && answers.at(1).metadata.empty());
    EXPECT_FALSE(answers.at(0).retry_after || answers.at(1).retry_after);
  });
}

TEST_F(AuthServiceTest, Secrets_AreNowhereInTheDatabase) {
  std::vector<std::string> secrets = {kPassword};
  Run([&](AuthService& service) -> Task<> {
    const auto session = co_await SignUp(service, "ada@example.com");
    const auto next = co_await Refresh(service, session.refresh_token());
    for (const auto& one : {session, next}) {
      secrets.push_back(one.refresh_token());
      secrets.push_back(one.access_token());
      secrets.push_back(one.device_token());
    }
  });
  const auto rows =
      Sql("SELECT string_agg(row, ' ') FROM (SELECT a::text FROM account a UNION ALL SELECT s::text FROM "
          "session s "
          "UNION ALL SELECT t::text FROM refresh_token t UNION ALL SELECT encode(o.payload, 'escape') FROM "
          "outbox o "
          "UNION ALL SELECT encode(e.payload, 'escape') FROM event e) AS x (row)");
  EXPECT_TRUE(rows.contains("ada@example.com"));
  for (const auto& secret : secrets) EXPECT_FALSE(rows.contains(secret)) << secret;
}

TEST_F(AuthServiceTest, SignIn_RightWrongUnknown_Answered) {
  Run([&](AuthService& service) -> Task<> {
    co_await SignUp(service, "ada@example.com");
    const auto session = co_await SignIn(service, "ADA@Example.com");
    EXPECT_EQ(session.account().email(), "ada@example.com");
    EXPECT_EQ(co_await testing::ReasonOf(SignIn(service, "ada@example.com", "wrong password")),
              "BAD_CREDENTIALS");
    EXPECT_EQ(co_await testing::ReasonOf(SignIn(service, "nobody@example.com")), "BAD_CREDENTIALS");
  });
  metrics_.RefusedSignIn("A_REASON_OF_TOMORROW");
  const auto text = registry_.Exposition();
  for (const auto* line :
       {"auth_sign_ups_total 1\n", "auth_sign_ins_total{result=\"ok\"} 1\n",
        "auth_sign_ins_total{result=\"bad_credentials\"} 2\n", "auth_sign_ins_total{result=\"error\"} 1\n"}) {
    EXPECT_TRUE(text.contains(line)) << line;
  }
}

TEST_F(AuthServiceTest, SignIn_ManyFailures_ThrottledKnownOrNot) {
  Run([&](AuthService& service) -> Task<> {
    co_await SignUp(service, "ada@example.com");
    for (const std::string email : {"ada@example.com", "nobody@example.com"}) {
      for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(co_await testing::ReasonOf(SignIn(service, email, "wrong password")), "BAD_CREDENTIALS")
            << email << i;
      }
      CallContext call(Soon());
      try {
        co_await service.SignIn(call, Credentials(email));
        ADD_FAILURE() << email;
      } catch (const Error& error) {
        EXPECT_EQ(error.reason, "RATE_LIMITED");
        EXPECT_TRUE(error.retry_after && *error.retry_after <= seconds(1));
      }
    }
    Sql("UPDATE sign_in_throttle SET blocked_until = market_now()");
    EXPECT_EQ(co_await testing::ReasonOf(SignIn(service, "ada@example.com")), "");
    EXPECT_EQ(Sql("SELECT count(*) FROM sign_in_throttle"), "1");
  });
}

// The owner gets in while strangers guess: with a device of the account, and only of this one.
TEST_F(AuthServiceTest, SignIn_FromAKnownDevice_HasTriesOfItsOwn) {
  Run([&](AuthService& service) -> Task<> {
    const auto first = co_await SignUp(service, "ada@example.com");
    const auto others = co_await SignUp(service, "eve@example.com");
    const auto block = [&] {
      Sql("UPDATE sign_in_throttle SET blocked_until = market_now() + interval '1 hour'");
    };
    const auto ada = Credentials("ada@example.com");
    const auto wrong = Credentials("ada@example.com", "wrong password");
    co_await testing::ReasonOf(SignInFrom(service, "203.0.113.7", wrong));
    block();
    const auto with = [&](const api::auth::SignInRequest& request, std::string token) {
      return testing::ReasonOf(SignInFrom(service, "203.0.113.7", WithDevice(request, std::move(token))));
    };
    EXPECT_EQ(co_await with(ada, ""), "RATE_LIMITED");
    EXPECT_EQ(co_await with(ada, others.device_token()), "RATE_LIMITED");
    EXPECT_EQ(co_await with(ada, first.device_token() + "A"), "RATE_LIMITED");
    EXPECT_EQ(co_await with(ada, first.device_token()), "");
    EXPECT_EQ(co_await with(ada, (co_await Refresh(service, first.refresh_token())).device_token()), "");
    EXPECT_EQ(co_await with(ada, ""), "RATE_LIMITED") << "a success there forgets nothing here";
    // It is no way round the password, and its tries are counted like anybody's.
    EXPECT_EQ(co_await with(wrong, first.device_token()), "BAD_CREDENTIALS");
    block();
    EXPECT_EQ(co_await with(ada, first.device_token()), "RATE_LIMITED");
    EXPECT_EQ(co_await with(Credentials("nobody@example.com"), first.device_token()), "BAD_CREDENTIALS");
    Sql("DELETE FROM sign_in_throttle");
    const auto second = (co_await SignInFrom(service, "203.0.113.7", ada)).device_token();
    co_await testing::ReasonOf(SignInFrom(service, "203.0.113.7", wrong));
    block();
    clock_.Advance(std::chrono::days(366));
    EXPECT_EQ(co_await with(ada, second), "RATE_LIMITED") << "over: a stranger";
  });
}

// A guesser keeps nobody at another address out; all guessers together have a limit of their own, which a
// success lifts, whether an account has the e-mail or not.
TEST_F(AuthServiceTest, SignIn_OfManyAddresses_HasOneLimitForAnEmail) {
  limits_.emplace(Limits::Options{.guesses = {.count = 12, .window = std::chrono::hours(1)}});
  Run([&](AuthService& service) -> Task<> {
    co_await SignUp(service, "ada@example.com");
    const auto from = [&](std::string address, const std::string& email, std::string password) {
      return testing::ReasonOf(
          SignInFrom(service, std::move(address), Credentials(email, std::move(password))));
    };
    for (int i = 0; i < 5; ++i) co_await from("203.0.113.1", "ada@example.com", "wrong password");
    EXPECT_EQ(co_await from("203.0.113.1", "ada@example.com", kPassword), "RATE_LIMITED");
    EXPECT_EQ(co_await from("203.0.113.2", "ada@example.com", kPassword), "");
    for (const std::string email : {"ada@example.com", "nobody@example.com"}) {
      for (int i = 0; i < 12; ++i)
        EXPECT_EQ(co_await from("203.0.113." + std::to_string(i + 10), email, "wrong password"),
                  "BAD_CREDENTIALS");
      EXPECT_EQ(co_await from("203.0.113.99", email, "wrong password"), "RATE_LIMITED");
    }
  });
}

// What another replica has let in counts: here one that was started anew.
TEST_F(AuthServiceTest, SignIns_OfOneAddress_AreCountedForAllReplicas) {
  const Limits::Options options{.sign_ins = {.count = 3, .window = std::chrono::hours(1)}};
  std::vector<std::string> reasons;
  for (int i = 0; i < 4; ++i) {
    limits_.emplace(options);
    Run([&](AuthService& service) -> Task<> {
      reasons.push_back(
          co_await testing::ReasonOf(SignInFrom(service, "203.0.113.7", Credentials("nobody@x.test"))));
    });
  }
  EXPECT_EQ(reasons, (std::vector<std::string>{"BAD_CREDENTIALS", "BAD_CREDENTIALS", "BAD_CREDENTIALS",
                                               "RATE_LIMITED"}));
}

// Neither a hash nor a row is spent on who comes too often; others do not notice.
TEST_F(AuthServiceTest, SignIns_OfOneAddress_AreLimitedBeforeAnythingIsWritten) {
  limits_.emplace(Limits::Options{.sign_ins = {.count = 3, .window = std::chrono::hours(1)}});
  Run([&](AuthService& service) -> Task<> {
    const auto from = [&](std::string address, int number) {
      return testing::ReasonOf(
          SignInFrom(service, std::move(address), Credentials("n" + std::to_string(number) + "@x.test")));
    };
    for (int i = 0; i < 3; ++i)
      EXPECT_EQ(co_await from("2001:db8::" + std::to_string(i), i), "BAD_CREDENTIALS");
    EXPECT_EQ(co_await from("2001:db8::ffff", 3), "RATE_LIMITED") << "the same /64";
    EXPECT_EQ(co_await from("2001:db8:0:1::1", 4), "BAD_CREDENTIALS");
  });
  EXPECT_EQ(Sql("SELECT count(*) FROM sign_in_throttle"), "4");
  EXPECT_TRUE(registry_.Exposition().contains("auth_sign_ins_total{result=\"rate_limited\"} 1\n"));
}

TEST_F(AuthServiceTest, SignUps_OfOneAddress_AreLimitedAndSoAreQuestionsForEmails) {
  Run([&](AuthService& service) -> Task<> {
    co_await SignUp(service, "ada@example.com");
    std::map<std::string, int> answers;
    for (int i = 0; i < 300; ++i)
      ++answers[co_await testing::ReasonOf(SignUpFrom(service, "203.0.113.7", "ada@example.com"))];
    EXPECT_EQ(answers, (std::map<std::string, int>{{"EMAIL_TAKEN", 20}, {"RATE_LIMITED", 280}}));
    EXPECT_EQ(co_await testing::ReasonOf(SignUpFrom(service, "203.0.113.7", "bea@example.com")),
              "RATE_LIMITED");
    EXPECT_EQ(co_await testing::ReasonOf(SignUpFrom(service, "203.0.113.8", "bea@example.com")), "");
  });
  EXPECT_EQ(Sql("SELECT count(*) FROM account"), "2");
}

TEST_F(AuthServiceTest, SignIn_ManyRightOnesSideBySide_NoneIsThrottled) {
  constexpr int kMany = 7;  // more than tries are free
  int signed_in = 0;
  Run([&](AuthService& service) -> Task<> {
    co_await SignUp(service, "ada@example.com");
    co_await testing::AtOnce(kMany, [&](int) -> Task<> {
      co_await SignIn(service, "ada@example.com");
      ++signed_in;
    });
  });
  EXPECT_EQ(signed_in, kMany);
}

TEST_F(AuthServiceTest, SignIn_OutdatedHash_IsReplaced) {
  Passwords weak({.cost = {.memory_kib = 32, .passes = 1}});
  std::string old_hash;
  RunLoop([&]() -> Task<> { old_hash = co_await weak.Hash(co_await weak.Enter({}, Soon()), kPassword); });
  Run([&](AuthService& service) -> Task<> {
    co_await SignUp(service, "ada@example.com");
    Sql("UPDATE account SET password_hash = '" + old_hash + "'");
    co_await SignIn(service, "ada@example.com");
    EXPECT_NE(Sql("SELECT password_hash FROM account"), old_hash);
    EXPECT_EQ(co_await testing::ReasonOf(SignIn(service, "ada@example.com")), "");
  });
}

TEST_F(AuthServiceTest, Refresh_RotatesRetriesAndEndsOnReuse) {
  Run([&](AuthService& service) -> Task<> {
    const auto first = (co_await SignUp(service, "ada@example.com")).refresh_token();
    const auto second = (co_await Refresh(service, first)).refresh_token();
    EXPECT_NE(first, second);
    EXPECT_EQ((co_await Refresh(service, first)).refresh_token(), second);  // its answer was lost
    const auto third = (co_await Refresh(service, second)).refresh_token();
    EXPECT_EQ(co_await testing::ReasonOf(Refresh(service, first)), "SESSION_ENDED");
    EXPECT_EQ(co_await testing::ReasonOf(Refresh(service, third)), "SESSION_ENDED");
    EXPECT_EQ(co_await testing::ReasonOf(Refresh(service, "rt_8b0d")), "SESSION_ENDED");
    EXPECT_EQ(co_await testing::ReasonOf(SignIn(service, "ada@example.com")), "");
  });
}

TEST_F(AuthServiceTest, BindSeller_IsInTheNextRefresh) {
  Run([&](AuthService& service) -> Task<> {
    const auto session = co_await SignUp(service, "ada@example.com");
    const auto seller = SellerId::New();
    api::auth::BindSellerRequest request;
    request.set_account_id(session.account().id());
    request.set_seller_id(seller.ToString());
    request.set_role("owner");
    request.set_version(1);
    auto call = Anonymous();
    co_await service.BindSeller(call, request);
    co_await service.BindSeller(call, request);
    const auto next = co_await Refresh(service, session.refresh_token());
    EXPECT_EQ(next.account().sellers_size(), 1);
    EXPECT_TRUE(PrincipalOf(next).IsMemberOf(seller));
    request.set_account_id(AccountId::New().ToString());
    EXPECT_EQ(co_await testing::ReasonOf(service.BindSeller(call, request)), "NOT_FOUND");
    request.set_role("operator");
    EXPECT_EQ(co_await testing::ReasonOf(service.BindSeller(call, request)), "INVALID_ARGUMENT");
  });
  EXPECT_EQ(Sql("SELECT count(*) FROM seller_member"), "1");
}

TEST_F(AuthServiceTest, UnbindSeller_EndsTheMembershipAtTheNextRefresh) {
  Run([&](AuthService& service) -> Task<> {
    const auto session = co_await SignUp(service, "ada@example.com");
    const auto seller = SellerId::New();
    auto call = Anonymous();
    api::auth::BindSellerRequest bind;
    bind.set_account_id(session.account().id());
    bind.set_seller_id(seller.ToString());
    bind.set_role("staff");
    bind.set_version(1);
    co_await service.BindSeller(call, bind);
    const auto member = co_await Refresh(service, session.refresh_token());
    EXPECT_EQ(member.account().sellers(0).role(), "staff");
    EXPECT_TRUE(PrincipalOf(member).IsMemberOf(seller));

    api::auth::ListMembersRequest team;
    team.set_seller_id(seller.ToString());
    const auto members = co_await service.ListMembers(call, team);
    EXPECT_EQ(members.members_size(), 1);
    EXPECT_EQ(members.members(0).account_id(), session.account().id());
    EXPECT_FALSE(members.members(0).role().empty());
    api::auth::UnbindSellerRequest unbind;
    unbind.set_account_id(session.account().id());
    unbind.set_seller_id(seller.ToString());
    unbind.set_version(2);
    co_await service.UnbindSeller(call, unbind);
    EXPECT_EQ((co_await service.ListMembers(call, team)).members_size(), 0);
    const auto next = co_await Refresh(service, member.refresh_token());
    EXPECT_EQ(next.account().sellers_size(), 0);
    EXPECT_FALSE(PrincipalOf(next).IsMemberOf(seller));
    unbind.set_account_id(AccountId::New().ToString());
    EXPECT_EQ(co_await testing::ReasonOf(service.UnbindSeller(call, unbind)), "");
  });
}

TEST_F(AuthServiceTest, AccountsAreFoundByEmailAndWrittenToById) {
  Run([&](AuthService& service) -> Task<> {
    const auto session = co_await SignUp(service, "Ada@example.com");
    auto call = Anonymous();
    api::auth::FindAccountRequest find;
    find.set_email("ADA@example.com");
    EXPECT_EQ((co_await service.FindAccount(call, find)).account_id(), session.account().id());
    find.set_email("bob@example.com");
    EXPECT_EQ(co_await testing::ReasonOf(service.FindAccount(call, find)), "NOT_FOUND");
    api::auth::GetContactsRequest contacts;
    contacts.add_account_ids(session.account().id());
    contacts.add_account_ids(AccountId::New().ToString());
    const auto found = co_await service.GetContacts(call, contacts);
    EXPECT_EQ(found.contacts_size(), 1);
    EXPECT_EQ(found.contacts(0).email(), "Ada@example.com");
  });
}

// Who has two roles is one person, and a disabled account is nobody.
TEST_F(AuthServiceTest, OperatorsAreCountedByWhatTheyMay) {
  Run([&](AuthService& service) -> Task<> {
    auto call = Anonymous();
    const auto count = [&](const std::string& permission) -> Task<std::int64_t> {
      api::auth::CountOperatorsRequest request;
      request.set_permission(permission);
      co_return (co_await service.CountOperators(call, request)).operators();
    };
    const auto became = [&](const std::string& email, domain::Role role) -> Task<> {
      co_await accounts_->EnsureOperator(
          Soon(), {.id = AccountId::New(), .email = email, .password_hash = "$argon2id$x"}, role,
          {.topic = "test", .key = email, .payload = ""}, audit::SomeAct());
    };
    const auto before = co_await count("commissions.write");
    co_await became("ann@example.com", domain::Role::kFinance);
    co_await became("ann@example.com", domain::Role::kAdmin);
    co_await became("bob@example.com", domain::Role::kSupport);
    EXPECT_EQ(co_await count("commissions.write"), before + 1);
    EXPECT_EQ(co_await count("audit.read"), before + 2);
    temporary_.Execute(
        "UPDATE account SET state = 'DISABLED', disabled_at = market_now(), disabled_reason = 'x' WHERE "
        "email_key = 'ann@example.com'");
    EXPECT_EQ(co_await count("commissions.write"), before);
    EXPECT_EQ(co_await count("no.such"), 0);
  });
}

TEST_F(AuthServiceTest, NewOperator_IsOneFromTheNextRefreshOn) {
  constexpr auto kApproves = marketplace::options::v1::SELLERS_APPROVE;
  Run([&](AuthService& service) -> Task<> {
    const auto session = co_await SignUp(service, "ada@example.com");
    EXPECT_FALSE(PrincipalOf(session).permissions.Has(kApproves));
    co_await accounts_->EnsureOperator(
        Soon(), {.id = AccountId::New(), .email = "ada@example.com", .password_hash = "$argon2id$x"},
        domain::Role::kModerator, {}, audit::SomeAct());
    const auto next = co_await Refresh(service, session.refresh_token());
    EXPECT_TRUE(PrincipalOf(next).permissions.Has(kApproves));
    EXPECT_EQ(next.account().roles_size(), 1);
    EXPECT_EQ(next.account().roles(0), "moderator");
    EXPECT_EQ(co_await testing::ReasonOf(SignIn(service, "ada@example.com")), "");  // the password stayed
  });
}

TEST_F(AuthServiceTest, GetMyAccount_ThatIsGone_NotFound) {
  Run([&](AuthService& service) -> Task<> {
    auto call = Anonymous();
    rpc::CallContextBuilder(call).Caller({.account = AccountId::New(), .session = Uuid::NewV7()});
    EXPECT_EQ(co_await testing::ReasonOf(service.GetMyAccount(call, {})), "NOT_FOUND");
  });
}

TEST_F(AuthServiceTest, SignOut_EndsOnlyThisSession) {
  Run([&](AuthService& service) -> Task<> {
    const auto first = co_await SignUp(service, "ada@example.com");
    const auto second = co_await SignIn(service, "ada@example.com");
    auto call = Anonymous();
    rpc::CallContextBuilder(call).Caller(PrincipalOf(first));
    co_await service.SignOut(call, {});
    co_await service.SignOut(call, {});
    EXPECT_EQ(co_await testing::ReasonOf(Refresh(service, first.refresh_token())), "SESSION_ENDED");
    EXPECT_EQ(co_await testing::ReasonOf(Refresh(service, second.refresh_token())), "");
    const auto account = co_await service.GetMyAccount(call, {});
    EXPECT_EQ(account.email(), "ada@example.com");
  });
}

TEST_F(AuthServiceTest, GetKeys_VerifyItsTokens) {
  Run([&](AuthService& service) -> Task<> {
    const auto session = co_await SignUp(service, "ada@example.com");
    auto call = Anonymous();
    const auto keys = co_await service.GetKeys(call, {});
    EXPECT_EQ(keys.keys_size(), 2);  // that of now and the next
    EXPECT_EQ(keys.keys(0).alg(), "ES256");
    identity::KeyRing ring;
    ring.Replace({{keys.keys(0).kid(), keys.keys(0).x(), keys.keys(0).y()}});
    EXPECT_TRUE(ring.Verify(session.access_token(), kIssuer, clock_.Now()));
  });
}

}  // namespace
}  // namespace market::auth
