// Ends holds that are due, so that `available` tells the truth while nobody buys. Hygiene only: a buyer in
// want of the units ends them itself.
//
// By chunks; a hold that breaks its chunk is found by ending each alone, and set aside by this process for a
// while. Any number of replicas may, since each skips the rows that another has locked. Io thread only.
#pragma once
#include <chrono>
#include <cstddef>
#include <map>
#include <vector>

#include "platform/runtime/every.hpp"
#include "services/product/metrics.hpp"
#include "services/product/storage/reservations.hpp"

namespace market::product {

class Sweeper {
 public:
  struct Options {
    std::chrono::milliseconds poll{5000};
    std::size_t chunk = 200;
    std::chrono::milliseconds set_aside_for{60'000};
  };

  Sweeper(storage::Reservations& reservations, Metrics& metrics, Options options);

  runtime::Every& Sweeping() { return sweeping_; }

 private:
  Task<runtime::Every::Next> Sweep();
  Task<std::size_t> EndEach(std::exception_ptr why);
  std::vector<storage::Hold> Aside();

  storage::Reservations& reservations_;
  Metrics& metrics_;
  const Options options_;
  std::map<storage::Hold, runtime::Deadline> aside_;  // until when
  runtime::Every sweeping_;
};

}  // namespace market::product
