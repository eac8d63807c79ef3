#include "services/auth/domain/throttle.hpp"

#include <algorithm>

namespace market::auth::domain {

std::chrono::seconds WaitAfterTry(int tries) {
  if (tries < kFreeTries) return std::chrono::seconds(0);
  const int doublings = std::min(tries - kFreeTries, 30);
  return std::min(std::chrono::seconds(std::int64_t{1} << doublings), kLongestWait);
}

std::vector<std::int64_t> WaitTableS() {
  std::vector<std::int64_t> table;
  int tries = 0;
  do {
    table.push_back(WaitAfterTry(++tries).count());
  } while (table.back() < kLongestWait.count());
  return table;
}

}  // namespace market::auth::domain
