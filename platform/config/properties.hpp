// What a program can be told: typed properties, declared in the wiring code before anything else is built.
//
//   config::Properties properties("marketplace-order");
//   const auto listen = properties.Text("grpc.listen", "address of the gRPC server", "127.0.0.1:7004");
//   const auto cap = properties.Duration("peers.timeout", "cap of one call", 10ms, 10s, 500ms);
//   if (const auto exit_code = properties.Load(argc, argv)) return *exit_code;
//   Serve(*listen, *cap);
//
// Sources, the later wins: defaults; the file named by --config FILE or MARKET_CONFIG (lines `key = value`;
// a line that starts with # is a comment); the environment (grpc.listen is MARKET_GRPC_LISTEN);
// the command line (--grpc.listen=VALUE or --grpc.listen VALUE).
// A secret may also be named by a file: `<key>_file = PATH`.
//
// A key that nobody declared, a value out of bounds or a missing required value stops the program before it
// starts: Load writes one line on stderr that names the key, the source and what is expected. Environment
// variables that belong to no property are ignored: one environment is often shared by several programs.
// Owner: main. Used once, at start, from one thread. Property handles outlive it and may be copied.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace market::config {

// Bad input from the operator; what() is the one line to show.
class ConfigError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// What only its use shows to be wrong with a value (an address that can't be listened on) is said with its
// name: returns what `use` returns, and puts `name` in front of what it throws.
template <class Use>
auto Naming(std::string_view name, Use use) -> decltype(use()) {
  try {
    return use();
  } catch (const std::exception& error) {
    throw ConfigError(std::string(name) + ": " + error.what());
  }
}

// The variable that a key is read from: MARKET_GRPC_LISTEN for grpc.listen.
std::string EnvironmentName(std::string_view key);

// In place of a default: the operator must say.
struct Required {};

template <class T>
using Default = std::variant<T, Required>;

// A value that is there after Load; reading it earlier is a mistake
// in the wiring and throws std::logic_error.
template <class T>
class Property {
 public:
  const T& Get() const {
    if (!*value_) throw std::logic_error("a property was read before Properties::Load");
    return **value_;
  }
  const T& operator*() const { return Get(); }
  const T* operator->() const { return &Get(); }

 private:
  friend class Properties;
  std::shared_ptr<std::optional<T>> value_ = std::make_shared<std::optional<T>>();
};

// The exit code when the program must end now (--help and the like:
// 0, bad input: 2), nothing when it may go on.
using LoadResult = std::optional<int>;

class Properties {
 public:
  explicit Properties(std::string program);

  // Keys are lower-case words joined by dots and underscores. Declaring a key twice throws std::logic_error.
  Property<std::string> Text(std::string name, std::string help, Default<std::string> initial);
  // Items separated by commas; blanks around items are dropped; an empty text is an empty list.
  Property<std::vector<std::string>> List(std::string name, std::string help,
                                          Default<std::vector<std::string>> initial);
  Property<std::int64_t> Int(std::string name, std::string help, std::string unit, std::int64_t min,
                             std::int64_t max, Default<std::int64_t> initial);
  Property<double> Real(std::string name, std::string help, double min, double max, Default<double> initial);
  // A whole number with its unit: "500ms", "2s", "15m", "24h", "30d".
  Property<std::chrono::milliseconds> Duration(std::string name, std::string help,
                                               std::chrono::milliseconds min, std::chrono::milliseconds max,
                                               Default<std::chrono::milliseconds> initial);
  // "true" or "false".
  Property<bool> Flag(std::string name, std::string help, Default<bool> initial);
  template <class T>
  Property<T> Choice(std::string name, std::string help, std::vector<std::pair<std::string, T>> choices,
                     Default<T> initial);
  // Never shown, never accepted on the command line (other users see it there).
  Property<std::string> Secret(std::string name, std::string help, Default<std::string> initial = Required{});

  // Reads all sources; also answers --help, --version, --print-config (secrets masked) and --check-config.
  LoadResult Load(int argc, const char* const* argv);

  // The sources as data, for tests and tools: throws ConfigError instead of ending the program.
  struct Sources {
    std::string file;  // path; empty: none
    std::map<std::string, std::string, std::less<>> environment;
    std::vector<std::string> arguments;  // "--key=value" or "--key", "value"
  };
  void Read(const Sources& sources);

  std::string Help() const;
  // All properties in the file format, with secrets masked and the source of each value. After Read or Load.
  std::string Print() const;

 private:
  struct Declaration {
    std::string name;
    std::string help;
    std::string expected;  // "a whole number from 1 to 64 (threads)"
    std::optional<std::string> initial;
    // Returns false when the text is not what is expected.
    std::function<bool(std::string_view text)> assign;
    bool secret = false;
    std::string source;  // of the value in force; empty: none yet
    std::string text;
  };

  Declaration& Declare(Declaration declaration);
  Declaration* Find(std::string_view name);
  // `name` may be the _file twin of a secret. Throws ConfigError.
  void Assign(std::string_view name, const std::string& text, const std::string& source);
  void SetValue(Declaration& declaration, std::string text, const std::string& source);
  void ReadFile(const std::string& path);
  void ReadEnvironment(const std::map<std::string, std::string, std::less<>>& environment);
  void ReadArguments(const std::vector<std::string>& arguments);
  std::string UnknownKey(std::string_view name) const;

  std::string program_;
  std::vector<Declaration> declarations_;  // in order of declaration, which is the order of --help
};

template <class T>
Property<T> Properties::Choice(std::string name, std::string help,
                               std::vector<std::pair<std::string, T>> choices, Default<T> initial) {
  Property<T> property;
  std::string expected = "one of";
  std::optional<std::string> initial_text;
  for (const auto& [text, value] : choices) {
    expected += (expected.size() > 6 ? ", " : " ") + text;
    if (const T* chosen = std::get_if<T>(&initial); chosen && *chosen == value) initial_text = text;
  }
  if (std::holds_alternative<T>(initial) && !initial_text) {
    throw std::logic_error("the default of " + name + " is not one of its choices");
  }
  Declare({.name = std::move(name),
           .help = std::move(help),
           .expected = std::move(expected),
           .initial = std::move(initial_text),
           .assign = [value = property.value_, choices = std::move(choices)](std::string_view text) {
             for (const auto& [word, choice] : choices) {
               if (word == text) return value->emplace(choice), true;
             }
             return false;
           }});
  return property;
}

}  // namespace market::config
