#include "platform/testing/temporary_database.hpp"

#include <fcntl.h>
#include <grp.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <vector>

#include "platform/core/id.hpp"
#include "platform/testing/run_loop.hpp"

namespace market::testing {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

struct Finish {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct Clear {
  void operator()(PGresult* result) const { PQclear(result); }
};

std::string RunSql(const std::string& conninfo, const std::string& sql) {
  const std::unique_ptr<PGconn, Finish> connection(PQconnectdb(conninfo.c_str()));
  if (PQstatus(connection.get()) != CONNECTION_OK) throw std::runtime_error(PQerrorMessage(connection.get()));
  PQsetNoticeReceiver(connection.get(), [](void*, const PGresult*) {}, nullptr);
  const std::unique_ptr<PGresult, Clear> result(PQexec(connection.get(), sql.c_str()));
  const auto status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    throw std::runtime_error(sql + ": " + PQresultErrorMessage(result.get()));
  }
  if (PQntuples(result.get()) == 0 || PQnfields(result.get()) == 0) return "";
  return PQgetvalue(result.get(), 0, 0);
}

// The newest installed server: /usr/lib/postgresql/15/bin.
fs::path FindBinaries() {
  fs::path best;
  int best_version = 0;
  if (fs::is_directory("/usr/lib/postgresql")) {
    for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql")) {
      const int version = std::atoi(entry.path().filename().c_str());
      if (version <= best_version || !fs::exists(entry.path() / "bin/initdb")) continue;
      best_version = version;
      best = entry.path() / "bin";
    }
  }
  if (best_version == 0) throw std::runtime_error("no PostgreSQL server in /usr/lib/postgresql");
  return best;
}

// PostgreSQL refuses to run as root: then its programs run as the user the package made.
struct Account {
  uid_t user = ::geteuid();
  gid_t group = ::getegid();

  static Account ForServer() {
    Account account;
    if (account.user != 0) return account;
    const passwd* entry = ::getpwnam("postgres");
    if (entry == nullptr) throw std::runtime_error("tests as root need the user postgres");
    return {entry->pw_uid, entry->pw_gid};
  }
};

// Starts a program; it gets SIGQUIT when this process ends, however that happens.
pid_t Start(const std::vector<std::string>& command, const Account& account, const fs::path& log) {
  std::vector<char*> arguments;
  for (const auto& part : command) arguments.push_back(const_cast<char*>(part.c_str()));
  arguments.push_back(nullptr);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) throw std::runtime_error("fork failed");
  if (pid > 0) return pid;
  // Only async-signal-safe calls from here on.
  const int output = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  ::close(STDIN_FILENO);
  ::setsid();  // a Ctrl-C for the tests is not one for the server
  if (::geteuid() == 0 &&
      (::setgroups(0, nullptr) != 0 || ::setgid(account.group) != 0 || ::setuid(account.user) != 0)) {
    ::_exit(126);
  }
  ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
  if (::getppid() != parent) ::_exit(125);
  ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

std::string ReadFile(const fs::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

constexpr std::string_view kPrefix = "/tmp/market-pg-";

// Directories of test processes that died before they could clean up; the pid is in the name.
void RemoveLeftovers() {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/tmp", ignored)) {
    const std::string path = entry.path();
    if (!path.starts_with(kPrefix)) continue;
    const pid_t owner = std::atoi(path.c_str() + kPrefix.size());
    if (owner > 0 && ::kill(owner, 0) != 0 && errno == ESRCH) fs::remove_all(entry.path(), ignored);
  }
}

class Cluster {
 public:
  Cluster() {
    RemoveLeftovers();
    std::string pattern = std::string(kPrefix) + std::to_string(::getpid()) + "-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary directory");
    directory_ = pattern;
    const Account account = Account::ForServer();
    if (::chown(directory_.c_str(), account.user, account.group) != 0 ||
        ::chmod(directory_.c_str(), 0755) != 0) {
      throw std::runtime_error("no temporary directory for the server");
    }
    const fs::path binaries = FindBinaries();
    const fs::path log = directory_ / "log";
    std::ofstream(log).close();
    ::chmod(log.c_str(), 0666);
    const std::string data = directory_ / "data";
    int status = 0;
    const pid_t initdb = Start({binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E",
                                "UTF8", "--locale=C.UTF-8", "-N", "--no-instructions"},
                               account, log);
    ::waitpid(initdb, &status, 0);
    if (status != 0) throw std::runtime_error("initdb failed: " + ReadFile(log));
    std::vector<std::string> command = {binaries / "postgres", "-D", data, "-k", directory_};
    for (const char* setting : {"listen_addresses=", "fsync=off", "full_page_writes=off",
                                "max_connections=300", "shared_buffers=64MB", "deadlock_timeout=50ms",
                                "max_wal_size=256MB", "log_min_messages=fatal", "log_checkpoints=off"}) {
      command.insert(command.end(), {"-c", setting});
    }
    server_ = Start(command, account, log);
    WaitUntilReady(log);
  }

  ~Cluster() {
    ::kill(server_, SIGQUIT);
    ::waitpid(server_, nullptr, 0);
    std::error_code ignored;
    fs::remove_all(directory_, ignored);
  }

  std::string Conninfo() const { return "host=" + directory_.string() + " user=postgres dbname=postgres"; }

 private:
  void WaitUntilReady(const fs::path& log) {
    const auto limit = std::chrono::steady_clock::now() + 30s;
    while (PQping(Conninfo().c_str()) != PQPING_OK) {
      if (::waitpid(server_, nullptr, WNOHANG) != 0 || std::chrono::steady_clock::now() > limit) {
        throw std::runtime_error("the PostgreSQL of the tests did not start: " + ReadFile(log));
      }
      std::this_thread::sleep_for(10ms);
    }
  }

  fs::path directory_;
  pid_t server_ = 0;
};

