#include "services/notification/storage/bounced_addresses.hpp"

#include <gtest/gtest.h>

#include "services/notification/testing/store_fixture.hpp"

namespace market::notification::storage {
namespace {

class BouncedAddressesTest : public StoreFixture {};

TEST_F(BouncedAddressesTest, AMarkStaysUntilTheAddressWorksAgain) {
  Run([&](postgres::Database& database) -> Task<> {
    BouncedAddresses addresses(database);
    addresses.Use("secret");
    EXPECT_FALSE(co_await addresses.Has(Soon(), "ada@x.test"));
    co_await addresses.Mark(Soon(), "ada@x.test", "550 5.1.1");
    EXPECT_TRUE(co_await addresses.Has(Soon(), "ada@x.test"));
    EXPECT_FALSE(co_await addresses.Has(Soon(), "bob@x.test"));
    co_await addresses.Mark(Soon(), "ada@x.test", "550 5.1.2");
    EXPECT_EQ(Sql("SELECT status FROM bounced_address"), "550 5.1.2") << "the last one";
    EXPECT_EQ(Sql("SELECT count(*) FROM bounced_address WHERE encode(digest, 'escape') LIKE '%ada%'"), "0");
    co_await addresses.Clear(Soon(), "ada@x.test");
    EXPECT_FALSE(co_await addresses.Has(Soon(), "ada@x.test"));
  });
}

}  // namespace
}  // namespace market::notification::storage
