#include "services/order/domain/order_number.hpp"

#include <chrono>
#include <utility>

namespace market::order::domain {
namespace {

constexpr std::size_t kDay = 6;            // digits
constexpr std::size_t kOrder = kDay + 9;   // a dash and eight signs
constexpr std::size_t kPart = kOrder + 4;  // a dash and a position up to 100
constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kSigns = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

// As Crockford's base 32 is read: what is no sign of it, or has no sign, stays as it is.
char Read(char sign) {
  if ('a' <= sign && sign <= 'z') sign = static_cast<char>(sign - 'a' + 'A');
  if (sign == 'O') return '0';
  if (sign == 'I' || sign == 'L') return '1';
  return sign;
}

bool MayStandAt(std::size_t place, char sign) {
  if (place < kDay) return kDigits.contains(sign);
  if (place == kDay || place == kOrder) return sign == '-';
  if (place < kOrder) return kSigns.contains(sign);
  return kDigits.contains(sign);
}

// Of the two digits from there on.
unsigned Pair(std::string_view number, std::size_t at) {
  return static_cast<unsigned>((number[at] - '0') * 10 + (number[at + 1] - '0'));
}

// Of the days that the digits leave; false where there is no such day.
bool SetTimes(NumberSought& sought) {
  namespace chr = std::chrono;
  const auto& number = sought.order;
  if (number.size() < 2) return true;
  const chr::year year(static_cast<int>(2000 + Pair(number, 0)));
  auto first = year / chr::January / 1;
  auto next = (year + chr::years(1)) / chr::January / 1;
  if (number.size() >= 4) {
    first = year / chr::month(Pair(number, 2)) / 1;
    if (!first.ok()) return false;
    next = first + chr::months(1);
  }
  if (number.size() >= kDay) {
    first = first.year() / first.month() / chr::day(Pair(number, 4));
    if (!first.ok()) return false;
    next = chr::sys_days(first) + chr::days(1);
  }
  sought.from = Time(chr::sys_days(first));
  sought.until = Time(chr::sys_days(next));
  return true;
}

}  // namespace

bool NumberSought::NamesFew() const { return order.size() > kDay + 1; }

std::optional<NumberSought> NumberFrom(std::string_view text) {
  if (text.empty() || text.size() > kPart) return std::nullopt;
  std::string number;
  for (const char sign : text) {
    const char read = Read(sign);
    if (!MayStandAt(number.size(), read)) return std::nullopt;
    number.push_back(read);
  }
  NumberSought sought;
  sought.order = number.substr(0, kOrder);
  if (number.size() > kOrder) sought.part = std::move(number);
  if (!SetTimes(sought)) return std::nullopt;
  return sought;
}

}  // namespace market::order::domain
