#include "platform/rules/phone_rules.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <unordered_map>
#include <vector>

#include "platform/rules/phone_plans.hpp"

namespace market::rules {
namespace {

constexpr std::size_t kDigitsMax = 20;  // 15 of E.164, and what may be dialled before them
constexpr std::string_view kSeparators = " -.()/";
constexpr std::string_view kNoBreakSpace = "\u00a0";

struct Dialled {
  std::string digits;
  bool international = false;  // a + stood before them
};

std::optional<Dialled> DialledIn(std::string_view text) {
  Dialled dialled;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c >= '0' && c <= '9') {
      dialled.digits += c;
    } else if (c == '+' && dialled.digits.empty() && !dialled.international) {
      dialled.international = true;
    } else if (text.substr(i).starts_with(kNoBreakSpace)) {
      i += kNoBreakSpace.size() - 1;
    } else if (!kSeparators.contains(c)) {
      return std::nullopt;
    }
  }
  if (dialled.digits.size() > kDigitsMax) return std::nullopt;
  return dialled;
}

class Patterns {
 public:
  explicit Patterns(const PhonePlan& plan)
      : plan_(plan), numbers_(re2::StringPiece(plan.numbers.data(), plan.numbers.size())) {
    if (!plan.abroad.empty()) abroad_ = Compiled(plan.abroad);
    if (!plan.trunk.empty()) trunk_ = Compiled(plan.trunk);
  }

  bool IsNational(std::string_view digits) const {
    return digits.size() < 32 && (plan_.lengths >> digits.size() & 1) != 0 &&
           re2::RE2::FullMatch(Piece(digits), numbers_);
  }

  // What follows the digits that lead abroad, if they do.
  std::optional<std::string> Abroad(std::string_view digits) const {
    auto rest = Piece(digits);
    if (!abroad_ || !re2::RE2::Consume(&rest, *abroad_) || rest.empty() || rest[0] == '0')
      return std::nullopt;
    return std::string(rest.data(), rest.size());
  }

  // Without what is only dialled. What is a number as it stands stays, unless it is one without that as well.
  std::string WithoutTrunk(const std::string& digits) const {
    if (!trunk_) return digits;
    std::vector<re2::StringPiece> groups(static_cast<std::size_t>(trunk_->NumberOfCapturingGroups()) + 1);
    if (!trunk_->Match(digits, 0, digits.size(), re2::RE2::ANCHOR_START, groups.data(),
                       static_cast<int>(groups.size()))) {
      return digits;
    }
    std::string rest;
    if (!plan_.trunk_becomes.empty() && groups.size() > 1 && groups.back().data() != nullptr)
      trunk_->Rewrite(&rest, Piece(plan_.trunk_becomes), groups.data(), static_cast<int>(groups.size()));
    rest += digits.substr(groups[0].size());
    return IsNational(digits) && !IsNational(rest) ? digits : rest;
  }

 private:
  static re2::StringPiece Piece(std::string_view text) { return {text.data(), text.size()}; }
  static std::unique_ptr<const re2::RE2> Compiled(std::string_view pattern) {
    return std::make_unique<const re2::RE2>(Piece(pattern));
  }

  const PhonePlan& plan_;
  const re2::RE2 numbers_;
  std::unique_ptr<const re2::RE2> abroad_;
  std::unique_ptr<const re2::RE2> trunk_;
};

const Patterns& PatternsOf(const PhonePlan& plan) {
  thread_local std::unordered_map<const PhonePlan*, std::unique_ptr<const Patterns>> known;
  auto& patterns = known[&plan];
  if (!patterns) patterns = std::make_unique<const Patterns>(plan);
  return *patterns;
}

const PhonePlan* PlanOf(std::string_view country) {
  const auto plan = std::ranges::find(PhonePlans(), country, &PhonePlan::country);
  return country.empty() || plan == PhonePlans().end() ? nullptr : &*plan;
}

// A number of any country that has the calling code: where its bearer lives is not asked.
std::optional<std::string> Number(std::string_view calling_code, const std::string& national) {
  for (const auto& plan : PhonePlans()) {
    if (plan.calling_code == calling_code && PatternsOf(plan).IsNational(national))
      return '+' + std::string(calling_code) + national;
  }
  return std::nullopt;
}

// No calling code is the beginning of another. The first country that has it says what is only dialled.
std::optional<std::string> International(const std::string& digits) {
  for (const auto& plan : PhonePlans()) {
    if (!digits.starts_with(plan.calling_code)) continue;
    return Number(plan.calling_code, PatternsOf(plan).WithoutTrunk(digits.substr(plan.calling_code.size())));
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> PhoneNumber(std::string_view country, std::string_view written) {
  const auto dialled = DialledIn(written);
  if (!dialled) return std::nullopt;
  const auto& digits = dialled->digits;
  if (dialled->international) return International(digits);
  const auto* plan = PlanOf(country);
  if (plan == nullptr) return std::nullopt;
  const auto& patterns = PatternsOf(*plan);
  if (const auto abroad = patterns.Abroad(digits)) {
    if (auto number = International(*abroad)) return number;
  }
  if (auto number = Number(plan->calling_code, patterns.WithoutTrunk(digits))) return number;
  // The international form, its + left away.
  return digits.starts_with(plan->calling_code) ? International(digits) : std::nullopt;
}

}  // namespace market::rules
