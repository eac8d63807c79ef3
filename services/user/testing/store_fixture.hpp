// For the tests of user's storage: a database of its own, and sellers to keep in it.
#pragma once
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "platform/audit/testing/some_act.hpp"
#include "platform/testing/run_loop.hpp"
#include "platform/testing/temporary_database.hpp"
#include "services/user/migrations.hpp"
#include "services/user/storage/sellers.hpp"

namespace market::user::storage {

using testing::Soon;

class StoreFixture : public ::testing::Test {
 protected:
  // Runs `body(database)` on an open database.
  template <class Body>
  void Run(Body body) {
    testing::RunLoop([&](boost::asio::io_context& io) -> Task<> {
      postgres::Database database(io, temporary_.Options());
      co_await database.Open(Soon());
      co_await body(database);
      co_await database.Close(Soon());
    });
  }

  static domain::Seller Seller(AccountId opened_by, std::string slug, domain::SellerState state) {
    domain::Seller seller{.id = SellerId::New(),
                          .opened_by = opened_by,
                          .slug = std::move(slug),
                          .country_code = "GB",
                          .state = state,
                          .presentation = {}};
    seller.presentation.display_name = "Analytical Engines";
    return seller;
  }
  // Opened by that account.
  static Task<SellerId> Open(postgres::Database& database, AccountId owner, std::string slug = "engines") {
    const auto seller = Seller(owner, std::move(slug), domain::SellerState::kActive);
    co_await Sellers(database).Open(Soon(), seller, "");
    co_return seller.id;
  }

  std::string Sql(const std::string& text) { return temporary_.Execute(text); }

  testing::TemporaryDatabase temporary_{kMigrations};
};

}  // namespace market::user::storage
