// A world of its own for the process: while one of these is there, wall-clock time is what its clock says, and
// all chance that its thread draws follows from its seed, so that a run can be had again. Ids start anew with
// it, and go on after it from where they were. At most one at a time; not for production.
#pragma once
#include <cstdint>

#include "platform/core/clock.hpp"

namespace market {

class Simulation {
 public:
  // `clock` must outlive it.
  Simulation(const Clock& clock, std::uint64_t seed);
  ~Simulation();
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;

 private:
  const std::uint64_t last_id_;  // of the world outside
};

}  // namespace market
