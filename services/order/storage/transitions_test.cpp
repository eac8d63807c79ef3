#include "services/order/storage/transitions.hpp"

#include <gtest/gtest.h>

#include <array>

#include "platform/audit/testing/some_act.hpp"
#include "platform/events/testing/told.hpp"
#include "platform/testing/run_loop.hpp"
#include "platform/testing/temporary_database.hpp"
#include "services/order/domain/pricing.hpp"
#include "services/order/messages.hpp"
#include "services/order/migrations.hpp"
#include "services/order/storage/checkouts.hpp"
#include "services/order/storage/orders.hpp"

namespace market::order::storage {
namespace {

using namespace std::chrono_literals;
using domain::State;

market::testing::TemporaryDatabase& SharedDatabase() {
  static market::testing::TemporaryDatabase database(kMigrations);
  return database;
}

runtime::Deadline Soon() { return runtime::After(10s); }

domain::Offer AnOffer(std::int64_t price_minor) {
  domain::Offer offer;
  offer.id = domain::OfferId::New();
  offer.product = domain::ProductId::New();
  offer.seller = SellerId::New();
  offer.title = "Engine \"mark 1\", brass {special}";
  offer.sku = "E-1";
  offer.options = {{"size", "M"}, {"colour", "brass"}};
  offer.price = Money{price_minor, Currency::Parse("EUR")};
  offer.for_sale = true;
  return offer;
}

Time Now() { return SystemClock().Now(); }

// Of two sellers.
domain::Order AnOrder() {
  const std::array offers = {AnOffer(1999), AnOffer(500)};
  const std::array items = {domain::Item{offers[0].id, 2}, domain::Item{offers[1].id, 1}};
  return domain::MakeOrder(Uuid::NewV7(), AccountId::New(), domain::Price(items, offers),
                           {.recipient = "Ada",
                            .lines = {"1 \"Street\"", "2,nd"},
                            .city = "London",
                            .region = "",
                            .postal_code = "SW1",
                            .country_code = "GB",
                            .phone = ""},
                           "pm_card_visa", Now());
}

struct Store {
  explicit Store(boost::asio::io_context& io)
      : database(io, {.conninfo = std::string(SharedDatabase().Conninfo()),
                      .read_connections = 1,
                      .write_connections = 4}),
        orders(database),
        checkouts(database, {}),
        transitions(database) {}

  // Placed and authorised.
  Task<domain::Order> Placed() {
    auto order = AnOrder();
    const auto lease = co_await checkouts.Insert(Soon(), order, "");
    co_await checkouts.Place(Soon(), *lease, order,
                             {.state = "AUTHORIZED", .authorized_minor = order.total.minor}, Now());
    co_return order;
  }
  Task<> Move(const domain::SellerOrder& part, State to, SellerId as) {
    std::optional<Shipment> shipment;
    if (to == State::kShipped) shipment = Shipment{"Royal Mail", "RM1"};
    std::vector<SellerId> sellers = {as};
    co_await transitions.Move(Soon(), part.id, Scope::Sellers(std::move(sellers)), to,
                              {"seller", AccountId::New()}, std::move(shipment), "", Now());
  }
  Task<std::string> ReasonOfMove(const domain::SellerOrder& part, State to, SellerId as) {
    std::string reason;
    try {
      co_await Move(part, to, as);
    } catch (const Error& error) {
      reason = error.reason;
    }
    co_return reason;
  }
  Task<std::string> Cancel(const domain::Order& order, AccountId as, Uuid operation,
                           std::vector<domain::SellerOrderId> parts = {}) {
    std::string reason;
    try {
      co_await transitions.Cancel(Soon(), order.id, Scope::Buyer(as), std::move(parts), {"buyer", as},
                                  "changed my mind", operation, "", Now());
    } catch (const Error& error) {
      reason = error.reason;
    }
    co_return reason;
  }
  // What waits in the outbox under one key of the order.
  template <class Command>
  Task<std::vector<Command>> Commands(domain::OrderId order, std::string resource,
                                      Command (*parse)(const outbox::Message&)) {
    static constexpr postgres::Statement kRead{
        "test.outbox", "SELECT id, topic, payload FROM outbox WHERE key = $1 ORDER BY seq"};
    const auto rows = co_await database.Read(Soon(), kRead, order.ToString() + '/' + resource);
    std::vector<Command> commands;
    for (const auto row : rows) {
      commands.push_back(
          parse({.id = row.GetUuid(0), .topic = std::string(row.Text(1)), .payload = row.GetBytes(2)}));
    }
    co_return commands;
  }
  auto PaymentCommands(domain::OrderId order) { return Commands(order, "payment", PaymentCommandFrom); }
  auto StockCommands(domain::OrderId order) { return Commands(order, "stock", StockCommandFrom); }

