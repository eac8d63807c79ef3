#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

#include "platform/http/server.hpp"
#include "platform/testing/run_loop.hpp"
#include "platform/testing/temporary_database.hpp"
#include "services/auth/migrations.hpp"
#include "tools/marketctl/account.hpp"
#include "tools/marketctl/conninfo.hpp"
#include "tools/marketctl/healthcheck.hpp"
#include "tools/marketctl/operator.hpp"

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

TEST(Account, IsFoundDisabledAndEnabled) {
  const testing::TemporaryDatabase database(auth::kMigrations);
  const auto run = [&](AccountVerb verb, AccountRequest request) {
    request.conninfo = database.Conninfo();
    return testing::RunLoop([&](boost::asio::io_context& io) { return RunAccount(io, verb, request); });
  };
  for (const std::string email : {"root@x.test", "sue@x.test"}) {
    testing::RunLoop([&](boost::asio::io_context& io) {
      return CreateOperator(io,
                            {email, "a long password", database.Conninfo(),
                             email[0] == 'r' ? auth::domain::Role::kAdmin : auth::domain::Role::kSupport});
    });
  }
  const auto by_email = [](std::string email, std::string reason = {}) {
    return AccountRequest{.conninfo = {}, .email = std::move(email), .id = {}, .reason = std::move(reason)};
  };
  const auto sue = run(AccountVerb::kFind, by_email("Sue@x.test"));
  const auto by_id = [&](std::string reason) {
    return AccountRequest{.conninfo = {}, .email = {}, .id = sue.id, .reason = std::move(reason)};
  };
  EXPECT_EQ(LineOf(sue), sue.id.ToString() + "  sue@x.test  ACTIVE  support");
  EXPECT_EQ(run(AccountVerb::kFind, by_id("")).email, "sue@x.test");
  const auto disabled = run(AccountVerb::kDisable, by_id("left"));
  EXPECT_EQ(JsonOf(disabled), R"({"id":")" + sue.id.ToString() +
                                  R"(","email":"sue@x.test","state":"DISABLED","roles":["support"],)"
                                  R"("sellers":[],"disableReason":"left"})");
  EXPECT_EQ(run(AccountVerb::kEnable, by_email("sue@x.test", "back")).state,
            auth::domain::AccountState::kActive);
  EXPECT_EQ(database.Execute("SELECT string_agg(method || ' ' || reason, ', ' ORDER BY at) FROM audit_event "
                             "WHERE reason <> '' AND actor LIKE 'marketctl by _%' AND target_id = '" +
                             sue.id.ToString() + "'"),
            "marketctl account disable left, marketctl account enable back");
  EXPECT_THROW(run(AccountVerb::kDisable, by_email("root@x.test", "x")), std::runtime_error)
      << "the last admin";
  EXPECT_THROW(run(AccountVerb::kFind, by_email("nobody@x.test")), std::runtime_error);
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
