#include "tools/marketctl/migrations.hpp"

#include <algorithm>
#include <array>

#include "sandbox/migrations.hpp"
#include "services/auth/migrations.hpp"
#include "services/notification/migrations.hpp"
#include "services/order/migrations.hpp"
#include "services/payment/migrations.hpp"
#include "services/product/migrations.hpp"
#include "services/user/migrations.hpp"

namespace market::marketctl {
namespace {

constexpr std::array kAll = {DatabaseMigrations{"auth", auth::kMigrations},
                             DatabaseMigrations{"user", user::kMigrations},
                             DatabaseMigrations{"product", product::kMigrations},
                             DatabaseMigrations{"order", order::kMigrations},
                             DatabaseMigrations{"payment", payment::kMigrations},
                             DatabaseMigrations{"notification", notification::kMigrations},
                             DatabaseMigrations{"sandbox", sandbox::kMigrations}};

}  // namespace

std::span<const DatabaseMigrations> AllMigrations() { return kAll; }

const DatabaseMigrations* FindMigrations(std::string_view database) {
  const auto at = std::ranges::find(kAll, database, &DatabaseMigrations::database);
  return at == kAll.end() ? nullptr : &*at;
}

}  // namespace market::marketctl
