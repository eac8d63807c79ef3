#include "platform/idempotency/forget.hpp"

#include <gtest/gtest.h>

#include <array>

#include "migrations/idempotency.hpp"
#include "platform/idempotency/pg_store.hpp"
#include "platform/testing/run_loop.hpp"
#include "platform/testing/temporary_database.hpp"

namespace market::idempotency {
namespace {

using testing::Soon;

constexpr std::array kForgetSets{&migrations::kIdempotency};

Request Of(AccountId principal, std::string key) {
  return {principal.ToString(), "OrderApi.PlaceOrder", std::move(key), std::string(32, 'f')};
}

TEST(Forget, OwnKeysGo_AnswersToOthersLoseTheirTextAndKeepTheirOperation) {
  testing::TemporaryDatabase disk(kForgetSets);
  testing::RunLoop([&](boost::asio::io_context& io) -> Task<> {
    postgres::Database database(io, disk.Options());
    co_await database.Open(Soon());
    PgStore store(database);
    const auto ada = AccountId::New();
    const auto bob = AccountId::New();
    const auto answered = [&](const Request& request, std::string answer) -> Task<Claimed> {
      const auto claimed = std::get<Claimed>(co_await store.Begin(Soon(), request));
      co_await store.Finish(Soon(), request, claimed.fence, std::move(answer));
      co_return claimed;
    };
    co_await answered(Of(ada, "own"), "x");
    const auto by_operation = co_await answered(Of(bob, "by operation"), "1 Street");
    const auto by_name =
        co_await answered(Of(bob, "by name"), std::string("\0\n\x10to ADA\\@x.test\xff", 18));
    const auto by_other_name = co_await answered(Of(bob, "by other name"), "for \xC3\x84rmel@x.test");
    co_await answered(Of(bob, "of somebody else"), "eve@x.test");

    postgres::Batch batch("forget");
    AppendForget(batch, ada);
    AppendReopen(batch, std::array{by_operation.operation_id});
    AppendReopenNaming(batch, std::array<std::string, 2>{"ada\\@x.test", "\xC3\x84rmel@x.test"});
    co_await database.Write(Soon(), std::move(batch));

    EXPECT_EQ(std::get<Claimed>(co_await store.Begin(Soon(), Of(ada, "own"))).fence, kFirstFence)
        << "a new key";
    for (const auto& [key, first] : {std::pair("by operation", by_operation), std::pair("by name", by_name),
                                     std::pair("by other name", by_other_name)}) {
      const auto again = std::get<Claimed>(co_await store.Begin(Soon(), Of(bob, key)));
      EXPECT_EQ(again.operation_id, first.operation_id) << key;
      EXPECT_EQ(again.fence, 2) << key;
    }
    EXPECT_EQ(std::get<Replay>(co_await store.Begin(Soon(), Of(bob, "of somebody else"))).answer,
              "eve@x.test");
    co_await database.Close(Soon());
  });
}

}  // namespace
}  // namespace market::idempotency
