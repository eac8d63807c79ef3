#include "services/order/storage/personal_data.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "services/order/storage/returns.hpp"
#include "services/order/testing/moving_store.hpp"

namespace market::order::storage {
namespace {

using domain::State;
using testing::AnOrder;
using testing::MovingStore;
using testing::ReasonOf;
using testing::Soon;
using testing::Sql;
using testing::WithStore;
using Erased = PersonalData::Erased;

std::string Whole() {
  std::string all;
  for (const auto* table : {"orders", "seller_order", "order_line", "order_event", "checkout",
                            "idempotency_key", "outbox", "event", "audit_event", "cart", "cart_item", "wish",
                            "order_return", "order_return_line", "order_return_step"}) {
    all += Sql("SELECT coalesce(string_agg(to_jsonb(t)::text, ' '), '') FROM " + std::string(table) + " t");
  }
  return all;
}

domain::Order OrderOf(AccountId buyer, const std::string& recipient) {
  auto order = AnOrder();
  order.buyer = buyer;
  order.address.recipient = recipient;
  order.address.lines = {recipient + " street"};
  order.address.city = recipient + " town";
  order.address.postal_code = "SW1";
  order.address.phone = "+441";
  return order;
}

// Of one unit of its first line; it ends.
Task<> SendBack(MovingStore& store, const domain::Order& order, const std::string& recipient) {
  Returns returns(store.database, std::chrono::hours(24));
  const auto& part = order.parts[0];
  const auto asked = co_await returns.Request(Soon(),
                                              {.id = domain::ReturnId::New(),
                                               .order = order.id,
                                               .part = part.id,
                                               .units = {{part.lines[0].id, 1}},
                                               .text = recipient + " broke it",
                                               .pictures = {"1 2 3 4 5 box of " + recipient}},
                                              order.buyer, testing::Now());
  PersonalData personal_data(store.database);
  EXPECT_EQ(co_await personal_data.CountOpen(Soon(), order.buyer), 1) << "it is to come back";
  const auto move = [&](ReturnMove to) -> Task<> {
    co_await returns.Move(Soon(), asked.id, Scope::Everything(), std::move(to), Uuid::NewV7(), "",
                          testing::Now());
  };
  co_await move({.to = domain::ReturnState::kApproved});
  co_await move({.to = domain::ReturnState::kInTransit, .shipment = Shipment{"Post", recipient + " 7"}});
  co_await move({.to = domain::ReturnState::kReceived});
  co_await move({.to = domain::ReturnState::kRejected, .rejected_reason = recipient + " used it"});
}

// One that has arrived, one that was cancelled, with kept answers of the buyer and of a shop.
Task<std::vector<domain::Order>> Bought(MovingStore& store, AccountId buyer, const std::string& recipient) {
  auto arrived = co_await store.Placed(OrderOf(buyer, recipient));
  for (const auto& part : arrived.parts) {
    for (const auto to : {State::kAccepted, State::kShipped, State::kDelivered}) {
      co_await store.Move(part, to, part.seller);
    }
  }
  co_await SendBack(store, arrived, recipient);
  auto cancelled = co_await store.Placed(OrderOf(buyer, recipient));
  EXPECT_EQ(co_await store.Cancel(cancelled, buyer, Uuid::NewV7()), "");
  Sql("INSERT INTO idempotency_key (principal, method, key, fingerprint, operation_id, fence, leased_until, "
      "expires_at, answer) "
      "SELECT gen_random_uuid(), 'accept', '" +
      recipient.substr(0, 1) +
      "', '', operation_id, 1, market_now(), "
      "market_now() + interval '1 hour', 'to " +
      recipient + "' FROM order_event WHERE order_id = '" + arrived.id.ToString() +
      "' AND to_state = 'ACCEPTED'");
  co_return std::vector{arrived, cancelled};
}

TEST(OrderPersonalData, IsTold_ThenErased_AndTheBooksStay) {
  WithStore<MovingStore>([](MovingStore& store) -> Task<> {
    PersonalData personal_data(store.database);
    const auto buyer = AccountId::New();
    const auto orders = co_await Bought(store, buyer, "Babbage");
    const auto other = AccountId::New();
    const auto others = co_await Bought(store, other, "Lovelace");
    for (const auto& [account, coupon] :
         {std::pair(buyer, "Babbage coupon"), std::pair(other, "Lovelace coupon")}) {
      Sql("WITH c AS (INSERT INTO cart (id, account_id, currency, coupon_codes) VALUES (gen_random_uuid(), "
          "'" +
          account.ToString() + "', 'EUR', ARRAY['" + coupon +
          "']) RETURNING id) INSERT INTO cart_item (cart_id, offer_id, quantity) "
          "SELECT id, gen_random_uuid(), 2 FROM c");
      Sql("INSERT INTO wish (account_id, offer_id, currency) VALUES ('" + account.ToString() +
          "', gen_random_uuid(), '')");
    }

    market::personal_data::Request ask;
    ask.set_account_id(buyer.ToString());
    std::map<std::string, int> kinds;
    std::string told;
    for (const auto& record : co_await personal_data.Export(Soon(), ask)) {
      ++kinds[record.kind];
      for (const auto& value : record.values) told += value + '\n';
    }
    EXPECT_EQ(kinds, (std::map<std::string, int>{{"order", 2},
                                                 {"seller order", 4},
                                                 {"parcel", 2},
                                                 {"order line", 4},
                                                 {"order event", 16},
                                                 {"return", 1},
                                                 {"return line", 1},
                                                 {"return step", 5},
                                                 {"cart", 1},
                                                 {"cart item", 1},
                                                 {"wish", 1}}));
    for (const auto* word :
         {"Babbage street", "Babbage town", "RM1", "changed my mind", "+441", "Babbage coupon",
          "Babbage broke it", "box of Babbage", "Babbage 7", "Babbage used it"}) {
      EXPECT_NE(told.find(word), std::string::npos) << word;
    }
    EXPECT_EQ(told.find("Lovelace"), std::string::npos);

    const auto books =
        "SELECT string_agg(concat_ws(' ', o.id, o.number, o.total_minor, o.country_code, s.state, "
        "s.total_minor, l.title, l.total_minor), ',' ORDER BY l.id) FROM orders o JOIN seller_order s "
        "ON s.order_id = o.id JOIN order_line l ON l.seller_order_id = s.id";
    const auto before = Sql(books);
    EXPECT_EQ(co_await personal_data.CountOpen(Soon(), buyer), 0);
    EXPECT_EQ(co_await personal_data.Erase(Soon(), buyer), Erased::kDone);
    EXPECT_EQ(Sql(books), before);
    const auto left = Whole();
    EXPECT_EQ(left.find("Babbage"), std::string::npos);
    EXPECT_NE(left.find("Lovelace street"), std::string::npos);
    const auto kept = [](AccountId account) {
      return Sql(
          "SELECT (SELECT count(*) FROM cart WHERE account_id = a) || ' ' || "
          "(SELECT count(*) FROM wish WHERE account_id = a) FROM (SELECT '" +
          account.ToString() + "'::uuid AS a) AS who");
    };
    EXPECT_EQ(kept(buyer), "0 0");
    EXPECT_EQ(kept(other), "1 1");
    EXPECT_EQ(
        Sql("SELECT count(*) FROM order_event e JOIN orders o ON o.id = e.order_id WHERE o.buyer_id = '" +
            buyer.ToString() + "' AND e.reason <> '' AND e.actor <> 'system'"),
        "0");
    EXPECT_EQ(Sql("SELECT string_agg(key || ' ' || coalesce(convert_from(answer, 'UTF8'), 'asked again'), ', "
                  "' ORDER BY key) "
                  "FROM (SELECT DISTINCT key, answer FROM idempotency_key WHERE method = 'accept') k"),
              "B asked again, L to Lovelace");
    const auto read = co_await store.Read(orders[0]);
    EXPECT_EQ(read.address.recipient, "erased");
    EXPECT_EQ(read.parts.at(0).parcels.at(0).tracking_number, "");
    const auto whole = Whole();
    EXPECT_EQ(co_await personal_data.Erase(Soon(), buyer), Erased::kDone);
    EXPECT_EQ(Whole(), whole) << "once more changes nothing and leaves no act";
  });
}

TEST(OrderPersonalData, WhileAnOrderIsOpen_NothingIsErased) {
  WithStore<MovingStore>([](MovingStore& store) -> Task<> {
    PersonalData personal_data(store.database);
    const auto buyer = AccountId::New();
    auto order = OrderOf(buyer, "Ada");
    const auto lease = co_await testing::Insert(store.checkouts, order);
    EXPECT_EQ(co_await personal_data.Erase(Soon(), buyer), Erased::kOrdersOpen) << "its checkout runs";
    co_await store.checkouts.Place(
        Soon(), *lease, order,
        {.state = domain::PaymentState::kAuthorized, .authorized_minor = order.total.minor}, testing::Now());
    for (const auto to : {State::kAccepted, State::kShipped, State::kDelivered}) {
      EXPECT_EQ(co_await personal_data.CountOpen(Soon(), buyer), 1);
      EXPECT_EQ(co_await personal_data.Erase(Soon(), buyer), Erased::kOrdersOpen);
      for (const auto& part : order.parts) co_await store.Move(part, to, part.seller);
    }
    EXPECT_EQ((co_await store.Read(order)).address.recipient, "Ada");
    EXPECT_EQ(co_await personal_data.Erase(Soon(), buyer), Erased::kDone);
    EXPECT_EQ((co_await store.Read(order)).address.recipient, "erased");
  });
}

TEST(OrderPersonalData, TheHistory_LosesWordsAndNothingElse) {
  WithStore<MovingStore>([](MovingStore& store) -> Task<> {
    const auto order = co_await store.Placed();
    const auto change = [&](const std::string& what) {
      Sql("UPDATE order_event SET " + what + " WHERE order_id = '" + order.id.ToString() + "'");
    };
    for (const auto* what : {"reason = 'another'", "at = market_now()", "reason = '', actor = 'operator'"}) {
      EXPECT_ANY_THROW(change(what)) << what;
    }
    EXPECT_ANY_THROW(Sql("DELETE FROM order_event"));
    change("reason = ''");
  });
}

}  // namespace
}  // namespace market::order::storage
