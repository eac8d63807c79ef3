// What an operator does to a marketplace beside its API. Exit codes: 0 done, 1 failed, 2 bad arguments.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tools/marketctl/conninfo.hpp"
#include "tools/marketctl/healthcheck.hpp"
#include "tools/marketctl/operator.hpp"

namespace market::marketctl {
namespace {

constexpr const char* kUsage =
    "usage: marketctl operator create --email E --password-file F --config FILE\n"
    "\n"
    "  Makes the account E an operator; makes the account, with the password in F, when there is none.\n"
    "  FILE is the configuration of auth (or of marketplace): the database is taken from it.\n"
    "\n"
    "usage: marketctl healthcheck [HOST:PORT]\n"
    "\n"
    "  Whether the program with this metrics.listen is ready; without an address: MARKET_METRICS_LISTEN's.\n";

constexpr std::chrono::seconds kHealthcheckLimit(3);

struct BadArguments : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Arguments {
  std::vector<std::string> words;
  std::map<std::string, std::string> options;

  const std::string& Option(const std::string& name) const {
    const auto at = options.find(name);
    if (at == options.end()) throw BadArguments("--" + name + " is missing");
    return at->second;
  }
};

// Options as `--name value` or `--name=value`, anywhere.
Arguments Parse(const std::vector<std::string>& given) {
  Arguments arguments;
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (!given[i].starts_with("--")) {
      arguments.words.push_back(given[i]);
      continue;
    }
    const auto equals = given[i].find('=');
    const std::string name = given[i].substr(2, equals == std::string::npos ? equals : equals - 2);
    if (name != "email" && name != "password-file" && name != "config")
      throw BadArguments("unknown option --" + name);
    if (equals == std::string::npos && i + 1 == given.size())
      throw BadArguments("--" + name + " needs a value");
    arguments.options[name] = equals == std::string::npos ? given[++i] : given[i].substr(equals + 1);
  }
  return arguments;
}

std::string Words(auth::storage::Promotion promotion, const std::string& email) {
  switch (promotion) {
    case auth::storage::Promotion::kCreated:
      return "made the operator " + email;
    case auth::storage::Promotion::kPromoted:
      return email + " is an operator now; its password is what it was";
    case auth::storage::Promotion::kWasOperator:
      return email + " is an operator already; nothing changed";
  }
  return "";
}

void RunOperatorCreate(const Arguments& arguments) {
  OperatorRequest request{.email = arguments.Option("email"),
                          .password = ReadFile(arguments.Option("password-file")),
                          .conninfo = ConninfoFrom(arguments.Option("config"))};
  const std::string email = request.email;
  boost::asio::io_context io(1);
  std::exception_ptr failure;
  auth::storage::Promotion promotion{};
  boost::asio::co_spawn(io, CreateOperator(std::move(request)),
                        [&](std::exception_ptr error, auth::storage::Promotion result) {
                          failure = error;
                          promotion = result;
                          io.stop();
                        });
  io.run();
  if (failure) std::rethrow_exception(failure);
  std::cout << Words(promotion, email) << '\n';
}

void RunHealthcheck(const std::vector<std::string>& words) {
  const char* listen = words.size() > 1 ? words[1].c_str() : std::getenv("MARKET_METRICS_LISTEN");
  if (listen == nullptr || *listen == '\0')
    throw BadArguments("healthcheck needs an address, or MARKET_METRICS_LISTEN");
  boost::asio::io_context io(1);
  std::exception_ptr failure;
  boost::asio::co_spawn(io, CheckReady(ReachableAddress(listen), kHealthcheckLimit),
                        [&](std::exception_ptr error) {
                          failure = error;
                          io.stop();
                        });
  io.run();
  if (failure) std::rethrow_exception(failure);
}

int Run(const std::vector<std::string>& given) {
  if (given.empty() || given[0] == "--help" || given[0] == "-h" || given[0] == "help") {
    std::cout << kUsage;
    return given.empty() ? 2 : 0;
  }
  const auto arguments = Parse(given);
  const auto& words = arguments.words;
  if (words == std::vector<std::string>{"operator", "create"}) {
    RunOperatorCreate(arguments);
  } else if (!words.empty() && words.size() <= 2 && words[0] == "healthcheck") {
    RunHealthcheck(words);
  } else {
    throw BadArguments("there are two commands: operator create, healthcheck");
  }
  return 0;
}

}  // namespace
}  // namespace market::marketctl

int main(int argc, char** argv) try {
  return market::marketctl::Run({argv + 1, argv + argc});
} catch (const market::marketctl::BadArguments& error) {
  std::cerr << "marketctl: " << error.what() << " (see marketctl --help)\n";
  return 2;
} catch (const std::exception& error) {
  std::cerr << "marketctl: " << error.what() << '\n';
  return 1;
}
