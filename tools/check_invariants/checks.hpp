// What must be true of the data at any time when nothing is under way: the checks that one
// database can answer, as SQL that returns the rows that break them.
#pragma once
#include <span>
#include <string_view>

namespace market::invariants {

struct Check {
  std::string_view id;        // "S1"
  std::string_view database;  // whose SQL it is
  std::string_view what;      // what must hold
  std::string_view sql;       // breaking rows: (id text, detail text)
};

std::span<const Check> Checks();

}  // namespace market::invariants
