#include "gateway/pages/offers.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <map>
#include <optional>
#include <ranges>

namespace market::pages {
namespace {

constexpr std::size_t kRivalsMax = 5;
constexpr std::array<std::string_view, 9> kSizes = {"XXS", "XS", "S", "M", "L", "XL", "XXL", "3XL", "4XL"};

std::int64_t PriceOf(const object& offer) { return NumberIn(ObjectIn(offer, "price"), "amount"); }

bool CanBeBought(const object& offer) { return NumberIn(offer, "available") > 0; }

int Agreement(const object& offer, const object& options) {
  return static_cast<int>(std::ranges::count_if(ObjectIn(offer, "options"), [&](const auto& one) {
    return options.contains(one.key()) && options.at(one.key()) == one.value();
  }));
}

// Whether `one` keeps more of `options`, else can be bought, else is cheaper.
bool IsBetter(const object& one, const object& other, const object& options) {
  const auto kept = Agreement(one, options);
  const auto kept_by_other = Agreement(other, options);
  if (kept != kept_by_other) return kept > kept_by_other;
  if (CanBeBought(one) != CanBeBought(other)) return CanBeBought(one);
  return PriceOf(one) < PriceOf(other);
}

std::optional<double> SizeOf(std::string_view value) {
  std::string upper(value);
  std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return std::toupper(c); });
  const auto found = std::ranges::find(kSizes, upper);
  return found == kSizes.end() ? std::nullopt : std::optional<double>(found - kSizes.begin());
}

// As parseFloat: what stands behind the number does not matter.
std::optional<double> NumberOf(std::string_view value) {
  const std::string text(value);
  const auto first = text.find_first_not_of(" \t\n");
  const bool plain =
      first != std::string::npos && (std::isdigit(static_cast<unsigned char>(text[first])) != 0 ||
                                     std::string_view("+-.").find(text[first]) != std::string_view::npos);
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  return plain && end != text.c_str() ? std::optional(number) : std::nullopt;
}

void Order(std::vector<std::string_view>& values) {
  const bool sizes = std::ranges::all_of(values, [](auto value) { return SizeOf(value).has_value(); });
  const auto rank = sizes ? SizeOf : NumberOf;
  if (!std::ranges::all_of(values, [&](auto value) { return rank(value).has_value(); })) return;
  // Those of one rank stay in their order.
  std::multimap<double, std::string_view> ordered;
  for (const auto value : values) ordered.emplace(*rank(value), value);
  std::ranges::copy(std::views::values(ordered), values.begin());
}

}  // namespace

const object* FirstOf(const array& offers) {
  const object* best = nullptr;
  for (const auto& value : offers) {
    const auto& offer = ObjectOf(value);
    if (best == nullptr || IsBetter(offer, *best, {})) best = &offer;
  }
  return best;
}

std::vector<Option> OptionsOf(const array& offers) {
  std::vector<Option> options;
  for (const auto& offer : offers) {
    for (const auto& one : ObjectIn(ObjectOf(offer), "options")) {
      const auto* text = one.value().if_string();
      if (text == nullptr) continue;
      auto known = std::ranges::find(options, std::string_view(one.key()), &Option::name);
      if (known == options.end()) known = options.insert(options.end(), Option{one.key(), {}});
      const std::string_view value(text->data(), text->size());
      if (std::ranges::find(known->values, value) == known->values.end()) known->values.push_back(value);
    }
  }
  for (auto& option : options) Order(option.values);
  return options;
}

bool IsThere(const array& offers, const object& chosen, std::string_view name, std::string_view value) {
  auto wanted = ObjectIn(chosen, "options");
  wanted[name] = value;
  const object* best = nullptr;
  for (const auto& one : offers) {
    const auto& offer = ObjectOf(one);
    if (TextIn(ObjectIn(offer, "options"), name) != value) continue;
    if (best == nullptr || IsBetter(offer, *best, wanted)) best = &offer;
  }
  return best != nullptr && CanBeBought(*best);
}

std::vector<const object*> RivalsOf(const array& offers, const object& chosen) {
  std::multimap<std::int64_t, const object*> by_price;
  for (const auto& value : offers) {
    const auto& offer = ObjectOf(value);
    const bool same = ObjectIn(offer, "options") == ObjectIn(chosen, "options");
    if (same && CanBeBought(offer) && TextIn(offer, "sellerId") != TextIn(chosen, "sellerId"))
      by_price.emplace(PriceOf(offer), &offer);
  }
  std::vector<const object*> rivals;
  for (const auto& [price, offer] : by_price) {
    if (rivals.size() < kRivalsMax) rivals.push_back(offer);
  }
  return rivals;
}

}  // namespace market::pages
