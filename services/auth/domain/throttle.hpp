// How long who tries to sign in with an e-mail must wait between failures: five tries are free, then the wait
// doubles from a second to a quarter of an hour (about 17 tries in the first hour, 4 in each later one).
// A success or twelve quiet hours forget. Counted for each guesser apart, so that one who guesses keeps no
// other out; what many guessers may do together has a RateLimit.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/core/id.hpp"

namespace market::auth::domain {

inline constexpr int kFreeTries = 5;
inline constexpr std::chrono::seconds kLongestWait{900};
inline constexpr std::chrono::hours kForgetTriesAfter{12};

// Who tries: a known device of the account, or an address. With neither, all who try are counted together.
struct Guesser {
  std::optional<Uuid> device;
  std::string address;
};

// `count` at once, and as many again spread over each `window`.
struct RateLimit {
  std::int64_t count = 1;
  std::chrono::milliseconds window{1000};
};

// The wait after the n-th failed try in a row, n >= 1.
std::chrono::seconds WaitAfterTry(int tries);

// The same as a table for the database: element n - 1 is the wait after the n-th try;
// the last one holds for all that follow.
std::vector<std::int64_t> WaitTableS();

}  // namespace market::auth::domain
