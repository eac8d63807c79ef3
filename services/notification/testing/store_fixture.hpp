// For the tests of notification's storage and of what uses it: a database of its own, and events to act upon.
#pragma once
#include <gtest/gtest.h>

#include <string>

#include "platform/events/event.hpp"
#include "platform/testing/run_loop.hpp"
#include "platform/testing/temporary_database.hpp"
#include "services/notification/migrations.hpp"
#include "services/notification/storage/live_events.hpp"
#include "services/notification/storage/notifications.hpp"

namespace market::notification {

using testing::Soon;

class StoreFixture : public ::testing::Test {
 protected:
  // Runs `body(database)` on an open database.
  template <class Body>
  void Run(Body body) {
    testing::RunLoop([&](boost::asio::io_context& io) -> Task<> {
      postgres::Database database(io, temporary_.Options());
      co_await database.Open(Soon());
      co_await storage::LiveEvents(database).Settle(Soon());
      co_await body(database);
      co_await database.Close(Soon());
    });
  }

  // As a service tells of it.
  static events::Event EventOf(const google::protobuf::Message& what, std::string buyer = "",
                               std::string seller = "") {
    events::Event event;
    event.set_id(Uuid::NewV7().ToString());
    const auto type = events::TypeOf(*what.GetDescriptor());
    event.set_type(type.name);
    event.set_version(type.version);
    event.set_buyer_id(std::move(buyer));
    event.set_seller_id(std::move(seller));
    event.set_payload(what.SerializeAsString());
    return event;
  }
  static events::Event AnyEvent() {
    events::Event event;
    event.set_id(Uuid::NewV7().ToString());
    return event;
  }

  static domain::News Shipped(std::string number) {
    return {.kind = domain::Kind::kParcelShipped,
            .facts = {.title = std::move(number),
                      .order = Uuid::NewV7(),
                      .seller_order = Uuid::NewV7(),
                      .seller = SellerId::New(),
                      .amount = Money{.minor = 1999, .currency = Currency::Parse("EUR")}}};
  }

  // Until all live events are for readers: a transaction of another database of the server may hold them up.
  Task<> Settled() {
    co_await testing::Eventually([this] {
      return Sql("SELECT count(*) FROM live_news WHERE xid >= pg_snapshot_xmin(pg_current_snapshot())") ==
             "0";
    });
  }

  std::string Sql(const std::string& text) { return temporary_.Execute(text); }
  // The kinds of the mails that wait, in their order.
  std::string WaitingMails() { return Sql("SELECT count(*) FROM outbox WHERE topic = 'mail'"); }

  testing::TemporaryDatabase temporary_{kMigrations};
};

}  // namespace market::notification
