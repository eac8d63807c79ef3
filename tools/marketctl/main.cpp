// What an operator does to a marketplace beside its API. Exit codes: 0 done, 1 failed, 2 bad arguments, 3 a
// database or the provider did not answer in time: the same may succeed later, 4 done but for what a person
// has to look at.
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <future>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/config/properties.hpp"
#include "platform/core/error.hpp"
#include "platform/postgres/conninfo.hpp"
#include "tools/marketctl/account.hpp"
#include "tools/marketctl/audit.hpp"
#include "tools/marketctl/bad_arguments.hpp"
#include "tools/marketctl/conninfo.hpp"
#include "tools/marketctl/healthcheck.hpp"
#include "tools/marketctl/migrate.hpp"
#include "tools/marketctl/operator.hpp"
#include "tools/marketctl/parked.hpp"
#include "tools/marketctl/reconcile.hpp"

namespace market::marketctl {
namespace {

constexpr const char* kUsage =
    "usage: marketctl operator create --email E --password-file F --config FILE [--role ROLE]\n"
    "\n"
    "  Gives the account E a role: admin, unless ROLE is support, finance or moderator; makes the account, "
    "with\n"
    "  the password in F, when there is none. FILE is the configuration of auth (or of marketplace): the\n"
    "  database is taken from it.\n"
    "\n"
    "usage: marketctl account find --email E|--id ID --config FILE [--json]\n"
    "usage: marketctl account disable|enable --email E|--id ID --reason WHY --config FILE [--json]\n"
    "\n"
    "  Who has the account, or that nobody may sign in to it: disabling ends its sessions. With --json one\n"
    "  object instead of a line. FILE as for operator create.\n"
    "\n"
    "usage: marketctl migrate [--config FILE] [--database NAME [--role ROLE]] [--limit 60s]\n"
    "\n"
    "  Brings each database that FILE, or else the environment, names to the newest schema, as the role "
    "that\n"
    "  owns it; with NAME only that one, for which postgres.conninfo is enough. Then gives ROLE, which is "
    "the\n"
    "  program's and by default called like the database, its rights. The limit is for waiting for the\n"
    "  database and for the migrations of each. What is the newest stays as it is.\n"
    "\n"
    "usage: marketctl reconcile --since TIME [--apply] [--config FILE]\n"
    "\n"
    "  After a restore: makes orders, payments and stock agree with the payment provider, which has gone on\n"
    "  since TIME, the moment of the backup (2026-11-28T17:20:08Z). Charges there that no payment here "
    "claims\n"
    "  are voided or refunded. Without --apply it only tells what it would do. FILE, or else the "
    "environment,\n"
    "  names the databases of order, payment and product and the provider.\n"
    "\n"
    "usage: marketctl outbox list|retry|drop [ID... | all] [--config FILE] [--database NAME]\n"
    "usage: marketctl work list|retry [ID... | all] [--config FILE] [--database NAME]\n"
    "\n"
    "  What was given up after `work.tries` broken runs: messages, which keep the later ones of their key\n"
    "  waiting, and rows of work (checkouts, payments). retry lets them go on; drop takes a message away "
    "for\n"
    "  ever. FILE and NAME as for migrate.\n"
    "\n"
    "usage: marketctl audit verify [--config FILE] [--database NAME [--head POSITION:DIGEST]]\n"
    "\n"
    "  Whether the acts on record are what they were. That the end of the chain was not cut off is known by "
    "a "
    "head\n"
    "  that its log line `audit.sealed` told. FILE and NAME as for migrate.\n"
    "\n"
    "usage: marketctl healthcheck [HOST:PORT]\n"
    "\n"
    "  Whether the program with this metrics.listen is ready; without an address: MARKET_METRICS_LISTEN's.\n";

constexpr std::string_view kOptions[] = {"email", "password-file", "config", "database", "role", "limit",
                                         "id",    "reason",        "head"};
constexpr std::string_view kFlags[] = {"json"};
constexpr std::chrono::seconds kHealthcheckLimit(3);

struct Arguments {
  std::vector<std::string> words;
  std::map<std::string, std::string> options;

