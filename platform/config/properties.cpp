#include "platform/config/properties.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <set>
#include <sstream>

#include "platform/config/version.hpp"

extern char** environ;

namespace market::config {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kEnvironmentPrefix = "MARKET_";
constexpr std::string_view kFileSuffix = "_file";
constexpr std::size_t kMaxFileBytes = 256 * 1024;

constexpr std::array<std::pair<std::string_view, milliseconds>, 5> kUnits = {{
    {"d", std::chrono::days(1)},
    {"h", std::chrono::hours(1)},
    {"m", std::chrono::minutes(1)},
    {"s", std::chrono::seconds(1)},
    {"ms", milliseconds(1)},
}};

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

// An operator's input in a message stays on one line, whatever is in it.
std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text.substr(0, 200))
    quoted += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  return quoted + (text.size() > 200 ? "…\"" : "\"");
}

template <class Number>
std::optional<Number> ParseNumber(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<milliseconds> ParseDuration(std::string_view text) {
  const auto unit_at = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto count = ParseNumber<std::int64_t>(text.substr(0, unit_at));
  const auto unit = std::ranges::find(kUnits, text.substr(unit_at), &decltype(kUnits)::value_type::first);
  if (!count || unit == kUnits.end() || *count > milliseconds::max() / unit->second) return std::nullopt;
  return *count * unit->second;
}

std::string FormatDuration(milliseconds duration) {
  if (duration == milliseconds(0)) return "0s";
  for (const auto& [name, length] : kUnits) {
    if (duration % length == milliseconds(0)) return std::to_string(duration / length) + std::string(name);
  }
  return {};  // the last unit divides everything
}

std::string FormatReal(double value) {
  std::array<char, 32> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), end};
}

std::vector<std::string> SplitList(std::string_view text) {
  std::vector<std::string> items;
  if (Trim(text).empty()) return items;
  for (std::size_t start = 0; start <= text.size();) {
    const auto comma = std::min(text.find(',', start), text.size());
    items.emplace_back(Trim(text.substr(start, comma - start)));
    start = comma + 1;
  }
  return items;
}

std::string JoinList(const std::vector<std::string>& items) {
  std::string text;
  for (const auto& item : items) text += (text.empty() ? "" : ",") + item;
  return text;
}

template <class T, class Format>
std::optional<std::string> TextOf(const Default<T>& initial, Format format) {
  const T* value = std::get_if<T>(&initial);
  return value ? std::optional<std::string>(format(*value)) : std::nullopt;
}

std::string ReadWholeFile(const std::string& path, const std::string& wanted_by) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw ConfigError(wanted_by + ": can't read the file " + Quoted(path));
  std::string content(kMaxFileBytes + 1, '\0');
  file.read(content.data(), static_cast<std::streamsize>(content.size()));
  if (file.bad()) throw ConfigError(wanted_by + ": can't read the file " + Quoted(path));
  content.resize(static_cast<std::size_t>(file.gcount()));
  if (content.size() > kMaxFileBytes)
    throw ConfigError(wanted_by + ": the file " + Quoted(path) + " is too large");
  return content;
}

// Levenshtein distance, to suggest what an unknown key may have meant.
std::size_t Distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({replaced, row[j] + 1, row[j - 1] + 1}));
    }
  }
  return row.back();
}

}  // namespace

std::string EnvironmentName(std::string_view key) {
  std::string name(kEnvironmentPrefix);
  for (const char c : key) name += c == '.' || c == '-' ? '_' : static_cast<char>(std::toupper(c));
  return name;
}

Properties::Properties(std::string program) : program_(std::move(program)) {}

Property<std::string> Properties::Text(std::string name, std::string help, Default<std::string> initial) {
  Property<std::string> property;
  Declare(
      {.name = std::move(name),
       .help = std::move(help),
       .expected = "text",
       .initial = TextOf(initial, std::identity()),
       .assign = [value = property.value_](std::string_view text) { return value->emplace(text), true; }});
  return property;
}

