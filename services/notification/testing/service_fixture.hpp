// For the tests of notification's operations: the service on a database of its own, with an auth that is not
// there.
#pragma once
#include <functional>
#include <set>
#include <string>

#include "services/notification/api/notification_service.hpp"
#include "services/notification/testing/fake_auth.hpp"
#include "services/notification/testing/fake_shops.hpp"
#include "services/notification/testing/store_fixture.hpp"

namespace market::notification {

class ServiceFixture : public StoreFixture {
 protected:
  void RunService(std::function<Task<>(NotificationService&)> body) {
    Run([&](postgres::Database& database) -> Task<> {
      storage::Notifications notifications(database);
      storage::PersonalData personal_data(database);
      Telling telling(notifications);
      telling.Connect(auth_);
      storage::Conversations conversations(database, limits_);
      storage::TermsStore terms(database);
      storage::LiveEvents live_events(database);
      telemetry::Metrics registry;
      Metrics metrics(registry);
      Live live(
          live_events, metrics,
          [this](std::string token, runtime::Deadline) -> Task<bool> { co_return !ended_.contains(token); },
          live_options_);
      live_ = &live;
      Counterparts counterparts;
      counterparts.Connect({auth_, users_, products_, orders_});
      NotificationService service({notifications, telling, tokens_, pages_, [this] { ++outbox_wakes_; },
                                   personal_data, conversations, counterparts, terms, live,
                                   [this] { ++live_wakes_; }});
      tokens_.Use("secret");
      co_await body(service);
    });
  }

  // A call of one account.
  struct Call {
    explicit Call(AccountId account, rpc::Reach reach = {}, std::string_view method = "ListConversations",
                  identity::Bearer bearer = identity::Bearer::kPerson)
        : context(Soon()) {
      rpc::CallContextBuilder(context)
          .Caller({.account = account,
                   .session = Uuid::NewV7(),
                   .permissions = {},
                   .sellers = {},
                   .bearer = bearer})
          .OperationId(Uuid::NewV7())
          .Method(api::NotificationMethods().Find(method))
          .Token("Bearer " + account.ToString())
          .Reach(std::move(reach));
    }
    operator CallContext&() { return context; }
    CallContext context;
  };
  // Of one who acts for a shop, and of an operator.
  static Call For(SellerId seller, AccountId account) {
    return Call(account, {.everything = false, .sellers = {seller}});
  }
  static Call ByOperator(std::string_view method) {
    return Call(AccountId::New(), {.everything = true, .sellers = {}}, method);
  }

  FakeAuth auth_;
  FakeUsers users_;
  FakeProducts products_;
  FakeOrders orders_;
  storage::Conversations::Limits limits_{.messages = {.count = 60, .window = std::chrono::hours(1)},
                                         .conversations = {.count = 20, .window = std::chrono::days(1)}};
  storage::UnsubscribeTokens tokens_;
  rpc::PageTokens pages_{"secret"};
  int outbox_wakes_ = 0;
  int live_wakes_ = 0;
  Live::Options live_options_;
  Live* live_ = nullptr;         // of the service that runs
  std::set<std::string> ended_;  // tokens
};

}  // namespace market::notification
