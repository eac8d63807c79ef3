// Internal to platform/rules. How telephone numbers are dialled, by country: data, written by
// tools/write_phone_plans.py. Pure; any thread.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

namespace market::rules {

struct PhonePlan {
  std::string_view country;       // alpha-2, in capitals; empty: of no country, such as +800
  std::string_view calling_code;  // ITU-T E.164; several countries may have one
  std::uint32_t lengths;          // bit n: a national number may have n digits
  // Patterns of RE2, each of digits; empty: none.
  std::string_view numbers = {};  // the whole national number
  std::string_view abroad = {};   // what is dialled before a calling code
  std::string_view trunk = {};    // what is dialled before a national number, or in it, and is no part of it
  std::string_view trunk_becomes = {};  // what of `trunk` stays, where its last group is there
};

// Of those with one calling code, the country that it was first given to comes first.
std::span<const PhonePlan> PhonePlans();

}  // namespace market::rules