Property<std::vector<std::string>> Properties::List(std::string name, std::string help,
                                                    Default<std::vector<std::string>> initial) {
  Property<std::vector<std::string>> property;
  Declare({.name = std::move(name),
           .help = std::move(help),
           .expected = "a list like a,b,c without empty items",
           .initial = TextOf(initial, JoinList),
           .assign = [value = property.value_](std::string_view text) {
             auto items = SplitList(text);
             if (std::ranges::any_of(items, &std::string::empty)) return false;
             value->emplace(std::move(items));
             return true;
           }});
  return property;
}

Property<std::int64_t> Properties::Int(std::string name, std::string help, std::string unit, std::int64_t min,
                                       std::int64_t max, Default<std::int64_t> initial) {
  Property<std::int64_t> property;
  Declare({.name = std::move(name),
           .help = std::move(help),
           .expected = "a whole number from " + std::to_string(min) + " to " + std::to_string(max) +
                       (unit.empty() ? "" : " (" + unit + ")"),
           .initial = TextOf(initial, [](std::int64_t value) { return std::to_string(value); }),
           .assign = [value = property.value_, min, max](std::string_view text) {
             const auto number = ParseNumber<std::int64_t>(text);
             if (!number || *number < min || *number > max) return false;
             value->emplace(*number);
             return true;
           }});
  return property;
}

Property<double> Properties::Real(std::string name, std::string help, double min, double max,
                                  Default<double> initial) {
  Property<double> property;
  Declare({.name = std::move(name),
           .help = std::move(help),
           .expected = "a number from " + FormatReal(min) + " to " + FormatReal(max),
           .initial = TextOf(initial, FormatReal),
           .assign = [value = property.value_, min, max](std::string_view text) {
             const auto number = ParseNumber<double>(text);
             if (!number || !(*number >= min && *number <= max)) return false;
             value->emplace(*number);
             return true;
           }});
  return property;
}

Property<milliseconds> Properties::Duration(std::string name, std::string help, milliseconds min,
                                            milliseconds max, Default<milliseconds> initial) {
  Property<milliseconds> property;
  Declare({.name = std::move(name),
           .help = std::move(help),
           .expected = "a duration from " + FormatDuration(min) + " to " + FormatDuration(max) +
                       ", a whole number with ms, s, m, h or d",
           .initial = TextOf(initial, FormatDuration),
           .assign = [value = property.value_, min, max](std::string_view text) {
             const auto duration = ParseDuration(text);
             if (!duration || *duration < min || *duration > max) return false;
             value->emplace(*duration);
             return true;
           }});
  return property;
}

Property<bool> Properties::Flag(std::string name, std::string help, Default<bool> initial) {
  return Choice<bool>(std::move(name), std::move(help), {{"true", true}, {"false", false}}, initial);
}

Property<std::string> Properties::Secret(std::string name, std::string help, Default<std::string> initial) {
  Property<std::string> property;
  Declare({.name = std::move(name),
           .help = std::move(help),
           .expected = "text; secret, may be named by a file",
           .initial = TextOf(initial, std::identity()),
           .assign = [value = property.value_](std::string_view text) { return value->emplace(text), true; },
           .secret = true});
  return property;
}

Properties::Declaration& Properties::Declare(Declaration declaration) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789._";
  if (declaration.name.empty() || declaration.name.find_first_not_of(kAllowed) != std::string::npos) {
    throw std::logic_error("not a name for a property: " + declaration.name);
  }
  // Two keys that differ in . and _ only would share an environment variable.
  for (const auto& other : declarations_) {
    if (EnvironmentName(other.name) == EnvironmentName(declaration.name)) {
      throw std::logic_error("the property " + declaration.name + " is declared twice");
    }
  }
  return declarations_.emplace_back(std::move(declaration));
}

Properties::Declaration* Properties::Find(std::string_view name) {
  const auto found = std::ranges::find(declarations_, name, &Declaration::name);
  return found == declarations_.end() ? nullptr : &*found;
}

