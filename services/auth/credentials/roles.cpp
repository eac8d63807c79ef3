#include "services/auth/credentials/roles.hpp"

#include <map>

#include "services/auth/domain/account.hpp"

namespace market::auth {
namespace {

namespace options = marketplace::options::v1;

using Table = std::map<std::string_view, identity::Permissions>;

const Table kAccountRoles = {
    {domain::kOperator,
     {options::CATEGORIES_WRITE, options::SELLERS_APPROVE, options::ORDERS_READ, options::ORDERS_CANCEL,
      options::PAYMENTS_READ, options::LEDGER_READ}},
};

const Table kMemberRoles = {
    {domain::kOwner,
     {options::PRODUCTS_READ, options::PRODUCTS_WRITE, options::OFFERS_WRITE, options::STOCK_ADJUST,
      options::ORDERS_READ, options::ORDERS_FULFIL}},
};

identity::Permissions Of(const Table& table, std::string_view role) {
  const auto found = table.find(role);
  return found == table.end() ? identity::Permissions() : found->second;
}

}  // namespace

identity::Permissions OfAccountRole(std::string_view role) { return Of(kAccountRoles, role); }
identity::Permissions OfMemberRole(std::string_view role) { return Of(kMemberRoles, role); }

}  // namespace market::auth
