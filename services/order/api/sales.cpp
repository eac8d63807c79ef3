#include <chrono>
#include <string>

#include "platform/conversions/conversions.hpp"
#include "services/order/api/order_service.hpp"

namespace market::order {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

constexpr days kDaysMax{92};    // three months
constexpr days kDaysUsual{29};  // before the last one

// Of ten signs, which the contract holds it to. Throws Error INVALID_ARGUMENT for a day that no calendar has.
sys_days DayFrom(const std::string& text, const char* field) {
  const std::chrono::year_month_day date(
      std::chrono::year(std::stoi(text.substr(0, 4))),
      std::chrono::month(static_cast<unsigned>(std::stoi(text.substr(5, 2)))),
      std::chrono::day(static_cast<unsigned>(std::stoi(text.substr(8, 2)))));
  if (!date.ok() || date.year() < std::chrono::year(1970)) {
    throw InvalidArgument(field, "OUT_OF_RANGE", "must be a day, such as 2026-11-30");
  }
  return date;
}

std::string TextOf(sys_days day) {
  const std::chrono::year_month_day date(day);
  const auto two = [](unsigned number) {
    return std::string(number < 10 ? "-0" : "-") + std::to_string(number);
  };
  return std::to_string(static_cast<int>(date.year())) + two(static_cast<unsigned>(date.month())) +
         two(static_cast<unsigned>(date.day()));
}

void FillDay(api::order::SalesOfDay& out, const storage::SalesOfDay& sold, const Currency& currency) {
  const auto money = [&](std::int64_t minor) { return conversions::ToProto(Money{minor, currency}); };
  out.set_date(TextOf(sold.day));
  out.set_orders(sold.orders);
  out.set_units(sold.units);
  *out.mutable_gross() = money(sold.gross_minor);
  *out.mutable_refunded() = money(sold.refunded_minor);
  *out.mutable_net() = money(sold.gross_minor - sold.refunded_minor);
}

}  // namespace

Task<api::order::SalesSeriesResponse> OrderService::SalesSeries(CallContext& call,
                                                                api::order::SalesSeriesRequest request) {
  const auto last = request.until().empty() ? std::chrono::floor<days>(deps_.clock.Now())
                                            : DayFrom(request.until(), "until");
  const auto first = request.from().empty() ? last - kDaysUsual : DayFrom(request.from(), "from");
  if (last < first || last - first >= kDaysMax) {
    throw InvalidArgument("until", "OUT_OF_RANGE", "must be from, or at most 91 days after it");
  }
  auto code = request.currency();
  if (code.empty()) code = (co_await deps_.products.GetMarket(call, {})).currency();
  const auto currency = Currency::Parse(code);
  const auto sales =
      co_await deps_.sales.Of(call, SellerId::From(request.seller_id()), first, last + days(1), currency);
  api::order::SalesSeriesResponse response;
  auto sold = sales.begin();
  for (auto day = first; day <= last; day += days(1)) {
    const bool some = sold != sales.end() && sold->day == day;
    FillDay(*response.add_days(), some ? *sold++ : storage::SalesOfDay{.day = day}, currency);
  }
  response.set_time_zone("UTC");
  co_return response;
}

}  // namespace market::order
