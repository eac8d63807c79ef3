#include "tools/marketctl/schemas.hpp"

#include <algorithm>
#include <array>

#include "sandbox/schema.hpp"
#include "services/auth/schema.hpp"
#include "services/order/schema.hpp"
#include "services/payment/schema.hpp"
#include "services/product/schema.hpp"
#include "services/user/schema.hpp"

namespace market::marketctl {
namespace {

constexpr std::array kSchemas = {Schema{"auth", auth::kSchema},       Schema{"user", user::kSchema},
                                 Schema{"product", product::kSchema}, Schema{"order", order::kSchema},
                                 Schema{"payment", payment::kSchema}, Schema{"sandbox", sandbox::kSchema}};

}  // namespace

std::span<const Schema> Schemas() { return kSchemas; }

const Schema* FindSchema(std::string_view database) {
  const auto at = std::ranges::find(kSchemas, database, &Schema::database);
  return at == kSchemas.end() ? nullptr : &*at;
}

}  // namespace market::marketctl
