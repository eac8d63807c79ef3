#include "services/auth/storage/api_keys.hpp"

#include <gtest/gtest.h>

#include "platform/audit/testing/some_act.hpp"
#include "platform/crypto/digest.hpp"
#include "platform/events/testing/told.hpp"
#include "platform/testing/run_loop.hpp"
#include "platform/testing/temporary_database.hpp"
#include "services/auth/migrations.hpp"
#include "services/auth/storage/account_acts.hpp"
#include "services/auth/storage/accounts.hpp"
#include "services/auth/storage/memberships.hpp"

namespace market::auth::storage {
namespace {

using testing::Soon;

class ApiKeysStorageTest : public ::testing::Test {
 protected:
  template <class Body>
  void Run(Body body) {
    testing::RunLoop([&](boost::asio::io_context& io) -> Task<> {
      postgres::Database database(io, temporary_.Options());
      co_await database.Open(Soon());
      Accounts accounts(database, {});
      AccountActs acts(database);
      Memberships memberships(database);
      accounts_ = &accounts;
      memberships_ = &memberships;
      acts_ = &acts;
      ApiKeys keys(database, {.count = 3, .lifetime = std::chrono::days(30)});
      co_await body(keys);
      co_await database.Close(Soon());
    });
  }

  Task<AccountId> SignUp(std::string email) {
    const NewAccount account{
        .id = AccountId::New(), .email = std::move(email), .password_hash = "$argon2id$x"};
    const auto session = Uuid::NewV7();
    co_await accounts_->Create(Soon(), account, {session, session.ToString().substr(0, 32)},
                               {.topic = "profile.create", .key = "", .payload = "p", .trace = ""});
    co_return account.id;
  }
  static NewApiKey Key(AccountId maker, std::optional<SellerId> seller = std::nullopt) {
    const auto id = domain::ApiKeyId::New();
    return {.id = id,
            .digest = crypto::Sha256(id.ToString()),
            .prefix = "mk_abc",
            .name = "import",
            .maker = maker,
            .seller = seller,
            .permissions = {"orders.read", "stock.adjust"},
            .expires_at = {}};
  }
  static Task<MadeApiKey> Make(ApiKeys& keys, NewApiKey key) {
    return keys.Make(Soon(), std::move(key), audit::SomeAct());
  }
  static Task<std::optional<ResolvedApiKey>> Resolve(ApiKeys& keys, const domain::ApiKeyId& id) {
    return keys.Resolve(Soon(), crypto::Sha256(id.ToString()));
  }

  std::string Sql(const std::string& text) { return temporary_.Execute(text); }

