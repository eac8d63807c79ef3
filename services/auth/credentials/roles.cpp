#include "services/auth/credentials/roles.hpp"

namespace market::auth {

namespace options = marketplace::options::v1;

identity::Permissions Of(domain::Role role) {
  switch (role) {
    case domain::Role::kOperator:
      return {options::CATEGORIES_WRITE, options::SELLERS_APPROVE, options::ORDERS_READ,
              options::ORDERS_CANCEL,    options::PAYMENTS_READ,   options::PAYMENTS_REFUND,
              options::LEDGER_READ};
  }
  return {};
}

identity::Permissions Of(domain::MemberRole role) {
  switch (role) {
    case domain::MemberRole::kOwner:
      return {options::PRODUCTS_READ, options::PRODUCTS_WRITE, options::OFFERS_WRITE,
              options::STOCK_ADJUST,  options::ORDERS_READ,    options::ORDERS_FULFIL};
  }
  return {};
}

}  // namespace market::auth
