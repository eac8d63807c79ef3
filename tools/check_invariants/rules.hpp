// Every rule by its name and in one sentence: those that one database answers (checks.hpp) and those between
// several (cross_checks.hpp). docs/invariants.md is written from it.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace market::invariants {

struct Rule {
  std::string_view id;     // "O1"
  std::string_view where;  // a database, or what is compared
  std::string_view what;   // what must hold
};

std::vector<Rule> Rules();
// Throws std::out_of_range for the name of none.
std::string_view WhatOf(std::string_view id);
// As a table.
std::string RulesAsMarkdown();

}  // namespace market::invariants
