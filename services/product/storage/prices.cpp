#include "services/product/storage/prices.hpp"

#include <algorithm>
#include <tuple>

#include "platform/conversions/conversions.hpp"

namespace market::product::storage {
namespace {

using api::product::PriceRow;

std::optional<Time> TimeOf(bool has, const google::protobuf::Timestamp& time, const char* field) {
  return has ? std::optional(conversions::TimeFrom(time, field)) : std::nullopt;
}
std::optional<Time> StartOf(const PriceRow& row) { return TimeOf(row.has_from(), row.from(), "from"); }
std::optional<Time> EndOf(const PriceRow& row) { return TimeOf(row.has_until(), row.until(), "until"); }

// Which of its prices has which time.
template <class Field>
void SetTimes(api::product::Offer& offer, const std::vector<std::optional<Time>>& times, Field field) {
  for (int i = 0; i < offer.prices_size(); ++i) {
    const auto& time = times.at(static_cast<std::size_t>(i));
    if (time) *field(*offer.mutable_prices(i)) = conversions::ToProto(*time);
  }
}

}  // namespace

void SetStarts(api::product::Offer& offer, std::vector<std::optional<Time>> times) {
  SetTimes(offer, times, [](PriceRow& row) { return row.mutable_from(); });
}

void SetEnds(api::product::Offer& offer, std::vector<std::optional<Time>> times) {
  SetTimes(offer, times, [](PriceRow& row) { return row.mutable_until(); });
}

PriceColumns::PriceColumns(const PriceRows& prices) {
  for (const auto& row : prices) {
    currencies.emplace_back(row.price().currency());
    starts.push_back(StartOf(row));
    ends.push_back(EndOf(row));
    amounts.push_back(row.price().amount());
    compared.push_back(row.has_compare_at() ? std::optional(row.compare_at().amount()) : std::nullopt);
  }
}

void SetStanding(PriceRows& prices, const marketplace::type::v1::Money& price) {
  PriceRow* standing = nullptr;
  for (auto& row : prices) {
    if (IsStanding(row) && row.price().currency() == price.currency()) standing = &row;
  }
  if (standing == nullptr) standing = prices.Add();
  *standing->mutable_price() = price;
  if (standing->has_compare_at() && standing->compare_at().amount() <= price.amount())
    standing->clear_compare_at();
}

void Arrange(PriceRows& prices) {
  for (auto& row : prices) {
    if (const auto time = StartOf(row)) *row.mutable_from() = conversions::ToProto(*time);
    if (const auto time = EndOf(row)) *row.mutable_until() = conversions::ToProto(*time);
  }
  const auto place = [](const PriceRow& row) {
    return std::tuple(std::string_view(row.price().currency()), !IsStanding(row),
                      StartOf(row).value_or(Time::min()));
  };
  std::sort(prices.pointer_begin(), prices.pointer_end(),
            [&](const PriceRow* a, const PriceRow* b) { return place(*a) < place(*b); });
}

const PriceRow* StandingIn(const PriceRows& prices, std::string_view currency) {
  const PriceRow* first = nullptr;
  for (const auto& row : prices) {
    if (!IsStanding(row)) continue;
    if (row.price().currency() == currency) return &row;
    if (first == nullptr) first = &row;
  }
  return first;
}

}  // namespace market::product::storage
