// Every command of marketctl: its words, how it is used and what runs it.
//
// Exit codes: 0 done; 1 refused or failed; 2 wrong words, nothing was done; 3 a database, the provider or the running
// marketplace did not answer: the same may succeed later; 4 done but for what a person has to look at.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/marketctl/arguments.hpp"

namespace market::marketctl {

inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kBadWords = 2;
inline constexpr int kUnreachable = 3;
inline constexpr int kForAPerson = 4;

struct Command {
  std::string_view name;   // "account find"
  std::string_view usage;  // what comes after the name; the options that it takes are those in it
  std::string_view does;   // one line
  std::string_view more;   // the rest of its help, in lines
  std::function<int(const Arguments&)> run;
};

// At the databases, or at one program: what works without a marketplace that runs.
std::vector<Command> CommandsAtDatabases();
// At the running marketplace, with the certificate of the operators.
std::vector<Command> CommandsAtTheMarketplace();

// The whole program but for its name: the answer on stdout, what went wrong on stderr. Gives the exit code.
int Run(const std::vector<std::string>& given);

}  // namespace market::marketctl
