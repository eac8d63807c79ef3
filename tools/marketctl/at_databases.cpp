#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdlib>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "platform/config/properties.hpp"
#include "platform/postgres/conninfo.hpp"
#include "tools/marketctl/answer.hpp"
#include "tools/marketctl/audit.hpp"
#include "tools/marketctl/bad_arguments.hpp"
#include "tools/marketctl/commands.hpp"
#include "tools/marketctl/conninfo.hpp"
#include "tools/marketctl/finish.hpp"
#include "tools/marketctl/healthcheck.hpp"
#include "tools/marketctl/migrate.hpp"
#include "tools/marketctl/operator.hpp"
#include "tools/marketctl/parked.hpp"
#include "tools/marketctl/reconcile.hpp"
#include "tools/marketctl/reset_keys.hpp"

namespace market::marketctl {
namespace {

namespace json = boost::json;

constexpr std::chrono::seconds kHealthcheckLimit(3);

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

std::string_view Word(auth::storage::Promotion promotion) {
  switch (promotion) {
    case auth::storage::Promotion::kCreated:
      return "CREATED";
    case auth::storage::Promotion::kPromoted:
      return "GRANTED";
    case auth::storage::Promotion::kHadRole:
      return "UNCHANGED";
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

int RunOperatorCreate(const Arguments& arguments) {
  OperatorRequest request{.email = arguments.Option("email"),
                          .password = ReadFile(arguments.Option("password-file")),
                          .conninfo = ConninfoOfAuth(arguments.Option("config")),
                          .role = RoleOf(arguments)};
  const auto promotion = Finish([&](auto& io) { return CreateOperator(io, request); });
  Answer(arguments, Words(promotion, request),
         json::object{{"email", request.email},
                      {"role", std::string(Name(request.role))},
                      {"outcome", std::string(Word(promotion))}});
  return kDone;
}

int RunKeysReset(const Arguments& arguments) {
  const auto conninfo = ConninfoOfAuth(arguments.Option("config"));
  const auto removed =
      Finish([&](auto& io) { return ResetSigningKeys(io, conninfo, arguments.Option("reason")); });
  Answer(arguments, std::to_string(removed) + " signing keys removed; auth makes new ones when it starts",
         json::object{{"removed", removed}});
  return kDone;
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

int RunHealthcheck(const Arguments& arguments) {
  const auto& words = arguments.words;
  if (words.size() > 2) throw BadArguments("healthcheck takes one address");
  const char* listen = words.size() > 1 ? words[1].c_str() : std::getenv("MARKET_METRICS_LISTEN");
  if (listen == nullptr || *listen == '\0')
    throw BadArguments("healthcheck needs an address, or MARKET_METRICS_LISTEN");
  Finish([&](auto& io) { return CheckReady(io, ReachableAddress(listen), kHealthcheckLimit); });
  return kDone;
}

Conninfos NamedBy(const Arguments& arguments) {
  const auto config = arguments.Given("config");
  return config ? ConninfosOf(*config) : ConninfosOfEnvironment(std::getenv);
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

int RunMigrate(const Arguments& arguments) {
  const auto limit = LimitOf(arguments);
  const auto named = NamedBy(arguments);
  const auto role = arguments.Given("role");
  if (role && !arguments.Given("database")) throw BadArguments("--role is that of one --database");
  json::object all;
  for (auto& migration : Choose(named, arguments.Given("database"))) {
    migration.program_role = role.value_or("");
    const std::string database(migration.migrations->database);
    const auto applied = Finish([&](auto& io) { return MigrateOne(io, std::move(migration), limit); });
    all[database] = json::array(applied.begin(), applied.end());
    if (arguments.Has("json")) continue;
    for (const auto& name : applied) std::cout << database << ": applied " << name << '\n';
    if (applied.empty()) std::cout << database << ": is the newest\n";
    std::cout.flush();
  }
  if (arguments.Has("json")) std::cout << json::serialize(json::object{{"applied", all}}) << '\n';
  return kDone;
}

int RunReconcile(const Arguments& given) {
  config::Properties properties("marketctl reconcile");
  const auto databases = DatabasesOf(properties, {"order", "payment", "product"});
  const auto url = properties.Text("payment.provider_url",
                                   "where the payment provider is: https://api.stripe.com, http://host:port",
                                   config::Required{});
  const auto key =
      properties.Secret("payment.provider_key", "API key for the payment provider", "sk_sandbox");
  const auto since = properties.Text("since", "the moment of the backup, RFC 3339", config::Required{});
  const auto apply = properties.Flag("apply", "do it, and not only tell", false);
  std::vector<const char*> words;
  bool as_json = false;
  for (const auto& word : given.words) {
    if (word == "--json") {
      as_json = true;
    } else {
      words.push_back(word == "--apply" ? "--apply=true" : word.c_str());
    }
  }
  if (const auto code = properties.Load(static_cast<int>(words.size()), words.data())) return *code;

  ReconcileRequest request{.order_conninfo = databases.at("order")(),
                           .payment_conninfo = databases.at("payment")(),
                           .product_conninfo = databases.at("product")(),
                           .provider_url = *url,
                           .provider_key = *key,
                           .since = *since,
                           .mode = *apply ? Mode::kApply : Mode::kLook};
  // Steps are told while they are taken: beside the answer, where it is to be one value.
  auto& steps = as_json ? std::cerr : std::cout;
  const auto told = Finish([&](auto& io) { return Reconcile(io, std::move(request), steps); });
  if (as_json) {
    std::cout << json::serialize(
                     json::object{{"charges", told.charges}, {"steps", told.steps}, {"left", told.left}})
              << '\n';
  } else {
    std::cout << told.charges << " charges made or changed at the provider, " << told.steps << " steps, "
              << told.left << " left for a person\n";
  }
  return told.left > 0 ? kForAPerson : kDone;
}

int RunParkedList(const Arguments& arguments) {
  json::array rows;
  const auto tables = ParkedTables(arguments.words[0], NamedBy(arguments), arguments.Given("database"));
  for (const auto& table : tables) {
    for (const auto& row : Finish([&](auto& io) { return ListParked(io, table); })) {
      if (!arguments.Has("json")) std::cout << LineOf(row) << '\n';
      rows.push_back(json::object{{"database", row.database},
                                  {"id", row.id},
                                  {"what", row.what},
                                  {"parkTime", row.parked_at},
                                  {"runs", row.runs},
                                  {"lastError", row.error}});
    }
  }
  if (arguments.Has("json")) std::cout << json::serialize(json::object{{"parked", rows}}) << '\n';
  return kDone;
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

using ParkedAct = Task<std::int64_t> (*)(boost::asio::io_context&, ParkedTable, std::vector<Uuid>);

int ActOnParked(const Arguments& arguments, ParkedAct act, const std::string& done) {
  const auto ids = IdsAmong(arguments.words);
  const auto tables = ParkedTables(arguments.words[0], NamedBy(arguments), arguments.Given("database"));
  std::int64_t found = 0;
  for (const auto& table : tables) found += Finish([&](auto& io) { return act(io, table, ids); });
  Answer(arguments, std::to_string(found) + ' ' + done, json::object{{"count", found}});
  if (found < static_cast<std::int64_t>(ids.size())) throw std::runtime_error("not all of them are parked");
  return kDone;
}

int RunParkedRetry(const Arguments& arguments) { return ActOnParked(arguments, RetryParked, "let go on"); }
int RunParkedDrop(const Arguments& arguments) { return ActOnParked(arguments, DropParked, "dropped"); }

int RunAuditVerify(const Arguments& arguments) {
  std::optional<ChainHead> known;
  if (const auto head = arguments.Given("head")) {
    known = ReadHead(*head);
    if (!known) throw BadArguments("--head is POSITION:DIGEST, as the log tells it");
    if (!arguments.Given("database")) throw BadArguments("--head is that of one --database");
  }
  json::object chains;
  bool whole = true;
  for (const auto& chosen : Choose(NamedBy(arguments), arguments.Given("database"))) {
    const std::string name(chosen.migrations->database);
    if (name == "sandbox") continue;
    const auto report = Finish([&](auto& io) { return VerifyChain(io, name, chosen.conninfo, known); });
    whole = whole && report.faults.empty();
    const auto head = std::to_string(report.head.position) + ':' + report.head.digest;
    chains[name] = {{"head", head}, {"faults", json::array(report.faults.begin(), report.faults.end())}};
    if (arguments.Has("json")) continue;
    for (const auto& fault : report.faults) std::cout << name << ": " << fault << '\n';
    if (report.faults.empty()) std::cout << name << ": whole, " << head << '\n';
  }
  if (arguments.Has("json"))
    std::cout << json::serialize(json::object{{"whole", whole}, {"chains", chains}}) << '\n';
  return whole ? kDone : kForAPerson;
}

constexpr std::string_view kDatabases =
    "FILE, or else the environment, names the databases; with NAME only that one, for which\n"
    "postgres.conninfo is enough.\n";

}  // namespace

std::vector<Command> CommandsAtDatabases() {
  return {
      {"operator create", "--email E --password-file F [--role ROLE] --config FILE [--json]",
       "gives an account a role of an operator, and makes it where there is none",
       "ROLE is admin, support, finance or moderator; admin if it is left out. The password in F is that of "
       "a new\n"
       "account. FILE is the configuration of auth (or of marketplace): the database is taken from it.\n",
       RunOperatorCreate},
      {"migrate", "[--config FILE] [--database NAME [--role ROLE]] [--limit 60s] [--json]",
       "brings databases to the newest schema",
       "As the role that owns each; then gives ROLE, which is the program's and by default called like the\n"
       "database, its rights. The limit is for waiting for the database and for the migrations of each. What "
       "is\n"
       "the newest stays as it is. FILE, or else the environment, names the databases; with NAME only that "
       "one,\n"
       "for which postgres.conninfo is enough.\n",
       RunMigrate},
      {"reconcile", "--since TIME [--apply] [--config FILE] [--json]",
       "after a restore, makes orders, payments and stock agree with the provider",
       "The provider has gone on since TIME, the moment of the backup (2026-11-28T17:20:08Z). Charges there "
       "that\n"
       "no payment here claims are voided or refunded. Without --apply it only tells what it would do. FILE, "
       "or\n"
       "else the environment, names the databases of order, payment and product and the provider.\n",
       RunReconcile},
      {"outbox list", "[--config FILE] [--database NAME] [--json]", "messages that were given up", kDatabases,
       RunParkedList},
      {"outbox retry", "ID...|all [--config FILE] [--database NAME] [--json]", "lets parked messages go on",
       kDatabases, RunParkedRetry},
      {"outbox drop", "ID...|all [--config FILE] [--database NAME] [--json]",
       "takes parked messages away for ever", kDatabases, RunParkedDrop},
      {"work list", "[--config FILE] [--database NAME] [--json]", "checkouts and payments that were given up",
       kDatabases, RunParkedList},
      {"work retry", "ID...|all [--config FILE] [--database NAME] [--json]",
       "lets parked checkouts and payments go on", kDatabases, RunParkedRetry},
      {"audit verify", "[--config FILE] [--database NAME [--head POSITION:DIGEST]] [--json]",
       "whether the acts on record are what they were",
       "That the end of the chain was not cut off is known by a head that its log line `audit.sealed` told. "
       "FILE,\n"
       "or else the environment, names the databases.\n",
       RunAuditVerify},
      {"keys reset", "--reason WHY --config FILE [--json]",
       "removes every signing key, for an auth that has another root secret",
       "While auth is stopped: it makes new ones when it starts. No access token of before is good then. "
       "FILE as\n"
       "for operator create.\n",
       RunKeysReset},
      {"healthcheck", "[HOST:PORT]", "whether the program with this metrics.listen is ready",
       "Without an address: MARKET_METRICS_LISTEN's.\n", RunHealthcheck},
  };
}

}  // namespace market::marketctl
