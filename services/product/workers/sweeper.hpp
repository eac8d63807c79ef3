// Ends holds that are due, so that `available` tells the truth while nobody buys. Hygiene only: a buyer in
// want of the units ends them itself.
//
// Runs until cancelled; any number of replicas may, since each skips the rows that another has locked. Io
// thread only.
#pragma once
#include <chrono>
#include <cstddef>

#include "platform/telemetry/metrics.hpp"
#include "services/product/storage/reservations.hpp"

namespace market::product {

class Sweeper {
 public:
  struct Options {
    std::chrono::milliseconds poll{5000};
    std::size_t chunk = 200;
  };

  Sweeper(storage::Reservations& reservations, telemetry::Metrics& metrics, Options options);

  Task<> Run();

 private:
  storage::Reservations& reservations_;
  telemetry::Counter& expired_;
  const Options options_;
};

}  // namespace market::product
