#include "services/payment/workers/settlement.hpp"

#include "services/payment/testing/charges_fixture.hpp"
#include "services/payment/testing/sales_fixture.hpp"

namespace market::payment {
namespace {

constexpr runtime::Patience kHasty{.tries = 3, .backoff = {.initial = 2ms, .max = 5ms}};

std::string OfSale(const domain::Sale& sale, const std::string& column) {
  return Sql("SELECT " + column + " FROM sale WHERE seller_order_id = '" + sale.id.ToString() + "'");
}
std::string KeptAndPosted() {
  return Sql(
      "SELECT count(*) FROM (SELECT account, owner_id, currency, sum(amount_minor) AS kept FROM "
      "ledger_balance GROUP BY 1, 2, 3)"
      " AS b FULL JOIN (SELECT account, owner_id, currency, sum(amount_minor) AS posted FROM ledger_posting "
      "GROUP BY 1, 2, 3)"
      " AS p ON p.account = b.account AND p.owner_id IS NOT DISTINCT FROM b.owner_id AND p.currency = "
      "b.currency"
      " WHERE coalesce(kept, 0) <> coalesce(posted, 0)");
}

// Runs body(service, settlement, sales) beside a settlement of little patience.
template <class Body>
void WithSettlement(Body body) {
  WithService([&](Service& service, World& world, boost::asio::io_context& io) -> Task<> {
    Sql("UPDATE sale SET next_run_at = NULL");
    storage::Sales sales(world.database);
    Settlement settlement(world.database, sales, service.ledger, {.poll = 5ms, .patience = kHasty});
    runtime::TaskGroup group(io.get_executor(), Unexpected);
    group.Keep("settlement", settlement.Settling().Run());
    group.Keep("balances", settlement.Folding().Run());
    std::exception_ptr failure;
    try {
      co_await body(service, settlement, sales);
    } catch (...) {
      failure = std::current_exception();
    }
    group.Cancel();
    co_await group.Join(Soon());
    if (failure) std::rethrow_exception(failure);
  });
}

Task<domain::Payment> Captured(Service& service) {
  const auto payment = co_await service.Authorize(Soon(), ADraft());
  co_return co_await service.charges.Capture(Soon(), payment.order);
}

TEST(Settlement_Worker, WhatIsDelivered_IsEarned_AndARefundOfItTakenBack) {
  WithSettlement([](Service& service, Settlement& settlement, storage::Sales& sales) -> Task<> {
    const auto payment = co_await Captured(service);
    const auto sale = SaleOf(payment, 0);
    const auto placed = AnEvent();
    co_await sales.Place(Soon(), placed, sale);
    const auto completed = AnEvent();
    co_await sales.Completed(Soon(), completed, sale.id, sale.placed_at);
    settlement.Settling().Wake();
    co_await Eventually([&] { return OfSale(sale, "state") == "RELEASED"; });
    co_await service.Refund(Soon(), payment.order, domain::RefundId::New(), sale.id);
    co_await Eventually([&] {
      return Sql("SELECT count(*) FROM sale_refund WHERE seller_order_id = '" + sale.id.ToString() + "'") ==
             "1";
    });
    const auto balances = co_await service.ledger.OfSeller(Soon(), sale.seller);
    EXPECT_EQ(balances.at(0).available_minor, 0);
    EXPECT_EQ(balances.at(0).pending_minor, 0);
    co_await Eventually([&] { return Sql("SELECT count(*) FROM ledger_delta") == "0"; });
    EXPECT_EQ(KeptAndPosted(), "0");
    EXPECT_EQ(BrokenInvariants(), "0");
  });
}

TEST(Settlement_Worker, OneThatCantBeSettled_IsParkedAndStopsNobody) {
  WithSettlement([](Service& service, Settlement& settlement, storage::Sales& sales) -> Task<> {
    const auto first = co_await Captured(service);
    auto wrong = SaleOf(first, 0);
    wrong.lines[0].paid_minor += 1;
    const auto second = co_await Captured(service);
    auto right = SaleOf(second, 0);
    for (auto* sale : {&wrong, &right}) {
      const auto placed = AnEvent();
      co_await sales.Place(Soon(), placed, *sale);
      const auto delivered = AnEvent();
      co_await sales.Delivered(Soon(), delivered, sale->id, sale->placed_at);
    }
    co_await Eventually([&] { return OfSale(right, "state") == "EARNED"; });
    co_await Eventually([&] { return OfSale(wrong, "parked_at IS NOT NULL") == "t"; });
    EXPECT_TRUE(OfSale(wrong, "last_error").contains("something else than was paid"))
        << OfSale(wrong, "last_error");
    EXPECT_EQ(settlement.Settling().Rounds().Now().failures, 0U);
    Sql("UPDATE sale SET parked_at = NULL, next_run_at = NULL WHERE seller_order_id = '" +
        wrong.id.ToString() + "'");
  });
}

TEST(Settlement_Worker, ATableThatIsAway_StopsNothingForGood) {
  WithSettlement([](Service& service, Settlement& settlement, storage::Sales& sales) -> Task<> {
    Sql("ALTER TABLE sale RENAME TO away");
    Sql("ALTER TABLE ledger_balance RENAME TO balance_away");
    co_await Eventually([&] { return settlement.Settling().Rounds().Now().failures_in_a_row > 1; });
    Sql("ALTER TABLE away RENAME TO sale");
    Sql("ALTER TABLE balance_away RENAME TO ledger_balance");
    const auto payment = co_await Captured(service);
    const auto sale = SaleOf(payment, 0);
    const auto placed = AnEvent();
    co_await sales.Place(Soon(), placed, sale);
    const auto delivered = AnEvent();
    co_await sales.Delivered(Soon(), delivered, sale.id, sale.placed_at);
    co_await Eventually([&] { return OfSale(sale, "state") == "EARNED"; });
    co_await Eventually([&] { return Sql("SELECT count(*) FROM ledger_delta") == "0"; });
  });
}

TEST(Settlement_Worker, OldEvents_AreForgotten) {
  WithService([](Service& service, World& world, boost::asio::io_context& io) -> Task<> {
    Sql("INSERT INTO event_inbox (subscriber, event_id, at) SELECT 'payment', gen_random_uuid(), "
        "market_now() - "
        "interval '31 days' FROM generate_series(1, 3)");
    storage::Sales sales(world.database);
    Settlement settlement(world.database, sales, service.ledger, {});
    runtime::TaskGroup group(io.get_executor(), Unexpected);
    group.Keep("sweep", settlement.Sweeping().Run());
    co_await Eventually([] {
      return Sql("SELECT count(*) FROM event_inbox WHERE at < market_now() - interval '30 days'") == "0";
    });
    group.Cancel();
    co_await group.Join(Soon());
  });
}

}  // namespace
}  // namespace market::payment
