// Rates of tax, kept by operators.
#include "services/order/storage/tax_rates.hpp"

#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "platform/conversions/conversions.hpp"
#include "platform/core/error.hpp"
#include "platform/rpc/act.hpp"
#include "platform/rpc/page.hpp"
#include "services/order/api/convert.hpp"
#include "services/order/api/order_service.hpp"

namespace market::order {

Task<api::order::TaxRate> OrderService::CreateTaxRate(CallContext& call,
                                                      api::order::CreateTaxRateRequest request) {
  auto rate = RateFrom(domain::TaxRateId(call.OperationId()), request.tax_rate());
  if (rate.valid_from && rate.valid_until && *rate.valid_until <= *rate.valid_from)
    throw InvalidArgument("taxRate.validUntil", "OUT_OF_RANGE", "is not after the rate begins");
  co_return ToProto(co_await deps_.tax_rates.Create(call, std::move(rate), rpc::ActOf(call)));
}

Task<api::order::ListTaxRatesResponse> OrderService::ListTaxRates(CallContext& call,
                                                                  api::order::ListTaxRatesRequest request) {
  const auto filter = "tax_rates|" + request.country_code();
  const int size = rpc::PageSize(request.page_size());
  std::optional<storage::TaxRates::Position> after;
  using Text = std::string;
  if (auto at = deps_.pages.Decode<Text, Text, Text, domain::TaxRateId>(filter, request.page_token())) {
    auto& [country, region, tax_class, id] = *at;
    after = {std::move(country), std::move(region), std::move(tax_class), id};
  }
  auto rates = co_await deps_.tax_rates.List(call, request.country_code(), std::move(after), size + 1);
  api::order::ListTaxRatesResponse response;
  const auto kept = rpc::FillPage(*response.mutable_tax_rates(), size, rates,
                                  [](const domain::TaxRate& rate) { return ToProto(rate); });
  if (kept < rates.size()) {
    const auto& last = rates[kept - 1];
    response.set_next_page_token(
        deps_.pages.Encode(filter, last.country, last.region, last.tax_class, last.id));
  }
  co_return response;
}

Task<api::order::TaxRate> OrderService::EndTaxRate(CallContext& call, api::order::EndTaxRateRequest request) {
  const auto until = conversions::TimeFrom(request.valid_until(), "validUntil");
  co_return ToProto(co_await deps_.tax_rates.End(call, domain::TaxRateId::From(request.tax_rate_id()), until,
                                                 rpc::ActOf(call, request.reason())));
}

}  // namespace market::order
