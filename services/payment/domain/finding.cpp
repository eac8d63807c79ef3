#include "services/payment/domain/finding.hpp"

#include "platform/core/error.hpp"

namespace market::payment::domain {
namespace {

bool IsOfSellers(LedgerAccount account) {
  using enum LedgerAccount;
  return account == kSellerPending || account == kSellerAvailable || account == kSellerReserve ||
         account == kPayoutClearing;
}

void RequireOwner(const Adjustment::Side& side, const std::string& field) {
  if (IsOfSellers(side.account) == side.owner.has_value()) return;
  throw side.owner ? InvalidArgument(field, "NOT_ALLOWED", "the account is the marketplace's own")
                   : InvalidArgument(field, "REQUIRED", "the account is a seller's; say whose");
}

}  // namespace

void RequireBookable(const Adjustment& adjustment, Currency currency) {
  RequireOwner(adjustment.debit, "adjustment.debitSellerId");
  RequireOwner(adjustment.credit, "adjustment.creditSellerId");
  if (adjustment.debit.account == adjustment.credit.account &&
      adjustment.debit.owner == adjustment.credit.owner) {
    throw InvalidArgument("adjustment.creditAccount", "DUPLICATE", "must be another account");
  }
  if (adjustment.amount.currency != currency) {
    throw InvalidArgument("adjustment.amount.currency", "MIXED_CURRENCIES", "must be the finding's currency");
  }
}

}  // namespace market::payment::domain