void Properties::SetValue(Declaration& declaration, std::string text, const std::string& source) {
  if (!declaration.assign(text)) {
    throw ConfigError(declaration.name + (declaration.secret ? "" : " = " + Quoted(text)) + " (" + source +
                      "): expected " + declaration.expected);
  }
  declaration.text = std::move(text);
  declaration.source = source;
}

void Properties::Assign(std::string_view name, const std::string& text, const std::string& source) {
  if (Declaration* declaration = Find(name)) return SetValue(*declaration, text, source);
  if (name.ends_with(kFileSuffix)) {
    Declaration* secret = Find(name.substr(0, name.size() - kFileSuffix.size()));
    if (secret && secret->secret) {
      std::string content = ReadWholeFile(text, std::string(name) + " (" + source + ")");
      while (content.ends_with('\n') || content.ends_with('\r')) content.pop_back();
      if (content.empty()) {
        throw ConfigError(std::string(name) + " (" + source + "): the file " + Quoted(text) + " is empty");
      }
      return SetValue(*secret, std::move(content), text);
    }
  }
  throw ConfigError(UnknownKey(name) + " (" + source + ")");
}

std::string Properties::UnknownKey(std::string_view name) const {
  std::string message = "there is no property " + Quoted(name);
  const auto nearest = std::ranges::min_element(
      declarations_, {}, [&](const Declaration& declaration) { return Distance(declaration.name, name); });
  if (nearest != declarations_.end() && Distance(nearest->name, name) <= 3) {
    message += ", did you mean " + nearest->name + "?";
  }
  return message;
}

void Properties::ReadFile(const std::string& path) {
  std::istringstream content(ReadWholeFile(path, "--config"));
  std::set<std::string, std::less<>> seen;
  int number = 0;
  for (std::string raw; std::getline(content, raw);) {
    const std::string source = path + ":" + std::to_string(++number);
    const std::string_view line = Trim(raw);
    if (line.empty() || line.front() == '#') continue;
    const auto equals = line.find('=');
    if (equals == std::string_view::npos)
      throw ConfigError(Quoted(line) + " (" + source + "): expected key = value");
    const auto key = Trim(line.substr(0, equals));
    if (!seen.emplace(key).second)
      throw ConfigError(std::string(key) + " (" + source + "): is set twice in this file");
    Assign(key, std::string(Trim(line.substr(equals + 1))), source);
  }
}

void Properties::ReadEnvironment(const std::map<std::string, std::string, std::less<>>& environment) {
  for (auto& declaration : declarations_) {
    const auto direct = EnvironmentName(declaration.name);
    if (const auto found = environment.find(direct); found != environment.end()) {
      SetValue(declaration, found->second, "environment " + direct);
    }
    if (!declaration.secret) continue;
    const auto by_file = EnvironmentName(declaration.name + std::string(kFileSuffix));
    if (const auto found = environment.find(by_file); found != environment.end()) {
      Assign(declaration.name + std::string(kFileSuffix), found->second, "environment " + by_file);
    }
  }
}

void Properties::ReadArguments(const std::vector<std::string>& arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    std::string_view argument = arguments[i];
    if (!argument.starts_with("--") || argument.size() < 3) {
      throw ConfigError(Quoted(argument) + " (command line): expected --key=value");
    }
    argument.remove_prefix(2);
    const auto equals = argument.find('=');
    const auto key = argument.substr(0, equals);
    const Declaration* declaration = Find(key);
    if (declaration && declaration->secret) {
      throw ConfigError(std::string(key) +
                        " (command line): a secret is not taken from the command line, use " +
                        std::string(key) + "_file or " + EnvironmentName(key));
    }
    if (equals != std::string_view::npos) {
      Assign(key, std::string(argument.substr(equals + 1)), "command line");
    } else if (i + 1 < arguments.size()) {
      Assign(key, arguments[++i], "command line");
    } else {
      throw ConfigError(std::string(key) + " (command line): its value is missing");
    }
  }
}

