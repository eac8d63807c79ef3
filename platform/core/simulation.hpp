// A world of its own for the calling thread's process: while one of these is there, wall-clock time is what its clock
// says, and all chance that this thread draws follows from its seed, so that a run can be had again. Ids start anew
// with it, and so they do after it. At most one at a time; not for production.
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
};

}  // namespace market
