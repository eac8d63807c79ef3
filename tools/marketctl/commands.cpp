#include "tools/marketctl/commands.hpp"

#include <algorithm>
#include <iostream>
#include <iterator>
#include <sstream>

#include "platform/config/properties.hpp"
#include "platform/core/error.hpp"
#include "tools/marketctl/bad_arguments.hpp"

namespace market::marketctl {
namespace {

constexpr std::string_view kExitCodes =
    "exit codes: 0 done; 1 refused or failed; 2 wrong words, nothing was done; 3 a database, the provider or "
    "the\n"
    "marketplace did not answer, so the same may succeed later; 4 done but for what a person has to look "
    "at\n";

std::vector<Command> AllCommands() {
  auto all = CommandsAtDatabases();
  std::ranges::move(CommandsAtTheMarketplace(), std::back_inserter(all));
  return all;
}

std::vector<std::string> WordsOf(std::string_view name) {
  std::istringstream text{std::string(name)};
  std::vector<std::string> words;
  for (std::string word; text >> word;) words.push_back(word);
  return words;
}

void PrintHelp(const std::vector<Command>& commands) {
  std::size_t width = 0;
  for (const auto& command : commands) width = std::max(width, command.name.size());
  std::cout << "usage: marketctl COMMAND [OPTIONS]\n\n";
  for (const auto& command : commands) {
    std::cout << "  " << command.name << std::string(width - command.name.size() + 2, ' ') << command.does
              << '\n';
  }
  std::cout << "\nmarketctl COMMAND --help says more. With --json the answer is one JSON value.\n\n"
            << kExitCodes;
}

void PrintHelp(const Command& command) {
  std::cout << "usage: marketctl " << command.name << ' ' << command.usage << "\n\n  " << command.does
            << ".\n";
  if (!command.more.empty()) std::cout << '\n' << command.more;
  std::cout << '\n' << kExitCodes;
}

bool Begins(const std::vector<std::string>& words, const std::vector<std::string>& with) {
  return words.size() >= with.size() && std::equal(with.begin(), with.end(), words.begin());
}

const Command& Find(const std::vector<Command>& commands, const std::vector<std::string>& words) {
  const auto found = std::ranges::find_if(
      commands, [&](const Command& command) { return Begins(words, WordsOf(command.name)); });
  if (found != commands.end()) return *found;
  std::string typed;
  for (const auto& word : words) typed += (typed.empty() ? "" : " ") + word;
  throw BadArguments(typed.empty() ? "which command?" : "there is no command '" + typed + "'");
}

// "[--json]" and "--id ID|--email E" are how an option stands in a usage; words in capitals are what else it takes.
void CheckOptions(const Command& command, const Arguments& arguments) {
  for (const auto& [name, value] : arguments.options) {
    const auto at = command.usage.find("--" + name);
    const auto end = at == command.usage.npos ? at : command.usage.find_first_of(" ]|", at);
    if (at == command.usage.npos || command.usage.substr(at, end - at) != "--" + name) {
      throw BadArguments(std::string(command.name) + " has no option --" + name);
    }
  }
  const bool takes_words = std::ranges::any_of(WordsOf(command.usage), [](const std::string& word) {
    return word == "KID" || word == "[HOST:PORT]" || word == "ID...|all";
  });
  const auto own = WordsOf(command.name).size();
  if (!takes_words && arguments.words.size() > own) {
    throw BadArguments(std::string(command.name) + " takes no '" + arguments.words[own] + "'");
  }
}

int Dispatch(const std::vector<std::string>& given) {
  const auto commands = AllCommands();
  const bool asks = std::ranges::find(given, "--help") != given.end() ||
                    (!given.empty() && given[0] == "help") || std::ranges::find(given, "-h") != given.end();
  if (given.empty() || asks) {
    std::vector<std::string> words;
    for (const auto& word : given) {
      if (!word.starts_with("-") && word != "help") words.push_back(word);
    }
    if (words.empty()) {
      PrintHelp(commands);
    } else {
      PrintHelp(Find(commands, words));
    }
    return given.empty() ? kBadWords : kDone;
  }
  // It is told of databases and provider as programs are, and reads its words by itself.
  if (given[0] == "reconcile") return Find(commands, {given[0]}).run({.words = given, .options = {}});
  const auto arguments = Parse(given);
  const auto& command = Find(commands, arguments.words);
  CheckOptions(command, arguments);
  return command.run(arguments);
}

}  // namespace

int Run(const std::vector<std::string>& given) {
  try {
    return Dispatch(given);
  } catch (const BadArguments& error) {
    std::cerr << "marketctl: " << error.what() << " (see marketctl --help)\n";
    return kBadWords;
  } catch (const config::ConfigError& error) {
    std::cerr << error.what() << '\n';
    return kBadWords;
  } catch (const Error& error) {
    std::cerr << "marketctl: " << error.what() << '\n';
    for (const auto& field : error.fields) std::cerr << "  " << field.field << ": " << field.reason << '\n';
    const bool later = error.code == Code::kUnavailable || error.code == Code::kDeadlineExceeded;
    return later ? kUnreachable : kFailed;
  } catch (const std::exception& error) {
    std::cerr << "marketctl: " << error.what() << '\n';
    return kFailed;
  }
}

}  // namespace market::marketctl
