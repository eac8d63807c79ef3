#include "services/order/domain/tax_rate.hpp"

#include <algorithm>
#include <cctype>

namespace market::order::domain {
namespace {

// Regions are what people write; capitals do not matter.
bool IsSame(std::string_view one, std::string_view other) {
  const auto folded = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
  return std::ranges::equal(one, other, {}, folded, folded);
}

const TaxRate* FindRate(std::span<const TaxRate> rates, const std::string& country, std::string_view region,
                        std::string_view tax_class, Time now) {
  const TaxRate* found = nullptr;
  for (const auto& rate : rates) {
    if (rate.country != country || rate.tax_class != tax_class || !IsSame(rate.region, region)) continue;
    if (!rate.HoldsAt(now)) continue;
    if (found == nullptr || found->valid_from < rate.valid_from) found = &rate;
  }
  return found;
}

// Of the region, or else of the whole country.
const TaxRate* FindRateFor(std::span<const TaxRate> rates, const Destination& to, std::string_view tax_class,
                           Time now) {
  if (!to.region.empty()) {
    if (const auto* of_region = FindRate(rates, to.country, to.region, tax_class, now)) return of_region;
  }
  return FindRate(rates, to.country, "", tax_class, now);
}

}  // namespace

bool AreTaxedAlike(const Destination& one, const Destination& other) {
  return one.country == other.country && IsSame(one.region, other.region);
}

TaxTerm TermFor(std::span<const TaxRate> rates, const Destination& to, std::string_view tax_class, Time now) {
  if (to.country.empty()) return {.none = NoTax::kAddressNeeded};
  if (tax_class == kZeroClass) return {.none = NoTax::kZeroRated};
  const TaxRate* rate = nullptr;
  if (!tax_class.empty()) rate = FindRateFor(rates, to, tax_class, now);
  if (rate == nullptr) rate = FindRateFor(rates, to, kStandardClass, now);
  if (rate == nullptr) return {.none = NoTax::kNoRate};
  return {.rate_ppm = rate->rate_ppm, .rate = rate->id};
}

TaxTerm DeliveryTermOf(std::span<const Taxed> lines) {
  const auto main = std::ranges::max_element(lines, {}, &Taxed::value_minor);
  return main == lines.end() ? TaxTerm() : main->term;
}

}  // namespace market::order::domain