void Properties::Read(const Sources& sources) {
  for (auto& declaration : declarations_) {
    if (!declaration.initial) continue;
    if (!declaration.assign(*declaration.initial)) {
      throw std::logic_error("the default of " + declaration.name + " is not " + declaration.expected);
    }
    declaration.text = *declaration.initial;
    declaration.source = "default";
  }
  if (!sources.file.empty()) ReadFile(sources.file);
  ReadEnvironment(sources.environment);
  ReadArguments(sources.arguments);
  for (const auto& declaration : declarations_) {
    if (!declaration.source.empty()) continue;
    throw ConfigError(declaration.name + ": is required and not set; give it in the --config file or as " +
                      EnvironmentName(declaration.name) + "; expected " + declaration.expected);
  }
}

LoadResult Properties::Load(int argc, const char* const* argv) {
  enum class Ask { kRun, kPrint, kCheck } ask = Ask::kRun;
  Sources sources;
  for (char** variable = environ; *variable; ++variable) {
    const std::string_view entry = *variable;
    const auto equals = entry.find('=');
    if (!entry.starts_with(kEnvironmentPrefix) || equals == std::string_view::npos) continue;
    sources.environment.emplace(entry.substr(0, equals), entry.substr(equals + 1));
  }
  if (const auto named = sources.environment.find("MARKET_CONFIG"); named != sources.environment.end()) {
    sources.file = named->second;
  }
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--help" || argument == "-h") return std::fputs(Help().c_str(), stdout), 0;
    if (argument == "--version") {
      std::printf("%s %.*s (%.*s)\n", program_.c_str(), static_cast<int>(Version().size()), Version().data(),
                  static_cast<int>(Revision().size()), Revision().data());
      return 0;
    }
    if (argument == "--print-config") {
      ask = Ask::kPrint;
    } else if (argument == "--check-config") {
      ask = Ask::kCheck;
    } else if (argument.starts_with("--config=")) {
      sources.file = argument.substr(sizeof "--config=" - 1);
    } else if (argument == "--config" && i + 1 < argc) {
      sources.file = argv[++i];
    } else {
      sources.arguments.emplace_back(argument);
      // The value of "--key value" is taken as it is, whatever it looks like.
      if (argument.starts_with("--") && !argument.contains('=') && i + 1 < argc)
        sources.arguments.emplace_back(argv[++i]);
    }
  }
  try {
    Read(sources);
  } catch (const ConfigError& error) {
    std::fprintf(stderr, "%s: %s\n", program_.c_str(), error.what());
    return 2;
  }
  if (ask == Ask::kRun) return std::nullopt;
  std::fputs(ask == Ask::kPrint ? Print().c_str() : "the configuration is good\n", stdout);
  return 0;
}

std::string Properties::Help() const {
  std::string help = program_ + " " + std::string(Version()) + "\n\nusage: " + program_ +
                     " [--config FILE] [--KEY=VALUE]...\n"
                     "       --help | --version | --print-config | --check-config\n\n"
                     "A key may be set in FILE (lines KEY = VALUE), in the environment (" +
                     (declarations_.empty() ? std::string("a.b is MARKET_A_B")
                                            : declarations_.front().name + " is " +
                                                  EnvironmentName(declarations_.front().name)) +
                     ")\nor on the command line; the later wins.\n\n";
  for (const auto& declaration : declarations_) {
    help += "  " + declaration.name;
    if (!declaration.initial) {
      help += "  (required)";
    } else if (!declaration.secret) {
      help += " = " + *declaration.initial;
    }
    help += "\n      " + declaration.help + "; " + declaration.expected + "\n";
  }
  return help;
}

std::string Properties::Print() const {
  std::string text;
  for (const auto& declaration : declarations_) {
    text += "# " + declaration.source + "\n";
    text += declaration.secret ? "# " + declaration.name + " = ***\n"
                               : declaration.name + " = " + declaration.text + "\n";
  }
  return text;
}

}  // namespace market::config
