#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <sstream>

#include "platform/grpc/testing/test_certificates.hpp"
#include "platform/http/server.hpp"
#include "platform/testing/run_loop.hpp"
#include "platform/testing/temporary_database.hpp"
#include "services/auth/migrations.hpp"
#include "tools/marketctl/commands.hpp"
#include "tools/marketctl/conninfo.hpp"
#include "tools/marketctl/healthcheck.hpp"
#include "tools/marketctl/operator.hpp"
#include "tools/marketctl/reset_keys.hpp"

namespace market::marketctl {
namespace {

using auth::storage::Promotion;

class File {
 public:
  File(const std::string& name, const std::string& text) : path_(::testing::TempDir() + name) {
    std::ofstream(path_) << text;
  }
  ~File() { std::remove(path_.c_str()); }
  const std::string& Path() const { return path_; }

 private:
  std::string path_;
};

TEST(Conninfo, EveryWayToNameTheDatabase_IsUnderstood) {
  const File secret("marketctl_conninfo", "dbname=auth password=x\n");
  for (const std::string& line :
       {std::string("postgres.conninfo = dbname=auth password=x"), "postgres.conninfo_file=" + secret.Path(),
        "auth.postgres.conninfo_file = " + secret.Path() + "  "}) {
    const File config("marketctl_config",
                      "# comment\ngrpc.listen = 127.0.0.1:1\n" + line + "\nauth.issuer = x\n");
    EXPECT_EQ(ConninfoOfAuth(config.Path()), "dbname=auth password=x") << line;
  }
}

TEST(Conninfo, MissingFileOrKey_NamesTheFile) {
  const File config("marketctl_config", "order.postgres.conninfo = dbname=order\n");
  for (const std::string& path : {config.Path(), std::string("/nowhere/auth.conf")}) {
    try {
      ConninfoOfAuth(path);
      ADD_FAILURE() << path;
    } catch (const std::runtime_error& error) {
      EXPECT_NE(std::string(error.what()).find(path), std::string::npos) << error.what();
    }
  }
}

TEST(OperatorCreate, WithTheRightsOfAProgram_MakesOneAndRepeats) {
  const testing::TemporaryDatabase database(auth::kMigrations);
  const auto create = [&](std::string email) {
    return testing::RunLoop([&](boost::asio::io_context& io) {
      return CreateOperator(io,
                            {.email = email, .password = "a long password", .conninfo = database.Conninfo()});
    });
  };
  EXPECT_EQ(create("operator@market.test"), Promotion::kCreated);
  EXPECT_EQ(create("Operator@market.test"), Promotion::kHadRole);
  EXPECT_EQ(database.Execute("SELECT role FROM account_role"), "admin");
  EXPECT_EQ(database.Execute("SELECT count(*) FROM audit_event JOIN account ON account.id::text = target_id"
                             " WHERE account_id IS NULL AND actor LIKE 'marketctl by _%'"
                             " AND method = 'marketctl operator create' AND after->>'role' = 'admin'"),
            "1");
  EXPECT_EQ(database.Execute("SELECT password_hash LIKE '$argon2id$v=19$m=19456,t=2,p=1$%' FROM account"),
            "t");
}

TEST(OperatorCreate, WithAnotherRole_GivesThatOneBesides) {
  const testing::TemporaryDatabase database(auth::kMigrations);
  for (const auto role : {auth::domain::Role::kSupport, auth::domain::Role::kFinance}) {
    testing::RunLoop([&](boost::asio::io_context& io) {
      return CreateOperator(io, {"sue@x.test", "a long password", database.Conninfo(), role});
    });
  }
  EXPECT_EQ(database.Execute("SELECT string_agg(role, ' ' ORDER BY role) FROM account_role"),
            "finance support");
}

TEST(KeysReset, RemovesAllAndIsOnRecord) {
  const testing::TemporaryDatabase database(auth::kMigrations);
  database.Execute(
      "INSERT INTO signing_key (kid, x, y, sealed, state, activated_at) "
      "VALUES ('a', 'x', 'y', 's', 'ACTIVE', market_now()), ('b', 'x', 'y', 's', 'NEXT', NULL)");
  const auto reset = [&] {
    return testing::RunLoop(
        [&](auto& io) { return ResetSigningKeys(io, database.Conninfo(), "the root leaked"); });
  };
  EXPECT_EQ(reset(), 2);
  EXPECT_EQ(reset(), 0);
  EXPECT_EQ(database.Execute("SELECT string_agg(kid || sealed || state, ' ' ORDER BY kid) FROM signing_key"),
            "aREMOVED bREMOVED");
  EXPECT_EQ(database.Execute("SELECT count(*) FROM audit_event WHERE actor LIKE 'marketctl by _%' AND "
                             "method = 'marketctl keys reset' AND reason = 'the root leaked'"),
            "2");
}

// What it prints, and its exit code.
struct Ran {
  int code;
  std::string out;
  std::string err;
};
Ran RunWords(const std::vector<std::string>& words) {
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  const int code = Run(words);
  return {code, ::testing::internal::GetCapturedStdout(), ::testing::internal::GetCapturedStderr()};
}

TEST(Commands, Help_NamesEachInOneLineAndTheExitCodes) {
  auto commands = CommandsAtDatabases();
  for (auto& command : CommandsAtTheMarketplace()) commands.push_back(std::move(command));
  EXPECT_GE(commands.size(), 20u);
  for (const std::string& word : {std::string("--help"), std::string("help"), std::string("-h")}) {
    const auto [code, out, err] = RunWords({word});
    EXPECT_EQ(code, kDone);
    EXPECT_NE(out.find("exit codes: 0 done"), out.npos);
    for (const auto& command : commands)
      EXPECT_NE(out.find("\n  " + std::string(command.name) + "  "), out.npos);
    EXPECT_EQ(err, "");
  }
  for (const auto& command : commands) {
    EXPECT_LE(command.does.size(), 80u) << command.does;
    std::vector<std::string> words = {"--help"};
    std::istringstream name{std::string(command.name)};
    for (std::string word; name >> word;) words.push_back(word);
    const auto [code, out, err] = RunWords(words);
    EXPECT_EQ(code, kDone) << command.name;
    EXPECT_TRUE(out.starts_with("usage: marketctl " + std::string(command.name) + " ")) << out;
    EXPECT_NE(out.find("exit codes:"), out.npos);
  }
}

TEST(Commands, WrongWords_AreCodeTwoAndSayWhatIsWrong) {
  struct Row {
    std::vector<std::string> words;
    const char* said;
  };
  for (const auto& [words, said] : {
           Row{{"fly"}, "there is no command 'fly'"},
           Row{{"account"}, "there is no command 'account'"},
           Row{{"--config", "f"}, "which command?"},
           Row{{"account", "find", "--config"}, "--config needs a value"},
           Row{{"account", "find", "--password", "x"}, "unknown option --password"},
           Row{{"account", "find", "--head", "x"}, "account find has no option --head"},
           Row{{"keys", "list", "now"}, "keys list takes no 'now'"},
           Row{{"operator", "create"}, "--email is missing"},
           Row{{"audit", "verify", "--head", "x"}, "--head is POSITION:DIGEST"},
           Row{{"outbox", "retry"}, "needs ids"},
           Row{{"healthcheck", "a", "b"}, "one address"},
           Row{{"keys", "list", "--config", "/nowhere/x.conf"}, "/nowhere/x.conf"},
       }) {
    const auto [code, out, err] = RunWords(words);
    EXPECT_EQ(code, kBadWords) << said;
    EXPECT_NE(err.find(said), err.npos) << err;
    EXPECT_EQ(out, "");
  }
  EXPECT_EQ(RunWords({}).code, kBadWords);
}

TEST(Commands, FailureAndNobodyThere_AreToldApart) {
  EXPECT_EQ(
      RunWords({"operator", "create", "--email", "a@x.test", "--password-file", "/nowhere", "--config", "/x"})
          .code,
      kFailed);
  grpc::test::Authority authority("marketctl");
  const auto tls = authority.Issue("operator", "DNS:operator");
  const File config("marketctl_remote",
                    "peers.auth = 127.0.0.1:1\npeers.user = 127.0.0.1:1\ntls.certificate = " +
                        tls.certificate + "\ntls.key = " + tls.key + "\ntls.ca = " + tls.ca + "\n");
  const auto [code, out, err] = RunWords({"keys", "list", "--config", config.Path()});
  EXPECT_EQ(code, kUnreachable) << err;
  EXPECT_EQ(out, "");
  EXPECT_EQ(RunWords({"keys", "remove", "--reason", "x", "--config", config.Path()}).code, kBadWords);
  EXPECT_EQ(RunWords({"account", "find", "--config", config.Path()}).code, kBadWords);
  EXPECT_EQ(RunWords({"seller", "find", "--state", "OPEN", "--config", config.Path()}).code, kBadWords);
}

TEST(OperatorCreate, OnADatabaseThatIsNotMigrated_SaysWhatToDo) {
  const testing::TemporaryDatabase database;
  try {
    testing::RunLoop([&](boost::asio::io_context& io) {
      return CreateOperator(io, {"ada@x.test", "a long password", database.Conninfo()});
    });
    ADD_FAILURE();
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("run marketctl migrate"), std::string::npos) << error.what();
  }
}

TEST(OperatorCreate, WhatTheMarketplaceWouldNotTake_Refused) {
  for (const std::string email : {"", "ada", "@x", "ada@", "a b@x"}) {
    EXPECT_THROW(testing::RunLoop([&](boost::asio::io_context& io) {
                   return CreateOperator(io, {email, "a long password", "dbname=none"});
                 }),
                 std::runtime_error)
        << email;
  }
  for (const std::string& password : {std::string("short"), std::string(129, 'x')}) {
    EXPECT_THROW(testing::RunLoop([&](boost::asio::io_context& io) {
                   return CreateOperator(io, {"ada@x.test", password, "dbname=none"});
                 }),
                 std::runtime_error);
  }
}

TEST(Healthcheck, AddressesThatMeanAnyOfOurs_BecomeThisMachine) {
  EXPECT_EQ(ReachableAddress("0.0.0.0:9464"), "127.0.0.1:9464");
  EXPECT_EQ(ReachableAddress("[::]:9464"), "127.0.0.1:9464");
  EXPECT_EQ(ReachableAddress("10.0.0.7:9464"), "10.0.0.7:9464");
}

TEST(Healthcheck, SaysWhatReadyzSays) {
  int status = 503;
  testing::RunLoop([&](boost::asio::io_context& io) -> Task<> {
    http::Server server(io, {}, [&](http::Request& request) -> Task<http::Response> {
      co_return http::Response{request.target == "/readyz" ? status : 404, {}, "\n"};
    });
    const auto address = server.Listen("127.0.0.1:0");
    const auto check = [&]() -> Task<bool> {
      try {
        co_await CheckReady(io, address, std::chrono::seconds(5));
        co_return true;
      } catch (const std::runtime_error&) {
        co_return false;
      }
    };
    EXPECT_FALSE(co_await check());
    status = 200;
    EXPECT_TRUE(co_await check());
    co_await server.Drain(testing::Soon());
    EXPECT_FALSE(co_await check());
  });
}

}  // namespace
}  // namespace market::marketctl
