#include "services/product/storage/personal_data.hpp"

#include <gtest/gtest.h>

#include "services/product/testing/stores.hpp"

namespace market::product::storage {
namespace {

TEST(ProductPersonalData, ActsAreTold_AndOwnKeysGo) {
  WithStores([](Stores& stores) -> Task<> {
    PersonalData personal_data(stores.database);
    const auto ada = AccountId::New();
    const auto id = ada.ToString();
    Sql("INSERT INTO idempotency_key (principal, method, key, fingerprint, operation_id, fence, "
        "leased_until, "
        "expires_at, answer) SELECT p, 'm', 'k', '', gen_random_uuid(), 1, market_now(), market_now(), 'x' "
        "FROM unnest(ARRAY['" +
        id + "', 'somebody else']) AS p");
    for (int i = 0; i < 2; ++i) co_await personal_data.Erase(Soon(), ada);
    EXPECT_EQ(Sql("SELECT string_agg(principal, ' ') FROM idempotency_key WHERE method = 'm'"),
              "somebody else");

    market::personal_data::Request ask;
    ask.set_account_id(id);
    const auto told = co_await personal_data.Export(Soon(), ask);
    EXPECT_EQ(told.size(), 1u) << "that it was erased, once";
    EXPECT_EQ(told.at(0).kind, "act");
  });
}

}  // namespace
}  // namespace market::product::storage
