#include "services/auth/credentials/roles.hpp"

namespace market::auth {

namespace options = marketplace::options::v1;

identity::Permissions Of(domain::Role role) {
  switch (role) {
    case domain::Role::kOperator:
      return {options::CATEGORIES_WRITE, options::SELLERS_APPROVE, options::SELLERS_READ,
              options::SELLERS_CONTROL,  options::SELLERS_SUSPEND, options::ORDERS_READ,
              options::ORDERS_CANCEL,    options::PAYMENTS_READ,   options::PAYMENTS_REFUND,
              options::LEDGER_READ};
  }
  return {};
}

identity::Permissions Of(domain::MemberRole role) {
  switch (role) {
    case domain::MemberRole::kOwner:
      return {options::PRODUCTS_READ, options::PRODUCTS_WRITE, options::OFFERS_WRITE, options::STOCK_ADJUST,
              options::ORDERS_READ,   options::ORDERS_FULFIL,  options::SELLERS_READ, options::SELLERS_WRITE,
              options::MEMBERS_WRITE, options::SELLERS_CONTROL};
    case domain::MemberRole::kManager:
      return {options::PRODUCTS_READ, options::PRODUCTS_WRITE, options::OFFERS_WRITE,
              options::STOCK_ADJUST,  options::ORDERS_READ,    options::ORDERS_FULFIL,
              options::SELLERS_READ,  options::SELLERS_WRITE,  options::MEMBERS_WRITE};
    case domain::MemberRole::kStaff:
      return {options::PRODUCTS_READ, options::STOCK_ADJUST, options::ORDERS_READ, options::ORDERS_FULFIL,
              options::SELLERS_READ};
  }
  return {};
}

}  // namespace market::auth
