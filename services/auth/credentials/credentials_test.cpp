#include <gtest/gtest.h>

#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "platform/core/error.hpp"
#include "platform/runtime/task_group.hpp"
#include "platform/testing/fake_clock.hpp"
#include "platform/testing/run_loop.hpp"
#include "services/auth/credentials/access_tokens.hpp"
#include "services/auth/credentials/keys.hpp"
#include "services/auth/credentials/passwords.hpp"
#include "services/auth/credentials/roles.hpp"

namespace market::auth {
namespace {

using testing::RunLoop;

constexpr std::string_view kRootSecret = "a root secret that only tests have";

const Passwords::Options kQuick{.cost = {.memory_kib = 64, .passes = 1}};
const Visitor kSomebody{.address = "203.0.113.7", .device = {}};

Task<std::string> Hash(Passwords& passwords, std::string password) {
  co_return co_await passwords.Hash(co_await passwords.Enter(kSomebody, testing::Soon()),
                                    std::move(password));
}
Task<Passwords::Match> Verify(Passwords& passwords, std::optional<std::string> hash, std::string password) {
  co_return co_await passwords.Verify(co_await passwords.Enter(kSomebody, testing::Soon()), std::move(hash),
                                      std::move(password));
}

TEST(Passwords, RightAndWrong_AreToldApart) {
  Passwords passwords(kQuick);
  RunLoop([&]() -> Task<> {
    const auto hash = co_await Hash(passwords, "correct horse battery");
    EXPECT_TRUE(hash.starts_with("$argon2id$v=19$m=64,t=1,p=1$")) << hash;
    EXPECT_EQ(co_await Verify(passwords, hash, "correct horse battery"), Passwords::Match::kYes);
    EXPECT_EQ(co_await Verify(passwords, hash, "correct horse batterz"), Passwords::Match::kNo);
    EXPECT_EQ(co_await Verify(passwords, hash, ""), Passwords::Match::kNo);
    EXPECT_EQ(co_await Verify(passwords, std::nullopt, "correct horse battery"), Passwords::Match::kNo);
    EXPECT_NE(hash, co_await Hash(passwords, "correct horse battery"));
  });
}

TEST(Passwords, TypedOnAnotherKeyboard_IsTheSame) {
  Passwords passwords(kQuick);
  RunLoop([&]() -> Task<> {
    const auto hash = co_await Hash(passwords, "caf\u00e9 au lait");
    EXPECT_EQ(co_await Verify(passwords, hash, "cafe\u0301\u00a0au\u3000lait"), Passwords::Match::kYes);
    EXPECT_EQ(co_await Verify(passwords, hash, "cafe au lait"), Passwords::Match::kNo);
    EXPECT_EQ(co_await Verify(passwords, hash, "Caf\u00e9 au lait"), Passwords::Match::kNo);
    const auto decomposed = co_await Hash(passwords, "cafe\u0301 au lait");
    EXPECT_EQ(co_await Verify(passwords, decomposed, "caf\u00e9 au lait"), Passwords::Match::kYes);
    EXPECT_THROW(co_await Hash(passwords, "caf\u00e9\u200d"), Error);
  });
}

TEST(Passwords, ANewOne_MustBeHardToGuess) {
  Passwords passwords(kQuick);
  RunLoop([&]() -> Task<> {
    const auto wanted = [&](std::string password) -> Task<std::string> {
      co_return co_await passwords.HashNew(
          co_await passwords.Enter(kSomebody, testing::Soon()),
          {.field = "newPassword", .password = std::move(password), .own = {"ada@example.com"}});
    };
    const auto hash = co_await wanted("correct horse battery");
    EXPECT_EQ(co_await Verify(passwords, hash, "correct horse battery"), Passwords::Match::kYes);
    for (const auto* refused : {"password1", "ada@example", "12345678"}) {
      try {
        co_await wanted(refused);
        ADD_FAILURE() << refused;
      } catch (const Error& error) {
        EXPECT_EQ(error.reason, "WEAK_PASSWORD");
        EXPECT_EQ(error.fields.at(0).field, "newPassword");
      }
    }
    EXPECT_EQ(passwords.CurrentLoad().running, 0U) << "the place is free again";
  });
}

TEST(Passwords, DefaultCost_IsTheStatedFloor) {
  Passwords passwords({});
  RunLoop([&]() -> Task<> {
    const auto hash = co_await Hash(passwords, "x");
    EXPECT_TRUE(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$")) << hash;
  });
}

TEST(Passwords, WeakerHash_IsOutdated) {
  Passwords weak(kQuick);
  Passwords strong({.cost = {.memory_kib = 128, .passes = 1}});
  Passwords longer({.cost = {.memory_kib = 64, .passes = 2}});
  RunLoop([&]() -> Task<> {
    const auto hash = co_await Hash(weak, "secret");
    EXPECT_EQ(co_await Verify(strong, hash, "secret"), Passwords::Match::kOutdated);
    EXPECT_EQ(co_await Verify(longer, hash, "secret"), Passwords::Match::kOutdated);
    EXPECT_EQ(co_await Verify(strong, hash, "wrong"), Passwords::Match::kNo);
    EXPECT_EQ(co_await Verify(weak, co_await Hash(strong, "secret"), "secret"), Passwords::Match::kYes);
  });
}

// A hash is good with the pepper it was made with, and made anew with today's; a copy without the peppers is nothing.
TEST(Passwords, Peppers_AreKnownByTheirIds) {
  const auto peppers =
      KeysFromRoot(std::string(kRootSecret) + "\n" + std::string(kRootSecret) + " of before").peppers;
  const auto with = [](std::vector<Pepper> some) {
    auto options = kQuick;
    options.peppers = std::move(some);
    return options;
  };
  Passwords none(kQuick);
  Passwords before(with({peppers.at(1)}));
  Passwords now(with(peppers));
  RunLoop([&]() -> Task<> {
    const auto bare = co_await Hash(none, "secret");
    const auto old = co_await Hash(before, "secret");
    const auto today = co_await Hash(now, "secret");
    EXPECT_TRUE(today.starts_with("$pepper=" + peppers[0].id + "$argon2id$v=19$m=64,t=1,p=1$")) << today;
    EXPECT_EQ(co_await Verify(now, today, "secret"), Passwords::Match::kYes);
    EXPECT_EQ(co_await Verify(now, old, "secret"), Passwords::Match::kOutdated);
    EXPECT_EQ(co_await Verify(now, bare, "secret"), Passwords::Match::kOutdated);
    for (const auto& hash : {today, old, bare})
      EXPECT_EQ(co_await Verify(now, hash, "another"), Passwords::Match::kNo) << hash;
    EXPECT_EQ(co_await Verify(before, today, "secret"), Passwords::Match::kNo) << "another root";
    EXPECT_EQ(co_await Verify(none, today.substr(today.find("$argon2id")), "secret"), Passwords::Match::kNo);
  });
}

// Whose request is gone has its hash done to the end; nobody else gets that thread before.
TEST(Passwords, CancelledCaller_KeepsItsThreadTaken) {
  int done = 0;
  Passwords passwords({.cost = {.memory_kib = 1024, .passes = 100},
                       .queue = {.places = 1},
                       .on_done = [&done](std::chrono::nanoseconds took) { done += took.count() > 0; },
                       .on_place = {}});
  RunLoop([&](boost::asio::io_context& io) -> Task<> {
    runtime::TaskGroup group(io.get_executor(), [](std::string_view, std::exception_ptr) {});
    group.Spawn("hash", [](Passwords& with) -> Task<> { co_await Hash(with, "secret"); }(passwords));
    co_await testing::Eventually([&] { return passwords.CurrentLoad().running == 1; });
    group.Cancel();
    co_await group.Join(testing::Soon());
    EXPECT_EQ(passwords.CurrentLoad().running, 1U);
    co_await Hash(passwords, "secret");
    EXPECT_EQ(done, 1) << "the first one has left";
    EXPECT_EQ(passwords.CurrentLoad().running, 0U);
  });
}

TEST(Passwords, FullQueue_Refuses) {
  std::vector<resilience::Standing> served;
  Passwords passwords({.cost = {.memory_kib = 1024, .passes = 50},
                       .queue = {.places = 1, .waiting_max = 1, .max_wait = std::chrono::hours(1)},
                       .on_done = {},
                       .on_place = [&](resilience::Standing standing, std::chrono::nanoseconds) {
                         served.push_back(standing);
                       }});
  RunLoop([&]() -> Task<> {
    int refused = 0;
    const Visitor known{.address = "203.0.113.7", .device = Uuid::NewV7()};
    co_await testing::AtOnce(6, [&](int i) -> Task<> {
      const Visitor visitor = i < 4 ? Visitor{.address = std::to_string(i), .device = {}} : known;
      try {
        co_await passwords.Hash(co_await passwords.Enter(visitor, testing::Soon()), "secret");
      } catch (const Error& error) {
        EXPECT_EQ(error.reason, "OVERLOADED");
        EXPECT_TRUE(error.retry_after);
        ++refused;
      }
    });
    EXPECT_EQ(refused, 3);
    EXPECT_EQ(passwords.CurrentLoad().refused_full, 3U);
    EXPECT_EQ(passwords.CurrentLoad().running, 0U);
  });
  using enum resilience::Standing;
  EXPECT_EQ(served, (std::vector{kStranger, kKnown, kStranger})) << "known devices first";
}

TEST(RefreshTokens, PositionsAndFamilies_GiveDifferentTokens) {
  const RefreshTokens tokens("key");
  const auto family = Uuid::NewV7();
  std::set<std::string> seen;
  for (int sequence = 1; sequence <= 100; ++sequence) seen.insert(tokens.Make(family, sequence));
  seen.insert(tokens.Make(Uuid::NewV7(), 1));
  seen.insert(RefreshTokens("other key").Make(family, 1));
  EXPECT_EQ(seen.size(), 102U);
  EXPECT_EQ(tokens.Make(family, 7), tokens.Make(family, 7));
  EXPECT_TRUE(tokens.Make(family, 7).starts_with("rt_"));
}

TEST(RefreshTokens, Digest_OnlyOfWhatLooksLikeAToken) {
  const auto token = RefreshTokens("key").Make(Uuid::NewV7(), 1);
  ASSERT_TRUE(RefreshTokens::DigestOf(token));
  EXPECT_EQ(RefreshTokens::DigestOf(token)->size(), 32U);
  for (const std::string bad : {"", "rt_", "rt_8b0d",
                                "xx_"
                                "0123456789012345678901234567890123456789012"}) {
    EXPECT_FALSE(RefreshTokens::DigestOf(bad)) << bad;
  }
  EXPECT_FALSE(RefreshTokens::DigestOf(token + "A"));
}

TEST(MailedTokens, AreDerivedFromTheirId_AndKnownByTheirDigest) {
  const MailedTokens tokens("key");
  const auto id = Uuid::NewV7();
  const auto token = tokens.Make(id);
  EXPECT_TRUE(token.starts_with("mt_"));
  EXPECT_EQ(token, tokens.Make(id));
  EXPECT_NE(token, tokens.Make(Uuid::NewV7()));
  EXPECT_NE(token, MailedTokens("another key").Make(id));
  EXPECT_EQ(MailedTokens::DigestOf(token)->size(), 32U);
  EXPECT_NE(MailedTokens::DigestOf(token), MailedTokens::DigestOf(tokens.Make(Uuid::NewV7())));
  for (const auto& bad : {std::string(), token + "A", token.substr(1), "rt_" + token.substr(3)})
    EXPECT_FALSE(MailedTokens::DigestOf(bad)) << bad;
}

TEST(Keys, OfOneRoot_AgreeAndDifferByPurpose) {
  const auto first = KeysFromRoot(kRootSecret);
  const auto second = KeysFromRoot(kRootSecret);
  const auto other = KeysFromRoot(std::string(kRootSecret) + "r");
  const auto family = Uuid::NewV7();
  EXPECT_EQ(first.refresh.Make(family, 1), second.refresh.Make(family, 1));
  EXPECT_EQ(first.mailed.Make(family), second.mailed.Make(family));
  EXPECT_EQ(std::tie(first.device, first.codes, first.seal),
            std::tie(second.device, second.codes, second.seal));
  EXPECT_NE(first.refresh.Make(family, 1), other.refresh.Make(family, 1));
  EXPECT_EQ((std::set{first.device, first.codes, first.seal, other.device, other.codes, other.seal}).size(),
            6U);
}

TEST(Keys, RootThatIsTooShort_Refused) {
  for (const std::string& root : {std::string(), std::string(kRootCharsMin - 1, 'x')})
    EXPECT_THROW(KeysFromRoot(root), std::runtime_error) << root;
}

std::vector<identity::Permission> AllPermissions() {
  std::vector<identity::Permission> all;
  const auto& known = *marketplace::options::v1::Permission_descriptor();
  for (int i = 0; i < known.value_count(); ++i) {
    all.push_back(static_cast<identity::Permission>(known.value(i)->number()));
  }
  return all;
}

TEST(Roles, EveryPermission_IsGrantedBySomeRole) {
  auto granted = Of(domain::Role::kAdmin);
  for (const auto role : domain::kMemberRoles.words) granted |= Of(domain::kMemberRoles.Require(role));
  for (const auto permission : AllPermissions()) {
    EXPECT_EQ(granted.Has(permission), permission != 0) << identity::NameOf(permission);
  }
}

TEST(Roles, AnAdmin_MayWhateverAnotherRoleOfAnAccountMay_AndOnlyHeGrantsRoles) {
  for (const auto word : domain::kRoles.words) {
    const auto role = domain::kRoles.Require(word);
    auto more = Of(domain::Role::kAdmin);
    more |= Of(role);
    EXPECT_EQ(more, Of(domain::Role::kAdmin)) << word;
    EXPECT_FALSE(Of(role).Empty()) << word;
    EXPECT_EQ(Of(role).Has(marketplace::options::v1::ROLES_GRANT), role == domain::Role::kAdmin) << word;
  }
}

// A shop's rights are not those over the whole marketplace, and the other way round.
TEST(Roles, AdminAndOwner_ShareReadingKeysCouponsReturnsPayoutsAndTheEndOfAShop) {
  for (const auto permission : AllPermissions()) {
    EXPECT_EQ(Of(domain::Role::kAdmin).Has(permission) && Of(domain::MemberRole::kOwner).Has(permission),
              permission == marketplace::options::v1::ORDERS_READ ||
                  permission == marketplace::options::v1::PRODUCTS_READ ||
                  permission == marketplace::options::v1::SELLERS_READ ||
                  permission == marketplace::options::v1::SELLERS_CONTROL ||
                  permission == marketplace::options::v1::API_KEYS_WRITE ||
                  permission == marketplace::options::v1::COUPONS_WRITE ||
                  permission == marketplace::options::v1::RETURNS_WRITE ||
                  permission == marketplace::options::v1::PAYOUTS_READ ||
                  permission == marketplace::options::v1::PAYOUTS_WRITE ||
                  permission == marketplace::options::v1::DISPUTES_WRITE ||
                  permission == marketplace::options::v1::MESSAGES_READ)
        << identity::NameOf(permission);
  }
}

TEST(Roles, OfMembers_EachMayAllThatTheNextOneMay) {
  using enum domain::MemberRole;
  const std::vector roles{kOwner, kManager, kStaff};
  for (std::size_t i = 0; i + 1 < roles.size(); ++i) {
    auto both = Of(roles[i]);
    both |= Of(roles[i + 1]);
    EXPECT_EQ(both, Of(roles[i])) << Name(roles[i]);
    EXPECT_NE(both, Of(roles[i + 1])) << Name(roles[i]);
  }
  EXPECT_FALSE(Of(kManager).Has(marketplace::options::v1::SELLERS_CONTROL));
  EXPECT_FALSE(Of(kStaff).Has(marketplace::options::v1::MEMBERS_WRITE));
}

SigningKeys KeysToSignWith() {
  SigningKeys keys(KeysFromRoot(kRootSecret).seal);
  auto [kid, x, y, sealed] = keys.Make();
  keys.Use({{.kid = kid, .x = x, .y = y, .sealed = sealed, .state = domain::KeyState::kActive}});
  return keys;
}

TEST(AccessTokens, Issued_CarryPermissionsSellersAndTimes) {
  testing::FakeClock clock;
  const auto keys = KeysToSignWith();
  AccessTokens tokens(keys, "https://issuer", std::chrono::minutes(10), domain::OperatorsNeed::kPassword,
                      clock);
  identity::KeyRing ring;
  ring.Replace(keys.Published());
  const domain::Account account{.id = AccountId::New(),
                                .email = "ada@example.com",
                                .email_verified = true,
                                .roles = {domain::Role::kAdmin},
                                .sellers = {{SellerId::New(), domain::MemberRole::kOwner}},
                                .created_at = clock.Now()};
  const auto session = Uuid::NewV7();
  const auto claims = ring.Verify(tokens.Issue(account, session), "https://issuer", clock.Now());
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->principal.account, account.id);
  EXPECT_EQ(claims->principal.session, session);
  EXPECT_TRUE(claims->principal.email_verified);
  EXPECT_FALSE(claims->principal.guest);
  EXPECT_EQ(claims->principal.permissions, Of(domain::Role::kAdmin));
  ASSERT_EQ(claims->principal.sellers.size(), 1U);
  EXPECT_EQ(claims->principal.sellers[0].seller, account.sellers[0].seller);
  EXPECT_EQ(claims->principal.sellers[0].permissions, Of(domain::MemberRole::kOwner));
  EXPECT_EQ(claims->expires_at, clock.Now() + std::chrono::minutes(10));
  EXPECT_EQ(claims->issued_at, clock.Now());
}

TEST(AccessTokens, OperatorsWithoutASecondFactor_CarryNoRolesWhereTheyNeedOne) {
  testing::FakeClock clock;
  const auto keys = KeysToSignWith();
  AccessTokens tokens(keys, "https://issuer", std::chrono::minutes(10), domain::OperatorsNeed::kSecondFactor,
                      clock);
  identity::KeyRing ring;
  ring.Replace(keys.Published());
  domain::Account account{
      .id = AccountId::New(), .email = "ada@example.com", .roles = {domain::Role::kModerator}};
  const auto carried = [&] {
    return ring.Verify(tokens.Issue(account, Uuid::NewV7()), "https://issuer", clock.Now())
        ->principal.permissions;
  };
  EXPECT_TRUE(carried().Empty());
  account.has_second_factor = true;
  EXPECT_EQ(carried(), Of(domain::Role::kModerator));
}

}  // namespace
}  // namespace market::auth
