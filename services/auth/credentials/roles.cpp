#include "services/auth/credentials/roles.hpp"

#include <algorithm>

namespace market::auth {

namespace options = marketplace::options::v1;

// Everybody who runs the marketplace may read what the roles let them do: it is what their pages show.
identity::Permissions Of(domain::Role role) {
  switch (role) {
    case domain::Role::kAdmin:  // all that a method lets operators do
      return {options::CATEGORIES_WRITE, options::SELLERS_READ,      options::SELLERS_APPROVE,
              options::SELLERS_SUSPEND,  options::SELLERS_CONTROL,   options::ORDERS_READ,
              options::ORDERS_CANCEL,    options::PAYMENTS_READ,     options::PAYMENTS_REFUND,
              options::LEDGER_READ,      options::ACCOUNTS_READ,     options::ACCOUNTS_DISABLE,
              options::ROLES_READ,       options::ROLES_GRANT,       options::API_KEYS_WRITE,
              options::AUDIT_READ,       options::MESSAGES_READ,     options::TERMS_WRITE,
              options::PRODUCTS_READ,    options::PRODUCTS_MODERATE, options::CONTENT_MODERATE,
              options::SEARCH_WRITE,     options::TAXES_WRITE,       options::COUPONS_WRITE,
              options::RETURNS_WRITE,    options::COMMISSIONS_WRITE, options::FINDINGS_WRITE,
              options::PAYOUTS_READ,     options::PAYOUTS_WRITE,     options::LEDGER_WRITE,
              options::DISPUTES_WRITE};
    case domain::Role::kSupport:
      return {options::ACCOUNTS_READ, options::ACCOUNTS_DISABLE, options::SELLERS_READ,
              options::ORDERS_READ,   options::ORDERS_CANCEL,    options::PAYMENTS_READ,
              options::AUDIT_READ,    options::MESSAGES_READ,    options::RETURNS_WRITE,
              options::ROLES_READ};
    case domain::Role::kFinance:
      return {options::ORDERS_READ,       options::PAYMENTS_READ,  options::PAYMENTS_REFUND,
              options::LEDGER_READ,       options::TAXES_WRITE,    options::COUPONS_WRITE,
              options::COMMISSIONS_WRITE, options::FINDINGS_WRITE, options::PAYOUTS_READ,
              options::PAYOUTS_WRITE,     options::LEDGER_WRITE,   options::DISPUTES_WRITE,
              options::ROLES_READ};
    case domain::Role::kModerator:
      return {options::CATEGORIES_WRITE, options::SELLERS_READ,      options::SELLERS_APPROVE,
              options::SELLERS_SUSPEND,  options::SELLERS_CONTROL,   options::MESSAGES_READ,
              options::PRODUCTS_READ,    options::PRODUCTS_MODERATE, options::CONTENT_MODERATE,
              options::SEARCH_WRITE,     options::ROLES_READ};
  }
  return {};
}

identity::Permissions Of(domain::MemberRole role) {
  switch (role) {
    case domain::MemberRole::kOwner:
      return {options::PRODUCTS_READ,   options::PRODUCTS_WRITE, options::OFFERS_WRITE,
              options::STOCK_ADJUST,    options::ORDERS_READ,    options::ORDERS_FULFIL,
              options::SELLERS_READ,    options::SELLERS_WRITE,  options::MEMBERS_WRITE,
              options::SELLERS_CONTROL, options::API_KEYS_WRITE, options::MESSAGES_READ,
              options::MESSAGES_WRITE,  options::REVIEWS_REPLY,  options::DELIVERY_WRITE,
              options::COUPONS_WRITE,   options::RETURNS_WRITE,  options::PAYOUTS_READ,
              options::PAYOUTS_WRITE,   options::DISPUTES_WRITE};
    case domain::MemberRole::kManager:
      return {options::PRODUCTS_READ,  options::PRODUCTS_WRITE, options::OFFERS_WRITE,
              options::STOCK_ADJUST,   options::ORDERS_READ,    options::ORDERS_FULFIL,
              options::SELLERS_READ,   options::SELLERS_WRITE,  options::MEMBERS_WRITE,
              options::MESSAGES_READ,  options::MESSAGES_WRITE, options::REVIEWS_REPLY,
              options::DELIVERY_WRITE, options::COUPONS_WRITE,  options::RETURNS_WRITE,
              options::PAYOUTS_READ,   options::DISPUTES_WRITE};
    case domain::MemberRole::kStaff:
      return {options::PRODUCTS_READ,  options::STOCK_ADJUST, options::ORDERS_READ,
              options::ORDERS_FULFIL,  options::SELLERS_READ, options::MESSAGES_READ,
              options::MESSAGES_WRITE, options::RETURNS_WRITE};
  }
  return {};
}

identity::Permissions Everywhere(const domain::Account& account) {
  identity::Permissions all;
  for (const auto role : account.roles) all |= Of(role);
  return all;
}

identity::Permissions Within(const domain::Account& account, SellerId seller) {
  const auto membership = std::ranges::find(account.sellers, seller, &domain::Membership::seller);
  return membership == account.sellers.end() ? identity::Permissions() : Of(membership->role);
}

identity::Permissions ForPeopleAlone() { return {options::ROLES_GRANT, options::API_KEYS_WRITE}; }

}  // namespace market::auth
