// What was typed: words, options with a value and flags, in any order.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace market::marketctl {

struct Arguments {
  std::vector<std::string> words;
  std::map<std::string, std::string> options;  // a flag has no value

  // Throws BadArguments when it is missing.
  const std::string& Option(const std::string& name) const;
  std::optional<std::string> Given(const std::string& name) const;
  bool Has(const std::string& flag) const { return options.contains(flag); }
};

// `--name value`, `--name=value`, `--flag`. Throws BadArguments for what no command knows.
Arguments Parse(const std::vector<std::string>& given);

}  // namespace market::marketctl
