#include "tools/marketctl/arguments.hpp"

#include <algorithm>

#include "tools/marketctl/bad_arguments.hpp"

namespace market::marketctl {
namespace {

constexpr std::string_view kOptions[] = {"email", "password-file", "config", "database", "role", "limit",
                                         "id",    "reason",        "head",   "slug",     "name", "state",
                                         "owner"};
constexpr std::string_view kFlags[] = {"json", "help"};

}  // namespace

const std::string& Arguments::Option(const std::string& name) const {
  const auto at = options.find(name);
  if (at == options.end()) throw BadArguments("--" + name + " is missing");
  return at->second;
}

std::optional<std::string> Arguments::Given(const std::string& name) const {
  const auto at = options.find(name);
  return at == options.end() ? std::nullopt : std::optional(at->second);
}

Arguments Parse(const std::vector<std::string>& given) {
  Arguments arguments;
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (!given[i].starts_with("--")) {
      arguments.words.push_back(given[i]);
      continue;
    }
    const auto equals = given[i].find('=');
    const std::string name = given[i].substr(2, equals == std::string::npos ? equals : equals - 2);
    if (std::ranges::find(kFlags, name) != std::end(kFlags) && equals == std::string::npos) {
      arguments.options[name];
      continue;
    }
    if (std::ranges::find(kOptions, name) == std::end(kOptions))
      throw BadArguments("unknown option --" + name);
    if (equals == std::string::npos && i + 1 == given.size())
      throw BadArguments("--" + name + " needs a value");
    arguments.options[name] = equals == std::string::npos ? given[++i] : given[i].substr(equals + 1);
  }
  return arguments;
}

}  // namespace market::marketctl