  testing::TemporaryDatabase temporary_{kMigrations};
  Accounts* accounts_ = nullptr;  // while a body runs, like the next
  Memberships* memberships_ = nullptr;
  AccountActs* acts_ = nullptr;
};

TEST_F(ApiKeysStorageTest, AKey_IsFoundByItsDigestUntilItIsRevoked) {
  domain::ApiKeyId id;
  Run([&](ApiKeys& keys) -> Task<> {
    const auto ada = co_await SignUp("ada@x.test");
    const auto seller = SellerId::New();
    co_await memberships_->Set(Soon(), ada, seller, domain::MemberRole::kOwner, 1);
    const auto key = Key(ada, seller);
    id = key.id;
    const auto made = std::get<domain::ApiKey>(co_await Make(keys, key));
    EXPECT_EQ(made.name, "import");
    EXPECT_EQ(made.seller, seller);
    EXPECT_EQ(made.expires_at - made.created_at, std::chrono::days(30));
    EXPECT_FALSE(made.last_used_at);
    const auto found = co_await Resolve(keys, id);
    EXPECT_EQ(found.value().key.id, id);
    EXPECT_EQ(found->key.permissions, key.permissions);
    EXPECT_EQ(found->maker.id, ada);
    EXPECT_EQ(found->maker.sellers.size(), 1u);
    EXPECT_EQ(found->maker.version, 2);
    EXPECT_FALSE(co_await Resolve(keys, domain::ApiKeyId::New()));

    EXPECT_FALSE(co_await keys.Revoke(Soon(), id, SellerId::New(), audit::SomeAct())) << "of another shop";
    EXPECT_TRUE(co_await keys.Revoke(Soon(), id, seller, audit::SomeAct()));
    EXPECT_FALSE(co_await keys.Revoke(Soon(), id, seller, audit::SomeAct()));
    EXPECT_FALSE(co_await Resolve(keys, id));
  });
  EXPECT_EQ(events::Told(temporary_, "api_key/" + id.ToString()),
            "auth.ApiKeyCreated 1, auth.ApiKeyRevoked 2");
  EXPECT_EQ(Sql("SELECT count(*) FROM audit_event WHERE target_type = 'api_key' AND target_id = '" +
                id.ToString() + "'"),
            "2");
  EXPECT_EQ(Sql("SELECT after->>'permissions' FROM audit_event WHERE target_type = 'api_key' ORDER BY at, id "
                "LIMIT 1"),
            "orders.read stock.adjust");
}

TEST_F(ApiKeysStorageTest, ExpiredKeys_AndThoseOfADisabledMaker_AreNotFound) {
  Run([&](ApiKeys& keys) -> Task<> {
    const auto ada = co_await SignUp("ada@x.test");
    const auto key = Key(ada);
    co_await Make(keys, key);
    co_await acts_->Disable(Soon(), ada, "stolen", Target::kAnybody, audit::SomeAct());
    EXPECT_FALSE(co_await Resolve(keys, key.id));
    co_await acts_->Enable(Soon(), ada, audit::SomeAct());
    EXPECT_TRUE(co_await Resolve(keys, key.id));
    Sql("UPDATE api_key SET expires_at = market_now()");
    EXPECT_FALSE(co_await Resolve(keys, key.id));
    EXPECT_TRUE((co_await keys.List(Soon(), std::nullopt, std::nullopt, 10)).empty());
  });
}

TEST_F(ApiKeysStorageTest, Expiry_IsWithinTheLongestLifetime) {
  Run([&](ApiKeys& keys) -> Task<> {
    const auto ada = co_await SignUp("ada@x.test");
    const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    for (const auto in : {-std::chrono::hours(1), std::chrono::hours(31 * 24)}) {
      auto key = Key(ada);
      key.expires_at = now + in;
      EXPECT_TRUE(std::holds_alternative<ExpiryOutOfRange>(co_await Make(keys, key)));
    }
    auto key = Key(ada);
    key.expires_at = now + std::chrono::hours(24);
    EXPECT_EQ(std::get<domain::ApiKey>(co_await Make(keys, key)).expires_at, key.expires_at);
  });
}

TEST_F(ApiKeysStorageTest, Limit_IsOfTheAccountAndOfTheShop) {
  Run([&](ApiKeys& keys) -> Task<> {
    const auto ada = co_await SignUp("ada@x.test");
    const auto bob = co_await SignUp("bob@x.test");
    const auto shop = SellerId::New();
    for (int i = 0; i < 2; ++i)
      EXPECT_TRUE(std::holds_alternative<domain::ApiKey>(co_await Make(keys, Key(ada, shop))));
    EXPECT_TRUE(std::holds_alternative<domain::ApiKey>(co_await Make(keys, Key(bob, shop))));
    EXPECT_TRUE(std::holds_alternative<TooManyApiKeys>(co_await Make(keys, Key(bob, shop)))) << "of the shop";
    EXPECT_TRUE(std::holds_alternative<domain::ApiKey>(co_await Make(keys, Key(ada))));
    EXPECT_TRUE(std::holds_alternative<TooManyApiKeys>(co_await Make(keys, Key(ada)))) << "of the account";
    Sql("UPDATE api_key SET expires_at = market_now() WHERE seller_id IS NULL");
    EXPECT_TRUE(std::holds_alternative<domain::ApiKey>(co_await Make(keys, Key(ada))));
  });
}

TEST_F(ApiKeysStorageTest, Limit_HoldsInARace) {
  int made = 0;
  Run([&](ApiKeys& keys) -> Task<> {
    const AccountId makers[] = {co_await SignUp("ada@x.test"), co_await SignUp("bob@x.test")};
    const auto shop = SellerId::New();
    co_await testing::AtOnce(12, [&](int i) -> Task<> {
      made += std::holds_alternative<domain::ApiKey>(co_await Make(keys, Key(makers[i % 2], shop)));
    });
  });
  EXPECT_EQ(made, 3);
  EXPECT_EQ(Sql("SELECT count(*) FROM api_key"), "3");
}

TEST_F(ApiKeysStorageTest, List_IsOfOneShopOrOfTheMarketplace_NewestFirst) {
  Run([&](ApiKeys& keys) -> Task<> {
    const auto ada = co_await SignUp("ada@x.test");
    const auto bob = co_await SignUp("bob@x.test");
    const auto shop = SellerId::New();
    std::vector<domain::ApiKeyId> ids;
    for (int i = 0; i < 3; ++i) {
      const auto key = Key(ada, shop);
      ids.push_back(key.id);
      co_await Make(keys, key);
    }
    const auto everywhere = Key(bob);
    co_await Make(keys, everywhere);
    co_await Make(keys, Key(bob, SellerId::New()));
    const auto first = co_await keys.List(Soon(), shop, std::nullopt, 2);
    EXPECT_EQ(first.size(), 2u);
    EXPECT_EQ(first[0].id, ids[2]);
    const auto rest = co_await keys.List(Soon(), shop, first[1].id, 2);
    EXPECT_EQ(rest.size(), 1u);
    EXPECT_EQ(rest[0].id, ids[0]);
    const auto of_market = co_await keys.List(Soon(), std::nullopt, std::nullopt, 10);
    EXPECT_EQ(of_market.size(), 1u);
    EXPECT_EQ(of_market[0].id, everywhere.id);
    EXPECT_TRUE(co_await keys.Revoke(Soon(), ids[0], std::nullopt, audit::SomeAct()))
        << "any, for an operator";
    EXPECT_EQ((co_await keys.List(Soon(), shop, std::nullopt, 10)).size(), 2u);
  });
}

TEST_F(ApiKeysStorageTest, Use_IsNotedOnceAMinute) {
  Run([&](ApiKeys& keys) -> Task<> {
    const auto key = Key(co_await SignUp("ada@x.test"));
    co_await Make(keys, key);
    EXPECT_TRUE((co_await Resolve(keys, key.id))->note_use);
    co_await keys.NoteUse(Soon(), key.id);
    EXPECT_FALSE((co_await Resolve(keys, key.id))->note_use);
    const auto first = Sql("SELECT last_used_at FROM api_key");
    co_await keys.NoteUse(Soon(), key.id);
    EXPECT_EQ(Sql("SELECT last_used_at FROM api_key"), first);
    Sql("UPDATE api_key SET last_used_at = last_used_at - interval '61 seconds'");
    EXPECT_TRUE((co_await Resolve(keys, key.id))->note_use);
  });
}

TEST_F(ApiKeysStorageTest, Sweep_RemovesWhatEndedLongAgo) {
  Run([&](ApiKeys& keys) -> Task<> {
    const auto ada = co_await SignUp("ada@x.test");
    for (int i = 0; i < 3; ++i) co_await Make(keys, Key(ada));
    Sql("UPDATE api_key SET expires_at = market_now() - interval '31 days' WHERE id = (SELECT "
        "min(id::text)::uuid FROM api_key)");
    Sql("UPDATE api_key SET revoked_at = market_now() - interval '31 days' WHERE id = (SELECT "
        "max(id::text)::uuid FROM api_key)");
    EXPECT_EQ(co_await keys.Sweep(Soon(), std::chrono::days(30), 10), 2);
    EXPECT_EQ(co_await keys.Sweep(Soon(), std::chrono::days(30), 10), 0);
  });
}

}  // namespace
}  // namespace market::auth::storage
