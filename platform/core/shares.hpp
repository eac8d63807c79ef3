// Parts of an amount, in whole minor units: rounded half up where one is written down, by largest remainder where several
// share, so that the shares always add up to the whole (architecture, section 11). Pure.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace market {

// Of a rate in parts per million, the whole.
inline constexpr std::int64_t kMillion = 1'000'000;

// `total_minor` times `part` of `whole`, rounded half up: what so many of `whole` equal units cost, or what a rate makes of it.
// None is negative, and `whole` is not 0.
std::int64_t Portion(std::int64_t total_minor, std::int64_t part, std::int64_t whole);

// `total_minor` in shares as large as `weights` say, none of them negative: whole minor units by largest
// remainder, the first of equal ones first. Without any weight the first gets all. Throws std::invalid_argument
// when there is nobody to share or a weight is negative.
std::vector<std::int64_t> Share(std::int64_t total_minor, std::span<const std::int64_t> weights);

}  // namespace market
