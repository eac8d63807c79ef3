#include "tools/marketctl/schemas.hpp"

#include <algorithm>
#include <array>

#include "sandbox/migrations.hpp"
#include "services/auth/migrations.hpp"
#include "services/order/migrations.hpp"
#include "services/payment/migrations.hpp"
#include "services/product/migrations.hpp"
#include "services/user/migrations.hpp"

namespace market::marketctl {
namespace {

constexpr std::array kSchemas = {
    Schema{"auth", auth::kMigrations},       Schema{"user", user::kMigrations},
    Schema{"product", product::kMigrations}, Schema{"order", order::kMigrations},
    Schema{"payment", payment::kMigrations}, Schema{"sandbox", sandbox::kMigrations}};

}  // namespace

std::span<const Schema> Schemas() { return kSchemas; }

const Schema* FindSchema(std::string_view database) {
  const auto at = std::ranges::find(kSchemas, database, &Schema::database);
  return at == kSchemas.end() ? nullptr : &*at;
}

}  // namespace market::marketctl