const std::string& Superuser() {
  static const std::string conninfo = []() -> std::string {
    if (const char* given = std::getenv("MARKET_TEST_POSTGRES"); given != nullptr && *given != '\0')
      return given;
    static const Cluster cluster;
    return cluster.Conninfo();
  }();
  return conninfo;
}

// Roles belong to the server, which other test processes may share.
void MakeProgramRole() {
  static const std::string made =
      RunSql(Superuser(), std::string("DO $$ BEGIN CREATE ROLE ") + TemporaryDatabase::kProgramRole +
                              "; EXCEPTION WHEN duplicate_object OR unique_violation"
                              " THEN NULL; END $$");
}

std::map<std::string, std::string> ServerSettings() {
  const std::unique_ptr<PGconn, Finish> connection(PQconnectdb(Superuser().c_str()));
  if (PQstatus(connection.get()) != CONNECTION_OK) throw std::runtime_error(PQerrorMessage(connection.get()));
  std::map<std::string, std::string> settings{{"host", PQhost(connection.get())},
                                              {"port", PQport(connection.get())},
                                              {"user", PQuser(connection.get())}};
  if (const std::string password = PQpass(connection.get()); !password.empty())
    settings["password"] = password;
  return settings;
}

const std::map<std::string, std::string>& Server() {
  static const auto settings = ServerSettings();
  return settings;
}

std::string Join(std::map<std::string, std::string> settings) {
  std::string conninfo;
  for (const auto& [keyword, value] : settings) conninfo += keyword + "='" + value + "' ";
  return conninfo;
}

std::string FreshName() {
  std::string name = "t_" + Uuid::NewV7().ToString();
  std::erase(name, '-');
  return name;
}

void MigrateNow(const std::string& conninfo, std::span<const postgres::MigrationSet* const> sets) {
  RunLoop([&](boost::asio::io_context& io) -> Task<> {
    postgres::Database database(io, {.conninfo = conninfo});
    co_await postgres::Migrate(database, sets, TemporaryDatabase::kProgramRole, runtime::After(60s));
  });
}

// Migrating takes longer than copying: one template for each list of sets and process.
std::string TemplateFor(std::span<const postgres::MigrationSet* const> sets) {
  if (sets.empty()) return "template0";
  static std::map<std::vector<const postgres::MigrationSet*>, std::unique_ptr<TemporaryDatabase>> templates;
  auto& entry = templates[{sets.begin(), sets.end()}];
  if (!entry) {
    auto fresh = std::make_unique<TemporaryDatabase>();
    MigrateNow(fresh->OwnerConninfo(), sets);
    entry = std::move(fresh);
  }
  return entry->Name();
}

}  // namespace

TemporaryDatabase::TemporaryDatabase(std::span<const postgres::MigrationSet* const> sets)
    : name_(FreshName()), migrated_(!sets.empty()) {
  MakeProgramRole();  // before any static that holds a database, so that the server goes last
  RunSql(Superuser(), "CREATE DATABASE " + name_ + " TEMPLATE " + TemplateFor(sets));
}

TemporaryDatabase::~TemporaryDatabase() {
  try {
    RunSql(Superuser(), "DROP DATABASE IF EXISTS " + name_ + " WITH (FORCE)");
  } catch (const std::runtime_error&) {
    // The server is gone, and the database with it.
  }
}

std::map<std::string, std::string> TemporaryDatabase::Settings() const {
  auto settings = Server();
  settings["dbname"] = name_;
  if (migrated_) settings["options"] = std::string("-c role=") + kProgramRole;
  return settings;
}

std::string TemporaryDatabase::Conninfo() const { return Join(Settings()); }

std::string TemporaryDatabase::OwnerConninfo() const {
  auto settings = Settings();
  settings.erase("options");
  return Join(settings);
}

postgres::Options TemporaryDatabase::Options(std::size_t write_connections) const {
  postgres::Options options{.conninfo = Conninfo(), .write_connections = write_connections};
  options.pool_wait = options.list_wait = options.lock_timeout = kPatience;
  options.max_queued_lists = options.max_queued;
  return options;
}

std::string TemporaryDatabase::ConninfoVia(const std::string& host, int port) const {
  auto settings = Settings();
  settings["host"] = host;
  settings["port"] = std::to_string(port);
  settings["sslmode"] = "disable";
  return Join(settings);
}

std::string TemporaryDatabase::ServerHost() { return Server().at("host"); }
int TemporaryDatabase::ServerPort() { return std::stoi(Server().at("port")); }

std::string TemporaryDatabase::Execute(const std::string& sql) const { return RunSql(OwnerConninfo(), sql); }

}  // namespace market::testing
