// What a crowd for one offer costs: buyers who are settled together beside buyers who queue for the lock of its row, in turns, in
// one run. Of the server that MARKET_TEST_POSTGRES names, or of one without fsync, where a commit costs least.
//
//   stock_bench [buyers at once] [seconds of each]
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>

#include "services/product/testing/stores.hpp"

namespace market::product {
namespace {

using Clock = std::chrono::steady_clock;

// Buys one unit after the other until `end`.
Task<> Buy(storage::Reservations& till, domain::OfferId offer, Clock::time_point end, std::int64_t& sold) {
  while (Clock::now() < end) {
    const auto outcome = co_await till.Reserve(Soon(), domain::OrderId::New(), {LineOf(offer, 1)});
    if (std::holds_alternative<storage::Reserved>(outcome)) ++sold;
  }
}

// Sales in a second. With a till each nobody knows of the others, as if there were no crowd.
Task<double> SalesPerSecond(Stores& stores, domain::OfferId offer, int buyers, std::chrono::seconds time,
                            bool together) {
  std::deque<storage::Reservations> tills;
  for (int i = 0; i < (together ? 1 : buyers); ++i) tills.emplace_back(stores.database);
  std::int64_t sold = 0;
  const auto begin = Clock::now();
  co_await testing::AtOnce(buyers, [&](int i) {
    return Buy(tills[static_cast<std::size_t>(together ? 0 : i)], offer, begin + time, sold);
  });
  co_return static_cast<double>(sold) / std::chrono::duration<double>(Clock::now() - begin).count();
}

void Run(int buyers, std::chrono::seconds time) {
  WithStores([&](Stores& stores) -> Task<> {
    const auto offer = co_await PutOffer(stores, co_await OpenShop(stores), 1'000'000'000);
    std::printf("%d buyers of one offer, sales a second\n", buyers);
    for (int round = 0; round < 3; ++round) {
      const auto apart = co_await SalesPerSecond(stores, offer, buyers, time, false);
      const auto together = co_await SalesPerSecond(stores, offer, buyers, time, true);
      std::printf("one by one %8.0f   together %8.0f   %.1fx\n", apart, together, together / apart);
    }
  });
}

}  // namespace
}  // namespace market::product

int main(int count, char** words) {
  market::product::Run(count > 1 ? std::atoi(words[1]) : 200,
                       std::chrono::seconds(count > 2 ? std::atoi(words[2]) : 5));
}
