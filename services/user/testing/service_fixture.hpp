// For the tests of user's operations: the service on a database of its own, with an auth that is not there.
#pragma once
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "platform/pictures/testing/memory_store.hpp"
#include "platform/testing/run_loop.hpp"
#include "platform/testing/temporary_database.hpp"
#include "services/user/api/user_service.hpp"
#include "services/user/migrations.hpp"
#include "services/user/testing/fake_auth.hpp"

namespace market::user {

using testing::Soon;

class ServiceFixture : public ::testing::Test {
 protected:
  void Run(std::function<Task<>(UserService&)> body) {
    testing::RunLoop([&](boost::asio::io_context& io) -> Task<> {
      postgres::Database database(io, temporary_.Options());
      co_await database.Open(Soon());
      storage::Profiles profiles(database);
      storage::Addresses addresses(database);
      storage::Sellers sellers(database);
      storage::Members members(database);
      storage::Invitations invitations(database);
      storage::InvitationTokens tokens;
      tokens.Use("secret");
      events::Log log(database, {});
      storage::Pictures pictures(database, pictures_max_);
      storage::PersonalData personal_data(database, pictures);
      uploads::Uploads uploads(database, {.name = "user"});
      PictureMaker picture_maker(pictures, &picture_store_, {.place = PicturePlace::kPeople});
      UserService service({profiles, addresses, sellers, members, invitations, tokens,
                           domain::kInvitationLifetime, log, auth_, approval_, sellers_need_, pages_,
                           metrics_, [this] { ++outbox_wakes_; }, personal_data, pictures, picture_maker,
                           uploads});
      co_await body(service);
      co_await database.Close(Soon());
    });
  }

  // A call of one account, under one operation id.
  struct Call {
    explicit Call(AccountId account, std::string_view method = "ApproveSeller", rpc::Reach reach = {},
                  std::vector<identity::Membership> sellers = {})
        : context(Soon()) {
      rpc::CallContextBuilder(context)
          .Caller({.account = account,
                   .session = Uuid::NewV7(),
                   .permissions = {},
                   .sellers = std::move(sellers)})
          .OperationId(Uuid::NewV7())
          .Method(api::UserMethods().Find(method))
          .Reach(std::move(reach));
    }
    operator CallContext&() { return context; }
    CallContext context;
  };
  // Of a member whose role grants these.
  static Call ByMember(AccountId account, const std::string& seller, const identity::Permissions& permissions,
                       std::string_view method) {
    const auto id = SellerId::From(seller);
    return Call(account, method, {.everything = false, .sellers = {id}}, {{id, permissions}});
  }
  static Call ByOperator(std::string_view method) {
    return Call(AccountId::New(), method, {.everything = true, .sellers = {}});
  }

  // The reason `task` is refused with, and its first field; "" when it is not.
  template <class T>
  static Task<std::string> Refusal(Task<T> task) {
    try {
      co_await std::move(task);
      co_return "";
    } catch (const Error& error) {
      co_return error.fields.empty() ? error.reason : error.reason + " " + error.fields[0].field;
    }
  }

  static api::user::OpenSellerRequest NewSeller(std::string slug) {
    api::user::OpenSellerRequest request;
    request.set_display_name("Analytical Engines");
    request.set_slug(std::move(slug));
    request.set_country_code("GB");
    return request;
  }

  testing::TemporaryDatabase temporary_{kMigrations};
  FakeAuth auth_;
  pictures::MemoryStore picture_store_;
  std::int64_t pictures_max_ = 500;
  telemetry::Metrics registry_;
  Metrics metrics_{registry_};
  rpc::PageTokens pages_{"secret"};
  domain::Approval approval_ = domain::Approval::kAutomatic;
  identity::PeopleNeed sellers_need_ = identity::PeopleNeed::kNothing;
  int outbox_wakes_ = 0;
};

}  // namespace market::user
