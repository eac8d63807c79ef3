#include <gtest/gtest.h>

#include <random>
#include <set>

#include "platform/core/error.hpp"
#include "platform/testing/run_loop.hpp"
#include "services/user/storage/addresses.hpp"
#include "services/user/storage/profiles.hpp"
#include "services/user/testing/store_fixture.hpp"

namespace market::user::storage {
namespace {

using testing::RunLoop;
using testing::Soon;

class UserStorage : public StoreFixture {
 protected:
  static domain::Address Address(std::string recipient) {
    return {.id = domain::AddressId::New(),
            .recipient = std::move(recipient),
            .lines = {"12 St James's Square", "\"2nd\" {floor}, \\left"},
            .city = "London",
            .postal_code = "SW1Y 4JH",
            .country_code = "GB"};
  }

  // Every book's size is right, and it has exactly one default unless it is empty.
  void ExpectSoundBooks() {
    EXPECT_EQ(Sql("SELECT count(*) FROM address_book b WHERE size <> (SELECT count(*) FROM address a "
                  "WHERE a.account_id = b.account_id)"),
              "0");
    EXPECT_EQ(Sql("SELECT count(*) FROM address_book b WHERE size > 0 AND (SELECT count(*) FROM address a "
                  "WHERE a.account_id = b.account_id AND a.is_default) <> 1"),
              "0");
  }
};

TEST_F(UserStorage, Profile_CreatedOnceAndUpdatedByVersion) {
  Run([&](postgres::Database& database) -> Task<> {
    Profiles profiles(database);
    const auto account = AccountId::New();
    EXPECT_FALSE(co_await profiles.Find(Soon(), account));
    EXPECT_TRUE(std::holds_alternative<Missing>(co_await profiles.Update(Soon(), account, {}, std::nullopt)));
    co_await profiles.Create(Soon(), account, "Ada");
    co_await profiles.Create(Soon(), account, "Somebody else");
    const auto updated =
        co_await profiles.Update(Soon(), account, {.given_name = "Ada", .locale = "en-GB"}, 1);
    const auto& profile = std::get<domain::Profile>(updated);
    EXPECT_EQ(profile.display_name, "Ada");
    EXPECT_EQ(profile.given_name, "Ada");
    EXPECT_EQ(profile.locale, "en-GB");
    EXPECT_EQ(profile.version, 2);
    const auto stale = co_await profiles.Update(Soon(), account, {.given_name = "Bob"}, 1);
    EXPECT_TRUE(std::holds_alternative<VersionDiffers>(stale));
    const auto cleared = co_await profiles.Update(Soon(), account, {.given_name = ""}, std::nullopt);
    EXPECT_EQ(std::get<domain::Profile>(cleared).given_name, "");
  });
}

// Each column its own value, so that no two can be mistaken for each other.
TEST_F(UserStorage, EveryValue_ComesBackAsItWasWritten) {
  Run([&](postgres::Database& database) -> Task<> {
    Profiles profiles(database);
    const auto account = AccountId::New();
    co_await profiles.Create(Soon(), account, "display");
    co_await profiles.Update(
        Soon(), account,
        {.given_name = "given", .family_name = "family", .phone = "+441632960000", .locale = "en-GB"}, 1);
    const auto profile = (co_await profiles.Find(Soon(), account)).value();
    EXPECT_EQ(profile.id, account);
    EXPECT_EQ(profile.display_name, "display");
    EXPECT_EQ(profile.given_name, "given");
    EXPECT_EQ(profile.family_name, "family");
    EXPECT_EQ(profile.phone, "+441632960000");
    EXPECT_EQ(profile.locale, "en-GB");
    EXPECT_EQ(profile.version, 2);
    EXPECT_LT(profile.created_at, profile.updated_at);

    Addresses addresses(database);
    auto draft = Address("recipient");
    draft.region = "region";
    draft.phone = "+33123456789";
    co_await addresses.Create(Soon(), account, draft);
    const auto changed = std::get<domain::Address>(
        co_await addresses.Update(Soon(), account, draft.id, {.city = "city", .country_code = "FR"}, 1));
    for (const auto& address : {changed, (co_await addresses.Find(Soon(), account, draft.id)).value(),
                                (co_await addresses.List(Soon(), account)).at(0)}) {
      EXPECT_EQ(address.id, draft.id);
      EXPECT_EQ(address.recipient, "recipient");
      EXPECT_EQ(address.lines, draft.lines);
      EXPECT_EQ(address.city, "city");
      EXPECT_EQ(address.region, "region");
      EXPECT_EQ(address.postal_code, "SW1Y 4JH");
      EXPECT_EQ(address.country_code, "FR");
      EXPECT_EQ(address.phone, "+33123456789");
      EXPECT_TRUE(address.is_default);
      EXPECT_EQ(address.version, 2);
      EXPECT_LT(address.created_at, address.updated_at);
    }
  });
}

TEST_F(UserStorage, Profile_UpdatedByManyOfOneVersion_HasOneWinner) {
  const auto account = AccountId::New();
  int updated = 0;
  int refused = 0;
  Run([&](postgres::Database& database) -> Task<> {
    Profiles profiles(database);
    co_await profiles.Create(Soon(), account, "Ada");
    co_await testing::AtOnce(10, [&](int number) -> Task<> {
      const auto outcome =
          co_await profiles.Update(Soon(), account, {.given_name = std::to_string(number)}, 1);
      ++(std::holds_alternative<VersionDiffers>(outcome) ? refused : updated);
    });
  });
  EXPECT_EQ(updated, 1);
  EXPECT_EQ(Sql("SELECT version FROM profile"), "2");
}

TEST_F(UserStorage, ChangesThatChangeNothing_KeepTheVersion) {
  Run([&](postgres::Database& database) -> Task<> {
    Profiles profiles(database);
    const auto account = AccountId::New();
    co_await profiles.Create(Soon(), account, "Ada");
    const domain::ProfileChange same{.display_name = "Ada", .given_name = ""};
    for (const auto& [change, expected] :
         {std::pair(domain::ProfileChange(), ExpectedVersion()), {domain::ProfileChange(), 1}, {same, 1}}) {
      const auto profile =
          std::get<domain::Profile>(co_await profiles.Update(Soon(), account, change, expected));
      EXPECT_EQ(profile.version, 1);
      EXPECT_EQ(profile.updated_at, profile.created_at);
    }
    EXPECT_TRUE(std::holds_alternative<VersionDiffers>(co_await profiles.Update(Soon(), account, same, 2)));
    EXPECT_TRUE(std::holds_alternative<Missing>(co_await profiles.Update(Soon(), AccountId::New(), same, 1)));

    Addresses addresses(database);
    const auto home = std::get<domain::Address>(co_await addresses.Create(Soon(), account, Address("1")));
    const domain::AddressChange as_it_is{
        .recipient = home.recipient, .lines = home.lines, .is_default = true};
    for (const auto& change : {domain::AddressChange(), as_it_is}) {
      const auto address =
          std::get<domain::Address>(co_await addresses.Update(Soon(), account, home.id, change, 1));
      EXPECT_EQ(address.version, 1);
      EXPECT_EQ(address.updated_at, home.updated_at);
    }
    EXPECT_TRUE(std::holds_alternative<VersionDiffers>(
        co_await addresses.Update(Soon(), account, home.id, as_it_is, 2)));
    EXPECT_TRUE(std::holds_alternative<DefaultNeeded>(
        co_await addresses.Update(Soon(), account, home.id, {.is_default = false}, 1)));
  });
}

TEST_F(UserStorage, Address_CreatedTwiceByOneId_IsOne) {
  Run([&](postgres::Database& database) -> Task<> {
    Addresses addresses(database);
    const auto account = AccountId::New();
    const auto draft = Address("1");
    for (int i = 0; i < 2; ++i) {
      const auto made = std::get<domain::Address>(co_await addresses.Create(Soon(), account, draft));
      EXPECT_EQ(made.id, draft.id);
    }
    EXPECT_EQ((co_await addresses.List(Soon(), account)).size(), 1U);
  });
  ExpectSoundBooks();
}

// Whoever read the old default must learn that it is none any more.
TEST_F(UserStorage, Addresses_DefaultMovedAway_HasANewVersion) {
  Run([&](postgres::Database& database) -> Task<> {
    Addresses addresses(database);
    const auto account = AccountId::New();
    const auto first = std::get<domain::Address>(co_await addresses.Create(Soon(), account, Address("1")));
    const auto second = std::get<domain::Address>(co_await addresses.Create(Soon(), account, Address("2")));
    co_await addresses.Update(Soon(), account, second.id, {.is_default = true}, second.version);
    EXPECT_TRUE(std::holds_alternative<VersionDiffers>(
        co_await addresses.Delete(Soon(), account, first.id, first.version)));
    EXPECT_EQ((co_await addresses.Find(Soon(), account, first.id))->version, first.version + 1);
    // What is refused moves nothing.
    EXPECT_TRUE(std::holds_alternative<Missing>(co_await addresses.Update(
        Soon(), account, domain::AddressId::New(), {.is_default = true}, std::nullopt)));
    EXPECT_TRUE((co_await addresses.Find(Soon(), account, second.id))->is_default);
  });
  ExpectSoundBooks();
}

TEST_F(UserStorage, Addresses_FirstIsDefaultAndTheDefaultMoves) {
  Run([&](postgres::Database& database) -> Task<> {
    Addresses addresses(database);
    const auto account = AccountId::New();
    const auto first =
        std::get<domain::Address>(co_await addresses.Create(Soon(), account, Address("first")));
    EXPECT_TRUE(first.is_default);
    EXPECT_EQ(first.lines, Address("").lines);
    const auto second =
        std::get<domain::Address>(co_await addresses.Create(Soon(), account, Address("second")));
    EXPECT_FALSE(second.is_default);
    auto third_draft = Address("third");
    third_draft.is_default = true;
    const auto third = std::get<domain::Address>(co_await addresses.Create(Soon(), account, third_draft));
    EXPECT_TRUE(third.is_default);

    const auto moved =
        co_await addresses.Update(Soon(), account, second.id, {.is_default = true}, second.version);
    EXPECT_TRUE(std::get<domain::Address>(moved).is_default);
    auto list = co_await addresses.List(Soon(), account);
    EXPECT_EQ(list.size(), 3U);
    EXPECT_EQ(list[0].id, second.id);
    EXPECT_EQ(list[1].id, first.id);

    const auto refused =
        co_await addresses.Update(Soon(), account, second.id, {.is_default = false}, std::nullopt);
    EXPECT_TRUE(std::holds_alternative<DefaultNeeded>(refused));
    const auto stale =
        co_await addresses.Update(Soon(), account, third.id, {.is_default = true}, third.version + 9);
    EXPECT_TRUE(std::holds_alternative<VersionDiffers>(stale));
    EXPECT_EQ((co_await addresses.List(Soon(), account))[0].id, second.id);

    co_await addresses.Delete(Soon(), account, second.id, std::nullopt);
    list = co_await addresses.List(Soon(), account);
    EXPECT_EQ(list[0].id, first.id);
    EXPECT_TRUE(list[0].is_default);
  });
  ExpectSoundBooks();
}

TEST_F(UserStorage, Addresses_OfSomebodyElse_DoNotExist) {
  Run([&](postgres::Database& database) -> Task<> {
    Addresses addresses(database);
    const auto ada = AccountId::New();
    const auto bob = AccountId::New();
    const auto mine = std::get<domain::Address>(co_await addresses.Create(Soon(), ada, Address("ada")));
    co_await addresses.Create(Soon(), bob, Address("bob"));
    EXPECT_FALSE(co_await addresses.Find(Soon(), bob, mine.id));
    EXPECT_TRUE(std::holds_alternative<Missing>(co_await addresses.Update(
        Soon(), bob, mine.id, {.recipient = "bob", .is_default = true}, std::nullopt)));
    EXPECT_TRUE(
        std::holds_alternative<Missing>(co_await addresses.Delete(Soon(), bob, mine.id, std::nullopt)));
    EXPECT_EQ((co_await addresses.List(Soon(), bob)).size(), 1U);
    EXPECT_EQ((co_await addresses.Find(Soon(), ada, mine.id))->recipient, "ada");
    EXPECT_TRUE(std::holds_alternative<VersionDiffers>(co_await addresses.Delete(Soon(), ada, mine.id, 7)));
    EXPECT_TRUE(
        std::holds_alternative<Addresses::Deleted>(co_await addresses.Delete(Soon(), ada, mine.id, 1)));
    EXPECT_TRUE(std::holds_alternative<Missing>(co_await addresses.Delete(Soon(), ada, mine.id, 1)));
  });
  ExpectSoundBooks();
}

TEST_F(UserStorage, Addresses_PastFifty_Refused) {
  Run([&](postgres::Database& database) -> Task<> {
    Addresses addresses(database);
    const auto account = AccountId::New();
    for (int i = 0; i < domain::kAddressesMax; ++i) {
      EXPECT_TRUE(
          std::holds_alternative<domain::Address>(co_await addresses.Create(Soon(), account, Address("x"))));
    }
    EXPECT_TRUE(
        std::holds_alternative<LimitReached>(co_await addresses.Create(Soon(), account, Address("x"))));
    const auto list = co_await addresses.List(Soon(), account);
    EXPECT_EQ(list.size(), 50U);
    co_await addresses.Delete(Soon(), account, list.back().id, std::nullopt);
    EXPECT_TRUE(
        std::holds_alternative<domain::Address>(co_await addresses.Create(Soon(), account, Address("x"))));
  });
  ExpectSoundBooks();
}

// Creates, updates, default moves and deletes of one book from two replicas at once.
TEST_F(UserStorage, Addresses_Storm_KeepsTheBookSound) {
  RunLoop([&](boost::asio::io_context& io) -> Task<> {
    postgres::Database first(io, temporary_.Options());
    postgres::Database second(io, temporary_.Options());
    co_await first.Open(Soon());
    co_await second.Open(Soon());
    Addresses replicas[] = {Addresses(first), Addresses(second)};
    const auto account = AccountId::New();
    const auto client = [&](unsigned seed) -> Task<> {
      std::mt19937 random(seed);
      for (int step = 0; step < 12; ++step) {
        auto& addresses = replicas[random() % 2];
        const auto list = co_await addresses.List(Soon(), account);
        const auto kind = random() % 4;
        if (list.empty() || kind == 0) {
          auto draft = Address("storm");
          draft.is_default = random() % 2 == 0;
          co_await addresses.Create(Soon(), account, draft);
        } else {
          const auto& one = list[random() % list.size()];
          if (kind == 1) co_await addresses.Delete(Soon(), account, one.id, std::nullopt);
          if (kind == 2)
            co_await addresses.Update(Soon(), account, one.id, {.is_default = true}, one.version);
          if (kind == 3) co_await addresses.Update(Soon(), account, one.id, {.city = "Paris"}, std::nullopt);
        }
      }
    };
    co_await testing::AtOnce(16, client);
    co_await first.Close(Soon());
    co_await second.Close(Soon());
  });
  ExpectSoundBooks();
}

}  // namespace
}  // namespace market::user::storage
