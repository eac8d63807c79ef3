#include "services/notification/storage/bounced_addresses.hpp"

#include <gtest/gtest.h>

#include "services/notification/testing/store_fixture.hpp"

namespace market::notification::storage {
namespace {

class BouncedAddressesTest : public StoreFixture {
 protected:
  // A mail that a relay has taken.
  Task<outbox::Message> Taken(postgres::Database& database) {
    postgres::Batch batch("test.append");
    const auto id = outbox::Append(batch, {.topic = "mail", .key = "ada", .payload = "x"});
    co_await database.Write(Soon(), std::move(batch));
    Sql("UPDATE outbox SET attempts = 1");
    co_return outbox::Message{.id = id, .topic = "mail", .key = "ada", .payload = "x", .attempt = 1};
  }
};

TEST_F(BouncedAddressesTest, AMarkStaysUntilTheAddressWorksAgain) {
  Run([&](postgres::Database& database) -> Task<> {
    BouncedAddresses addresses(database);
    addresses.Use("secret");
    EXPECT_FALSE(co_await addresses.Has(Soon(), "ada@x.test"));
    co_await addresses.Bounced(Soon(), "ada@x.test", "550 5.1.1", co_await Taken(database));
    EXPECT_TRUE(co_await addresses.Has(Soon(), "ada@x.test"));
    EXPECT_FALSE(co_await addresses.Has(Soon(), "bob@x.test"));
    EXPECT_EQ(Sql("SELECT count(*) FROM outbox"), "0") << "the mail has ended with it";
    EXPECT_EQ(Sql("SELECT count(*) FROM bounced_address WHERE encode(digest, 'escape') LIKE '%ada%'"), "0");
    co_await addresses.Dropped(Soon(), co_await Taken(database));
    EXPECT_TRUE(co_await addresses.Has(Soon(), "ada@x.test"));
    co_await addresses.Reached(Soon(), "ada@x.test", co_await Taken(database));
    EXPECT_FALSE(co_await addresses.Has(Soon(), "ada@x.test"));
    EXPECT_EQ(Sql("SELECT count(*) FROM outbox"), "0");
  });
}

}  // namespace
}  // namespace market::notification::storage
