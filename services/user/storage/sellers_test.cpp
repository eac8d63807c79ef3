#include "services/user/storage/sellers.hpp"

#include <set>

#include "platform/events/testing/told.hpp"
#include "services/user/messages.hpp"
#include "services/user/testing/store_fixture.hpp"

namespace market::user::storage {
namespace {

using enum domain::SellerAct;
using domain::SellerState;

class SellerStorage : public StoreFixture {};

TEST_F(SellerStorage, Seller_OpenedTwiceByOneOperation_IsOneSeller) {
  Run([&](postgres::Database& database) -> Task<> {
    Sellers sellers(database);
    const auto owner = AccountId::New();
    const auto draft = Seller(owner, "engines", domain::SellerState::kActive);
    for (int run = 0; run < 3; ++run) {
      const auto opened = co_await sellers.Open(Soon(), draft, "");
      EXPECT_EQ(std::get<domain::Seller>(opened).id, draft.id);
    }
    const auto rival = Seller(AccountId::New(), "engines", domain::SellerState::kActive);
    EXPECT_TRUE(std::holds_alternative<SlugTaken>(co_await sellers.Open(Soon(), rival, "")));
    const auto pending = Seller(owner, "pending", domain::SellerState::kPending);
    co_await sellers.Open(Soon(), pending, "");
    EXPECT_TRUE(co_await sellers.Find(Soon(), draft.id, {}));
    EXPECT_FALSE(co_await sellers.Find(Soon(), pending.id, {}));
    EXPECT_EQ((co_await sellers.ListActive(Soon(), std::nullopt, 10)).size(), 1U);
  });
  EXPECT_EQ(Sql("SELECT count(*) FROM outbox"), "2");
  EXPECT_EQ(Sql("SELECT sum(sellers) FROM membership_count"), "2");
  EXPECT_EQ(Sql("SELECT count(*) FROM seller_member WHERE role = 'owner'"), "2");
}

TEST_F(SellerStorage, Seller_PastTwenty_RefusedAndTheLastStillFound) {
  Run([&](postgres::Database& database) -> Task<> {
    Sellers sellers(database);
    const auto owner = AccountId::New();
    domain::Seller last;
    for (int i = 0; i < 20; ++i) {
      last = Seller(owner, "shop-" + std::to_string(i), domain::SellerState::kActive);
      EXPECT_TRUE(std::holds_alternative<domain::Seller>(co_await sellers.Open(Soon(), last, ""))) << i;
    }
    const auto more = Seller(owner, "one-more", domain::SellerState::kActive);
    EXPECT_TRUE(std::holds_alternative<LimitReached>(co_await sellers.Open(Soon(), more, "")));
    EXPECT_EQ(std::get<domain::Seller>(co_await sellers.Open(Soon(), last, "")).id, last.id);
  });
}

TEST_F(SellerStorage, Seller_SlugRace_HasOneWinner) {
  int opened = 0;
  int taken = 0;
  Run([&](postgres::Database& database) -> Task<> {
    Sellers sellers(database);
    co_await testing::AtOnce(20, [&](int) -> Task<> {
      const auto outcome =
          co_await sellers.Open(Soon(), Seller(AccountId::New(), "race", domain::SellerState::kActive), "");
      ++(std::holds_alternative<SlugTaken>(outcome) ? taken : opened);
    });
  });
  EXPECT_EQ(opened, 1);
  EXPECT_EQ(Sql("SELECT count(*) FROM outbox"), "1");
}

TEST_F(SellerStorage, Seller_Approval_HappensOnce) {
  Run([&](postgres::Database& database) -> Task<> {
    Sellers sellers(database);
    const auto draft = Seller(AccountId::New(), "engines", domain::SellerState::kPending);
    co_await sellers.Open(Soon(), draft, "");
    EXPECT_TRUE(std::holds_alternative<Missing>(
        co_await sellers.Do(Soon(), kApprove, SellerId::New(), audit::SomeAct())));
    for (int run = 0; run < 2; ++run) {
      const auto approved = co_await sellers.Do(Soon(), kApprove, draft.id, audit::SomeAct());
      EXPECT_EQ(std::get<domain::Seller>(approved).state, domain::SellerState::kActive);
    }
    Sql("UPDATE seller SET state = 'SUSPENDED'");
    const auto refused = co_await sellers.Do(Soon(), kApprove, draft.id, audit::SomeAct());
    EXPECT_EQ(std::get<NotAllowed>(refused).state, domain::SellerState::kSuspended);
  });
  EXPECT_EQ(Sql("SELECT count(*) FROM outbox"), "1");
}

TEST_F(SellerStorage, Seller_ApprovedByManyAtOnce_IsToldOnce) {
  const auto draft = Seller(AccountId::New(), "engines", domain::SellerState::kPending);
  int approved = 0;
  Run([&](postgres::Database& database) -> Task<> {
    Sellers sellers(database);
    co_await sellers.Open(Soon(), draft, "");
    co_await testing::AtOnce(10, [&](int) -> Task<> {
      const auto outcome = co_await sellers.Do(Soon(), kApprove, draft.id, audit::SomeAct());
      const auto& seller = std::get<domain::Seller>(outcome);
      approved += seller.state == domain::SellerState::kActive && seller.version == 2;
    });
  });
  EXPECT_EQ(approved, 10);
  EXPECT_EQ(events::Told(temporary_, "seller/" + draft.id.ToString()),
            "user.SellerOpened 1, user.SellerApproved 2");
  EXPECT_EQ(Sql("SELECT count(*) FROM outbox"), "1");
}

TEST_F(SellerStorage, EveryActOnASeller_IsTold) {
  const auto owner = AccountId::New();
  const auto pending = Seller(owner, "engines", domain::SellerState::kPending);
  const auto active = Seller(owner, "looms", domain::SellerState::kActive);
  Run([&](postgres::Database& database) -> Task<> {
    Sellers sellers(database);
    co_await sellers.Open(Soon(), pending, "");
    co_await sellers.Open(Soon(), pending, "");
    co_await sellers.Open(Soon(), Seller(owner, "engines", domain::SellerState::kActive), "");  // taken
    co_await sellers.Open(Soon(), active, "");
    for (int i = 0; i < 2; ++i) co_await sellers.Do(Soon(), kApprove, pending.id, audit::SomeAct());
    co_await sellers.Do(Soon(), kApprove, active.id, audit::SomeAct());
  });
  const auto aggregate = "seller/" + pending.id.ToString();
  EXPECT_EQ(events::Told(temporary_, aggregate), "user.SellerOpened 1, user.SellerApproved 2");
  EXPECT_EQ(events::Told(temporary_, "seller/" + active.id.ToString()), "user.SellerOpened 1");
  EXPECT_EQ(Sql("SELECT count(*) FROM event WHERE type <> 'type.ActRecorded'"), "3");
  EXPECT_EQ(Sql("SELECT count(DISTINCT seller_id) FROM event"), "2");
  const auto opened = events::LastTold<api::user::SellerOpened>(temporary_, aggregate);
  EXPECT_EQ(opened.owner_id(), owner.ToString());
  EXPECT_EQ(opened.seller().slug(), "engines");
  EXPECT_EQ(opened.seller().state(), api::user::Seller::PENDING);
  const auto approved = events::LastTold<api::user::SellerApproved>(temporary_, aggregate);
  EXPECT_EQ(approved.seller().state(), api::user::Seller::ACTIVE);
  EXPECT_EQ(approved.seller().version(), 2);
}

TEST_F(SellerStorage, Sellers_PagedByPosition_AllSeenOnce) {
  Run([&](postgres::Database& database) -> Task<> {
    Sellers sellers(database);
    for (int i = 0; i < 7; ++i) {
      co_await sellers.Open(
          Soon(), Seller(AccountId::New(), "shop-" + std::to_string(i), domain::SellerState::kActive), "");
    }
    Sql("UPDATE seller SET created_at = '2026-01-01' WHERE slug < 'shop-4'");  // ties are broken by id
    std::set<std::string> seen;
    std::optional<Sellers::Position> after;
    for (;;) {
      const auto page = co_await sellers.ListActive(Soon(), after, 2);
      if (page.empty()) break;
      for (const auto& seller : page) EXPECT_TRUE(seen.insert(seller.slug).second) << seller.slug;
      after = {page.back().created_at, page.back().id};
    }
    EXPECT_EQ(seen.size(), 7U);
  });
}

// Each column its own value, so that no two can be mistaken for each other.
TEST_F(SellerStorage, EveryValue_ComesBackAsItWasWritten) {
  domain::SellerChange change{
      .display_name = "name",
      .description = "what\nit is",
      .logo = "https://x.test/logo",
      .contact_email = "shop@x.test",
      .contact_phone = "+441632960000",
      .return_policy = "back",
      .shipping_policy = "forth",
      .holiday = domain::Holiday{Time(std::chrono::days(20'000)), "sea"},
      .trader =
          domain::Trader{"legal", "register", "GB1234", {"1", "\"2\""}, "city", "region", "SW1Y 4JH", "GB"}};
  Run([&](postgres::Database& database) -> Task<> {
    Sellers sellers(database);
    const auto id = co_await Open(database, AccountId::New());
    const auto updated = std::get<domain::Seller>(co_await sellers.Update(Soon(), id, change, 1));
    const auto found = (co_await sellers.Find(Soon(), id, {})).value();
    EXPECT_EQ(found.presentation, updated.presentation);
    EXPECT_EQ(found.presentation, domain::Changed({}, change));
    EXPECT_EQ(found.version, 2);
    EXPECT_EQ(found.slug, "engines");
    const auto same = std::get<domain::Seller>(co_await sellers.Update(Soon(), id, change, 2));
    EXPECT_EQ(same.version, 2);
    EXPECT_TRUE(std::holds_alternative<VersionDiffers>(co_await sellers.Update(Soon(), id, change, 1)));
    EXPECT_TRUE(
        std::holds_alternative<Missing>(co_await sellers.Update(Soon(), SellerId::New(), change, {})));
    const auto cleared = std::get<domain::Seller>(co_await sellers.Update(
        Soon(), id, {.holiday = domain::Holiday(), .trader = domain::Trader()}, std::nullopt));
    EXPECT_EQ(cleared.presentation.holiday, domain::Holiday());
    EXPECT_EQ(cleared.presentation.trader, domain::Trader());
    EXPECT_EQ(cleared.presentation.description, "what\nit is");
    EXPECT_EQ(events::Told(temporary_, "seller/" + id.ToString()),
              "user.SellerOpened 1, user.SellerUpdated 2, user.SellerUpdated 3");
  });
}

TEST_F(SellerStorage, OneThatIsNotActive_IsSeenByItsMembersAndOperatorsAlone) {
  Run([&](postgres::Database& database) -> Task<> {
    Sellers sellers(database);
    for (const auto* state : {"PENDING", "SUSPENDED", "CLOSED"}) {
      const auto id =
          co_await Open(database, AccountId::New(), std::string("shop-") + char(state[0] - 'A' + 'a'));
      Sql("UPDATE seller SET state = '" + std::string(state) + "' WHERE id = '" + id.ToString() + "'");
      const auto slug = std::string("shop-") + char(state[0] - 'A' + 'a');
      for (const auto& [viewer, seen] :
           std::vector<std::pair<Viewer, bool>>{{{}, false},
                                                {{.sellers = {SellerId::New()}}, false},
                                                {{.sellers = {id}}, true},
                                                {{.everything = true}, true}}) {
        EXPECT_EQ((co_await sellers.Find(Soon(), id, viewer)).has_value(), seen) << state;
        EXPECT_EQ((co_await sellers.FindBySlug(Soon(), slug, viewer)).has_value(), seen) << state;
        EXPECT_EQ((co_await sellers.FindMany(Soon(), {id}, viewer, {})).size(), seen ? 1u : 0u) << state;
      }
    }
  });
}

TEST_F(SellerStorage, Acts_GoOnRecordAndAreToldOnce) {
  SellerId id;
  Run([&](postgres::Database& database) -> Task<> {
    Sellers sellers(database);
    id = co_await Open(database, AccountId::New());
    for (const auto act : {kSuspend, kSuspend, kReinstate, kReinstate, kSuspend, kClose, kClose}) {
      const auto moved = co_await sellers.Do(Soon(), act, id, audit::SomeAct());
      EXPECT_EQ(std::get<domain::Seller>(moved).state, domain::Target(act));
    }
    for (const auto act : {kApprove, kSuspend, kReinstate}) {
      const auto refused = co_await sellers.Do(Soon(), act, id, audit::SomeAct());
      EXPECT_EQ(std::get<NotAllowed>(refused).state, SellerState::kClosed);
    }
    const auto late = co_await sellers.Update(Soon(), id, {.description = "late"}, std::nullopt);
    EXPECT_TRUE(std::holds_alternative<NotAllowed>(late));
  });
  EXPECT_EQ(events::Told(temporary_, "seller/" + id.ToString()),
            "user.SellerOpened 1, user.SellerSuspended 2, user.SellerReinstated 3, user.SellerSuspended 4, "
            "user.SellerClosed 5");
  EXPECT_EQ(Sql("SELECT string_agg((before ->> 'state') || ' ' || (after ->> 'state'), ', ' ORDER BY at, id) "
                "FROM audit_event"),
            "ACTIVE SUSPENDED, SUSPENDED ACTIVE, ACTIVE SUSPENDED, SUSPENDED CLOSED");
  const auto closed = events::LastTold<api::user::SellerClosed>(temporary_, "seller/" + id.ToString());
  EXPECT_EQ(closed.seller().state(), api::user::Seller::CLOSED);
  EXPECT_EQ(closed.seller().version(), 5);
}

TEST_F(SellerStorage, ListMatching_EachFilterAndAllTogether) {
  Run([&](postgres::Database& database) -> Task<> {
    Sellers sellers(database);
    const auto ada = AccountId::New();
    const auto engines = co_await Open(database, ada, "engines");
    const auto looms = co_await Open(database, ada, "looms");
    const auto mills = co_await Open(database, AccountId::New(), "mills");
    co_await sellers.Update(Soon(), looms, {.display_name = "100% Loom_s"}, {});
    co_await sellers.Do(Soon(), kSuspend, mills, audit::SomeAct());
    const auto matching = [&](Sellers::Filter filter) -> Task<std::vector<SellerId>> {
      std::vector<SellerId> ids;
      for (const auto& seller : co_await sellers.ListMatching(Soon(), filter, {}, 10))
        ids.push_back(seller.id);
      co_return ids;
    };
    using Ids = std::vector<SellerId>;
    EXPECT_EQ(co_await matching({}), (Ids{mills, looms, engines}));
    EXPECT_EQ(co_await matching({.state = SellerState::kSuspended}), Ids{mills});
    EXPECT_EQ(co_await matching({.name_prefix = "analytical E"}), (Ids{mills, engines}));
    EXPECT_EQ(co_await matching({.name_prefix = "100% loom_"}), Ids{looms});
    EXPECT_EQ(co_await matching({.name_prefix = "%"}), Ids{});
    EXPECT_EQ(co_await matching({.slug = "looms"}), Ids{looms});
    EXPECT_EQ(co_await matching({.owner = ada}), (Ids{looms, engines}));
    EXPECT_EQ(co_await matching(
                  {.state = SellerState::kActive, .name_prefix = "a", .slug = "engines", .owner = ada}),
              Ids{engines});
    const auto first = co_await sellers.ListMatching(Soon(), {}, {}, 2);
    const auto rest =
        co_await sellers.ListMatching(Soon(), {}, Sellers::Position{first[1].created_at, first[1].id}, 2);
    EXPECT_EQ(rest.size(), 1u);
    EXPECT_EQ(rest.at(0).id, engines);
    const auto named = co_await sellers.FindMany(Soon(), {engines, looms}, {},
                                                 Sellers::Position{first[1].created_at, first[1].id});
    EXPECT_EQ(named.size(), 1u);
  });
}

}  // namespace
}  // namespace market::user::storage
