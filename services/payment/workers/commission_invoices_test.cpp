#include "services/payment/workers/commission_invoices.hpp"

#include <gtest/gtest.h>

#include "services/payment/testing/charges_fixture.hpp"
#include "services/payment/testing/commission_fixture.hpp"
#include "services/payment/testing/fake_traders.hpp"

namespace market::payment {
namespace {

std::string BilledTo(const SellerId& shop) {
  return Sql(
      "SELECT string_agg(month || ' ' || (content -> 'shop' ->> 'name'), ', ' ORDER BY month) FROM "
      "commission_invoice WHERE seller_id = '" +
      shop.ToString() + "'");
}

TEST(CommissionInvoicing, BillsEveryMonthThatIsOver_AndAShopThatCantBeBilledStopsNobody) {
  WithService([](Service&, World& world, boost::asio::io_context& io) -> Task<> {
    storage::CommissionInvoices invoices(world.database);
    FakeTraders users;
    ShopTraders traders;
    traders.Connect(users);
    CommissionInvoicing invoicing(invoices, traders,
                                  {.poll = 5ms, .over = 0ms, .marketplace = {.name = "M"}});
    const auto unknown = SellerId::New();
    const auto ada = SellerId::New();
    users.Open(ada, "Ada's");
    users.down = true;
    ChargeCommission(Disk(), unknown, "2020-01", 100, 19);
    ChargeCommission(Disk(), ada, "2020-01", 100, 19);
    ChargeCommission(Disk(), ada, "2020-02", 100, 19);
    invoicing.Issuing().LimitPauses(5ms);
    runtime::TaskGroup group(io.get_executor(), Unexpected);
    group.Keep("invoices", invoicing.Issuing().Run());
    co_await Eventually([&] { return invoicing.Issuing().Now().failures > 0; });
    EXPECT_EQ(BilledTo(ada), "") << "nobody knows who it is";
    users.down = false;
    co_await Eventually([&] { return BilledTo(ada) == "2020-01 Ada's, 2020-02 Ada's"; });
    EXPECT_EQ(BilledTo(unknown), "");
    users.Open(unknown, "Late");
    co_await Eventually([&] { return BilledTo(unknown) == "2020-01 Late"; });
    group.Cancel();
    co_await group.Join(Soon());
  });
}

}  // namespace
}  // namespace market::payment