  postgres::Database database;
  Orders orders;
  Checkouts checkouts;
  Transitions transitions;
};

template <class Function>
void WithStore(Function function) {
  market::testing::RunLoop([&](boost::asio::io_context& io) -> Task<> {
    Store store(io);
    co_await store.database.Open(Soon());
    co_await function(store);
    co_await store.database.Close(Soon());
  });
}

Task<> ExpectReadBack(Store& store) {
  const auto placed = co_await store.Placed();
  const auto order = (co_await store.orders.Find(Soon(), placed.id, Scope::Buyer(placed.buyer))).value();
  EXPECT_EQ(order.CurrentState(), State::kPlaced);
  EXPECT_EQ(order.total, placed.total);
  EXPECT_EQ(order.address.lines, placed.address.lines);
  EXPECT_EQ(order.parts.size(), 2u);
  EXPECT_EQ(order.parts[0].lines[0].options, placed.parts[0].lines[0].options);
  EXPECT_EQ(order.parts[0].lines[0].title, placed.parts[0].lines[0].title);
  EXPECT_EQ(order.parts[0].lines[0].total.minor, 2 * 1999);
  EXPECT_FALSE((co_await store.orders.Find(Soon(), placed.id, Scope::Buyer(AccountId::New()))).has_value());
  const auto same = co_await store.orders.FindByOperation(Soon(), placed.operation_id);
  EXPECT_EQ(same.value().id, placed.id);

  auto twin = placed;
  twin.id = domain::OrderId::New();
  EXPECT_FALSE((co_await store.checkouts.Insert(Soon(), twin, "")).has_value());
}
TEST(Orders, Placed_ReadsBackForItsBuyerOnly) { WithStore(ExpectReadBack); }

Task<> ExpectFulfilment(Store& store) {
  const auto order = co_await store.Placed();
  const auto& part = order.parts[0];
  EXPECT_EQ(co_await store.ReasonOfMove(part, State::kAccepted, SellerId::New()), "NOT_FOUND");
  EXPECT_EQ(co_await store.ReasonOfMove(part, State::kShipped, part.seller), "ILLEGAL_TRANSITION");
  EXPECT_EQ(co_await store.ReasonOfMove(part, State::kAccepted, part.seller), "");
  EXPECT_EQ(co_await store.ReasonOfMove(part, State::kAccepted, part.seller), "ILLEGAL_TRANSITION");
  EXPECT_EQ(co_await store.ReasonOfMove(part, State::kShipped, part.seller), "");
  EXPECT_EQ(co_await store.ReasonOfMove(part, State::kDelivered, part.seller), "");
  const auto stock = co_await store.StockCommands(order.id);
  EXPECT_EQ(stock.size(), 1u);
  EXPECT_EQ(stock.at(0).consume().offer_ids(0), part.lines[0].offer.ToString());

  std::vector<SellerId> sellers = {part.seller};
  const auto mine = Scope::Sellers(sellers);
  const auto read = (co_await store.orders.FindPart(Soon(), part.id, mine)).value();
  EXPECT_EQ(read.carrier, "Royal Mail");
  EXPECT_EQ(read.address.city, "London");
  const auto whole = (co_await store.orders.Find(Soon(), order.id, Scope::Everything())).value();
  EXPECT_EQ(whole.CurrentState(), State::kPlaced);
  const auto history = (co_await store.orders.History(Soon(), order.id, mine)).value();
  EXPECT_EQ(history.size(), 5u);
  EXPECT_EQ((co_await store.orders.History(Soon(), order.id, Scope::Buyer(order.buyer))).value().size(), 7u);
  EXPECT_FALSE((co_await store.orders.History(Soon(), order.id, Scope::Buyer(AccountId::New()))).has_value());
}
TEST(Transitions, Seller_MovesItsOwnPartOnly) { WithStore(ExpectFulfilment); }

Task<> ExpectCancel(Store& store) {
  const auto order = co_await store.Placed();
  const auto operation = Uuid::NewV7();
  EXPECT_EQ(co_await store.Cancel(order, AccountId::New(), operation), "NOT_FOUND");
  std::vector<domain::SellerOrderId> first = {order.parts[0].id};
  EXPECT_EQ(co_await store.Cancel(order, order.buyer, operation, first), "");
  EXPECT_EQ(co_await store.Cancel(order, order.buyer, operation, first), "");
  const auto payment = co_await store.PaymentCommands(order.id);
  EXPECT_EQ(payment.size(), 2u);
  EXPECT_TRUE(payment.at(0).has_capture());
  EXPECT_EQ(payment.at(1).refund().seller_order_id(), first[0].ToString());
  const auto stock = co_await store.StockCommands(order.id);
  EXPECT_EQ(stock.size(), 1u);
  EXPECT_EQ(stock.at(0).release().offer_ids(0), order.parts[0].lines[0].offer.ToString());
  EXPECT_EQ(co_await store.Cancel(order, order.buyer, Uuid::NewV7(), first), "ILLEGAL_TRANSITION");
  EXPECT_EQ(co_await store.Cancel(order, order.buyer, Uuid::NewV7()), "");
  EXPECT_EQ((co_await store.PaymentCommands(order.id)).size(), 3u);
  EXPECT_EQ(co_await store.Cancel(order, order.buyer, Uuid::NewV7()), "ILLEGAL_TRANSITION");
  const auto read = (co_await store.orders.Find(Soon(), order.id, Scope::Everything())).value();
  EXPECT_EQ(read.CurrentState(), State::kCancelled);
}
TEST(Transitions, Cancel_IsOncePerPartAndRepeatable) { WithStore(ExpectCancel); }

// What the log tells of a part, or of the whole.
std::string ToldOf(const domain::SellerOrder& part) {
  return events::Told(SharedDatabase(), "seller_order/" + part.id.ToString());
}
std::string ToldOf(const domain::Order& order) {
  return events::Told(SharedDatabase(), "order/" + order.id.ToString());
}

Task<> ExpectEvents(Store& store) {
  const auto order = co_await store.Placed();
  const auto& shipped = order.parts[0];
  const auto& cancelled = order.parts[1];
  for (const auto to : {State::kAccepted, State::kShipped, State::kDelivered}) {
    co_await store.Move(shipped, to, shipped.seller);
    co_await store.ReasonOfMove(shipped, to, shipped.seller);  // refused: not told
  }
  const auto operation = Uuid::NewV7();
  std::vector<domain::SellerOrderId> named = {cancelled.id};
  for (int i = 0; i < 2; ++i) co_await store.Cancel(order, order.buyer, operation, named);
  EXPECT_EQ(ToldOf(order), "order.OrderPlaced 2");
  EXPECT_EQ(ToldOf(shipped),
            "order.SellerOrderPlaced 2, order.SellerOrderAccepted 3, order.SellerOrderShipped 4, "
            "order.SellerOrderDelivered 5");
  EXPECT_EQ(ToldOf(cancelled), "order.SellerOrderPlaced 2, order.SellerOrderCancelled 3");

  const auto placed =
      events::LastTold<api::order::OrderPlaced>(SharedDatabase(), "order/" + order.id.ToString());
  EXPECT_EQ(placed.total().amount(), order.total.minor);
  EXPECT_EQ(placed.parts_size(), 2);
  EXPECT_EQ(placed.parts(1).seller_order_id(), cancelled.id.ToString());
  const auto parcel = events::LastTold<api::order::SellerOrderShipped>(
      SharedDatabase(), "seller_order/" + shipped.id.ToString());
  EXPECT_EQ(parcel.carrier(), "Royal Mail");
  EXPECT_EQ(parcel.order_id(), order.id.ToString());
  const auto why = events::LastTold<api::order::SellerOrderCancelled>(
      SharedDatabase(), "seller_order/" + cancelled.id.ToString());
  EXPECT_EQ(why.reason(), "changed my mind");
  EXPECT_EQ(why.actor(), "buyer");
  EXPECT_EQ(SharedDatabase().Execute("SELECT count(*) FROM event WHERE buyer_id = '" +
                                     order.buyer.ToString() + "'"),
            "7");
  EXPECT_EQ(SharedDatabase().Execute("SELECT count(*) FROM event WHERE seller_id = '" +
                                     shipped.seller.ToString() + "'"),
            "4");
}
TEST(Events, EveryAct_IsTold) { WithStore(ExpectEvents); }

Task<> ExpectFailureTold(Store& store) {
  const auto order = AnOrder();
  const auto lease = co_await store.checkouts.Insert(Soon(), order, "");
  EXPECT_EQ(ToldOf(order), "");
  auto stale = *lease;
  ++stale.fence;
  bool lost = false;
  try {
    co_await store.checkouts.Fail(Soon(), stale, order, {.reason = "OUT_OF_STOCK", .details = {}}, {}, Now());
  } catch (const LostLease&) {
    lost = true;
  }
  EXPECT_TRUE(lost);
  EXPECT_EQ(ToldOf(order), "") << "whose lease is lost tells nothing";
  co_await store.checkouts.Fail(Soon(), *lease, order, {.reason = "OUT_OF_STOCK", .details = {}}, {}, Now());
  EXPECT_EQ(ToldOf(order), "order.OrderFailed 2");
  EXPECT_EQ(ToldOf(order.parts[0]), "");
  EXPECT_EQ(
      events::LastTold<api::order::OrderFailed>(SharedDatabase(), "order/" + order.id.ToString()).reason(),
      "OUT_OF_STOCK");
}
TEST(Events, AFailedOrder_IsTold) { WithStore(ExpectFailureTold); }

Task<> ExpectActOnRecord(Store& store) {
  const auto order = co_await store.Placed();
  const auto operation = Uuid::NewV7();
  auto act = audit::SomeAct();
  act.before.clear();
  act.after.clear();
  const Actor by_operator{"operator", AccountId::New(), act};
  for (int run = 1; run <= 2; ++run) {
    co_await store.transitions.Cancel(Soon(), order.id, Scope::Everything(), {order.parts[1].id}, by_operator,
                                      "fraud", operation, "", SystemClock().Now());
  }
  EXPECT_EQ(SharedDatabase().Execute(
                "SELECT string_agg(concat_ws(' ', target_type, before, after), ',') FROM audit_event"
                " WHERE target_id = '" +
                order.id.ToString() + "'"),
            "order {\"" + order.parts[1].id.ToString() + "\": \"PLACED\"} {\"" +
                order.parts[1].id.ToString() + "\": \"CANCELLED\"}");
}
TEST(Transitions, CancelByAnOperator_IsOnRecordOnce) { WithStore(ExpectActOnRecord); }

Task<> ExpectNoActOfABuyer(Store& store) {
  const auto order = co_await store.Placed();
  EXPECT_EQ(co_await store.Cancel(order, order.buyer, Uuid::NewV7()), "");
  EXPECT_EQ(SharedDatabase().Execute("SELECT count(*) FROM audit_event WHERE target_id = '" +
                                     order.id.ToString() + "'"),
            "0");
}
TEST(Transitions, CancelByTheBuyer_IsNoPrivilegedAct) { WithStore(ExpectNoActOfABuyer); }

Task<> ExpectPages(Store& store) {
  const auto first = co_await store.Placed();
  const auto page = co_await store.orders.ListOfBuyer(Soon(), first.buyer, std::nullopt, 10);
  EXPECT_EQ(page.size(), 1u);
  EXPECT_TRUE((co_await store.orders.ListOfBuyer(Soon(), first.buyer, first.id, 10)).empty());
  const auto seller = first.parts[1].seller;
  EXPECT_EQ((co_await store.orders.ListOfSeller(Soon(), seller, std::nullopt, std::nullopt, 10)).size(), 1u);
  EXPECT_EQ((co_await store.orders.ListOfSeller(Soon(), seller, State::kPlaced, std::nullopt, 10)).size(),
            1u);
  EXPECT_TRUE(
      (co_await store.orders.ListOfSeller(Soon(), seller, State::kShipped, std::nullopt, 10)).empty());
}
TEST(Orders, Lists_ArePagedAndFiltered) { WithStore(ExpectPages); }

Task<> ExpectAppendOnly(Store& store) {
  static constexpr postgres::Statement kRewrite{"test.rewrite",
                                                "UPDATE order_event SET reason = 'x' WHERE order_id = $1"};
  static constexpr postgres::Statement kDelete{"test.delete", "DELETE FROM order_event WHERE order_id = $1"};
  const auto order = co_await store.Placed();
  for (const auto& statement : {kRewrite, kDelete}) {
    bool refused = false;
    try {
      co_await store.database.Write(Soon(), statement, order.id);
    } catch (const postgres::SqlError&) {
      refused = true;
    }
    EXPECT_TRUE(refused) << statement.name;
  }
}
TEST(Orders, History_IsAppendOnly) { WithStore(ExpectAppendOnly); }

}  // namespace
}  // namespace market::order::storage
