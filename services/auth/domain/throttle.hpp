// How long an e-mail must wait between failed sign-ins: five tries are free, then the wait doubles from a
// second to a quarter of an hour (about 17 tries in the first hour, 4 in each later one).
// A success or twelve quiet hours forget.
#pragma once
#include <chrono>
#include <cstdint>
#include <vector>

namespace market::auth::domain {

inline constexpr int kFreeTries = 5;
inline constexpr std::chrono::seconds kLongestWait{900};
inline constexpr std::chrono::hours kForgetTriesAfter{12};

// The wait after the n-th failed try in a row, n >= 1.
std::chrono::seconds WaitAfterTry(int tries);

// The same as a table for the database: element n - 1 is the wait after the n-th try;
// the last one holds for all that follow.
std::vector<std::int64_t> WaitTableS();

}  // namespace market::auth::domain
