#include "services/order/process/rate_table.hpp"

#include <chrono>

namespace market::order {
namespace {

constexpr std::chrono::seconds kReadLimit{5};

}  // namespace

Task<> RateTable::CatchUp() {
  if (taxing_ == Taxing::kOff) co_return;
  known_ = co_await rates_.All(Work(runtime::After(kReadLimit)));
}

// A seller that order does not know is not registered, as far as anybody can say.
domain::TaxTerm RateTable::TermOf(const Supply& supply, const Supply::Good& good) const {
  if (taxing_ == Taxing::kOff) return {.none = domain::NoTax::kNotCharged};
  if (!sellers_.IsVatRegistered(supply.seller)) return {.none = domain::NoTax::kNotRegistered};
  return domain::TermFor(known_, supply.to, good.tax_class, clock_.Now());
}

Task<std::vector<SupplyTaxes>> RateTable::Judge(CallContext&, std::vector<Supply> supplies) {
  std::vector<SupplyTaxes> answers;
  for (const auto& supply : supplies) {
    auto& answer = answers.emplace_back();
    std::vector<domain::Taxed> taxed;
    for (const auto& good : supply.goods) {
      answer.goods.push_back(TermOf(supply, good));
      taxed.push_back({good.value_minor, answer.goods.back()});
    }
    answer.delivery = domain::DeliveryTermOf(taxed);
  }
  co_return answers;
}

}  // namespace market::order