  const std::string& Option(const std::string& name) const {
    const auto at = options.find(name);
    if (at == options.end()) throw BadArguments("--" + name + " is missing");
    return at->second;
  }
  std::optional<std::string> Given(const std::string& name) const {
    const auto at = options.find(name);
    return at == options.end() ? std::nullopt : std::optional(at->second);
  }
};

// Options as `--name value` or `--name=value`, flags as `--name`, anywhere.
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

// Returns or throws what the task of `start(io)` does; what it leaves behind in the loop is not waited for.
template <class Start>
auto Finish(Start start) {
  boost::asio::io_context io(1);
  auto result = boost::asio::co_spawn(io, start(io), boost::asio::use_future);
  while (result.wait_for(std::chrono::seconds(0)) == std::future_status::timeout) io.run_one();
  return result.get();
}

std::string Words(auth::storage::Promotion promotion, const OperatorRequest& request) {
  const std::string has_role = request.email + " has the role " + std::string(Name(request.role));
  switch (promotion) {
    case auth::storage::Promotion::kCreated:
      return "made the account; " + has_role;
    case auth::storage::Promotion::kPromoted:
      return has_role + " now; its password is what it was";
    case auth::storage::Promotion::kHadRole:
      return has_role + " already; nothing changed";
  }
  return "";
}

auth::domain::Role RoleOf(const Arguments& arguments) {
  const auto given = arguments.Given("role");
  if (!given) return auth::domain::Role::kAdmin;
  const auto role = auth::domain::kRoles.Find(*given);
  if (!role) throw BadArguments("--role: '" + *given + "' is none of admin, support, finance, moderator");
  return *role;
}

void RunOperatorCreate(const Arguments& arguments) {
  OperatorRequest request{.email = arguments.Option("email"),
                          .password = ReadFile(arguments.Option("password-file")),
                          .conninfo = ConninfoOfAuth(arguments.Option("config")),
                          .role = RoleOf(arguments)};
  const auto promotion = Finish([&](auto& io) { return CreateOperator(io, request); });
  std::cout << Words(promotion, request) << '\n';
}

const std::map<std::string, AccountVerb> kAccountVerbs = {
    {"find", AccountVerb::kFind}, {"disable", AccountVerb::kDisable}, {"enable", AccountVerb::kEnable}};

void RunAccountVerb(const Arguments& arguments) {
  const auto verb = kAccountVerbs.at(arguments.words[1]);
  AccountRequest request{.conninfo = {}, .email = arguments.Given("email"), .id = {}, .reason = {}};
  if (const auto id = arguments.Given("id")) {
    request.id = AccountId::Parse(*id);
    if (!request.id) throw BadArguments("--id: '" + *id + "' is not an id");
  }
  if (request.email.has_value() == request.id.has_value()) throw BadArguments("give --email or --id");
  if (verb != AccountVerb::kFind) request.reason = arguments.Option("reason");
  request.conninfo = ConninfoOfAuth(arguments.Option("config"));
  const auto account = Finish([&](auto& io) { return RunAccount(io, verb, std::move(request)); });
  std::cout << (arguments.Given("json") ? JsonOf(account) : LineOf(account)) << '\n';
}

// By name, what gives the connection string of a database once the properties are read.
std::map<std::string, std::function<std::string()>> DatabasesOf(config::Properties& properties,
                                                                const std::vector<std::string>& names) {
  std::map<std::string, std::function<std::string()>> databases;
  for (const auto& name : names) {
    const auto conninfo =
        properties.Secret(name + ".postgres.conninfo", "libpq connection string of the database of " + name);
    const auto ca = properties.Text(name + ".postgres.ca", "roots that its server is verified by", "");
    databases.emplace(name, [=] { return postgres::VerifiedBy(*conninfo, *ca); });
  }
  return databases;
}

void RunHealthcheck(const std::vector<std::string>& words) {
  const char* listen = words.size() > 1 ? words[1].c_str() : std::getenv("MARKET_METRICS_LISTEN");
  if (listen == nullptr || *listen == '\0')
    throw BadArguments("healthcheck needs an address, or MARKET_METRICS_LISTEN");
  Finish([&](auto& io) { return CheckReady(io, ReachableAddress(listen), kHealthcheckLimit); });
}

std::chrono::milliseconds LimitOf(const Arguments& arguments) {
  using namespace std::chrono_literals;
  config::Properties options("marketctl");
  const auto limit = options.Duration("limit", "time for each database", 1s, 24h, 60s);
  const auto given = arguments.Given("limit");
  options.Read({.file = "",
                .environment = {},
                .arguments = given ? std::vector{"--limit=" + *given} : std::vector<std::string>{}});
  return *limit;
}

void RunMigrate(const Arguments& arguments) {
  const auto limit = LimitOf(arguments);
  const auto config = arguments.Given("config");
  const auto named = config ? ConninfosOf(*config) : ConninfosOfEnvironment(std::getenv);
  const auto role = arguments.Given("role");
  if (role && !arguments.Given("database")) throw BadArguments("--role is that of one --database");
  for (auto& migration : Choose(named, arguments.Given("database"))) {
    migration.program_role = role.value_or("");
    const std::string database(migration.migrations->database);
    const auto applied = Finish([&](auto& io) { return MigrateOne(io, std::move(migration), limit); });
    for (const auto& name : applied) std::cout << database << ": applied " << name << '\n';
    if (applied.empty()) std::cout << database << ": is the newest\n";
    std::cout.flush();
  }
}

// It is told of databases and provider as programs are.
int RunReconcile(const std::vector<std::string>& given) {
  config::Properties properties("marketctl reconcile");
  const auto databases = DatabasesOf(properties, {"order", "payment", "product"});
  const auto url = properties.Text("payment.provider_url", "where the payment provider is: http://host:port",
                                   config::Required{});
  const auto key =
      properties.Secret("payment.provider_key", "API key for the payment provider", "sk_sandbox");
  const auto since = properties.Text("since", "the moment of the backup, RFC 3339", config::Required{});
  const auto apply = properties.Flag("apply", "do it, and not only tell", false);
  std::vector<const char*> arguments;
  for (const auto& word : given) arguments.push_back(word == "--apply" ? "--apply=true" : word.c_str());
  if (const auto code = properties.Load(static_cast<int>(arguments.size()), arguments.data())) return *code;

  ReconcileRequest request{.order_conninfo = databases.at("order")(),
                           .payment_conninfo = databases.at("payment")(),
                           .product_conninfo = databases.at("product")(),
                           .provider_url = *url,
                           .provider_key = *key,
                           .since = *since,
                           .mode = *apply ? Mode::kApply : Mode::kLook};
  const auto told = Finish([&](auto& io) { return Reconcile(io, std::move(request), std::cout); });
  std::cout << told.charges << " charges made or changed at the provider, " << told.steps << " steps, "
            << told.left << " left for a person\n";
  return told.left > 0 ? 4 : 0;
}

// The ids among the words of `outbox retry ID…`; none for `all`.
std::vector<Uuid> IdsAmong(const std::vector<std::string>& words) {
  std::vector<Uuid> ids;
  if (words.size() < 3) throw BadArguments(words[0] + ' ' + words[1] + " needs ids, or `all`");
  if (words.size() == 3 && words[2] == "all") return ids;
  for (std::size_t i = 2; i < words.size(); ++i) {
    const auto id = Uuid::Parse(words[i]);
    if (!id) throw BadArguments("'" + words[i] + "' is not an id");
    ids.push_back(*id);
  }
  return ids;
}

void RunParked(const Arguments& arguments) {
  const auto& words = arguments.words;
  const auto config = arguments.Given("config");
  const auto tables =
      ParkedTables(words[0], config ? ConninfosOf(*config) : ConninfosOfEnvironment(std::getenv),
                   arguments.Given("database"));
  const auto ids = words[1] == "list" ? std::vector<Uuid>() : IdsAmong(words);
  std::int64_t found = 0;
  for (const auto& table : tables) {
    if (words[1] == "list") {
      for (const auto& line : Finish([&](auto& io) { return ListParked(io, table); }))
        std::cout << line << '\n';
    } else {
      found += words[1] == "retry" ? Finish([&](auto& io) { return RetryParked(io, table, ids); })
                                   : Finish([&](auto& io) { return DropParked(io, table, ids); });
    }
  }
  if (words[1] == "list") return;
  std::cout << found << (words[1] == "retry" ? " let go on" : " dropped") << '\n';
  if (found < static_cast<std::int64_t>(ids.size())) throw std::runtime_error("not all of them are parked");
}

int RunAuditVerify(const Arguments& arguments) {
  std::optional<ChainHead> known;
  if (const auto head = arguments.Given("head")) {
    known = ReadHead(*head);
    if (!known) throw BadArguments("--head is POSITION:DIGEST, as the log tells it");
    if (!arguments.Given("database")) throw BadArguments("--head is that of one --database");
  }
  const auto config = arguments.Given("config");
  const auto named = config ? ConninfosOf(*config) : ConninfosOfEnvironment(std::getenv);
  bool whole = true;
  for (const auto& chosen : Choose(named, arguments.Given("database"))) {
    const std::string name(chosen.migrations->database);
    if (name == "sandbox") continue;
    const auto report = Finish([&](auto& io) { return VerifyChain(io, name, chosen.conninfo, known); });
    for (const auto& fault : report.faults) std::cout << name << ": " << fault << '\n';
    if (report.faults.empty()) {
      std::cout << name << ": whole, " << report.head.position << ':' << report.head.digest << '\n';
    }
    whole = whole && report.faults.empty();
  }
  return whole ? 0 : 4;
}

bool IsParked(const std::vector<std::string>& words) {
  if (words.size() < 2) return false;
  if (words[0] == "outbox") return words[1] == "list" || words[1] == "retry" || words[1] == "drop";
  return words[0] == "work" && (words[1] == "list" || words[1] == "retry");
}

int Run(const std::vector<std::string>& given) {
  if (given.empty() || given[0] == "--help" || given[0] == "-h" || given[0] == "help") {
    std::cout << kUsage;
    return given.empty() ? 2 : 0;
  }
  if (given[0] == "reconcile") return RunReconcile(given);
  const auto arguments = Parse(given);
  const auto& words = arguments.words;
  if (words == std::vector<std::string>{"operator", "create"}) {
    RunOperatorCreate(arguments);
  } else if (words == std::vector<std::string>{"audit", "verify"}) {
    return RunAuditVerify(arguments);
  } else if (words.size() == 2 && words[0] == "account" && kAccountVerbs.contains(words[1])) {
    RunAccountVerb(arguments);
  } else if (words == std::vector<std::string>{"migrate"}) {
    RunMigrate(arguments);
  } else if (IsParked(words)) {
    RunParked(arguments);
  } else if (!words.empty() && words.size() <= 2 && words[0] == "healthcheck") {
    RunHealthcheck(words);
  } else {
    throw BadArguments(
        "the commands are: operator create, account, audit verify, migrate, outbox, work, reconcile, "
        "healthcheck");
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
} catch (const market::config::ConfigError& error) {
  std::cerr << error.what() << '\n';
  return 2;
} catch (const market::Error& error) {
  std::cerr << "marketctl: " << error.what() << '\n';
  return error.code == market::Code::kUnavailable ? 3 : 1;
} catch (const std::exception& error) {
  std::cerr << "marketctl: " << error.what() << '\n';
  return 1;
}
