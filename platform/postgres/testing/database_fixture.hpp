// For the tests of this room: a database with a table to play with, opened on a loop of its own.
#pragma once
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <string>
#include <utility>

#include "platform/postgres/database.hpp"
#include "platform/runtime/task_group.hpp"
#include "platform/testing/run_loop.hpp"
#include "platform/testing/temporary_database.hpp"

namespace market::postgres {

using namespace std::chrono_literals;
using runtime::After;
using testing::Eventually;
using testing::RunLoop;
using testing::Soon;

inline constexpr Statement kPut{"item.put", "INSERT INTO item (id, value) VALUES ($1, $2)"};
inline constexpr Statement kAdd{"item.add", "UPDATE item SET value = value + $2 WHERE id = $1"};
inline constexpr Statement kGet{"item.get", "SELECT value FROM item WHERE id = $1"};
inline constexpr Statement kLock{"item.lock", "SELECT value FROM item WHERE id = $1 FOR UPDATE"};
inline constexpr Statement kCount{"item.count", "SELECT count(*) FROM item"};
inline constexpr Statement kSleep{"test.sleep", "SELECT pg_sleep($1::float8)"};
inline constexpr Statement kDivide{"test.divide", "SELECT 10 / $1::int"};

class DatabaseTest : public ::testing::Test {
 protected:
  DatabaseTest() {
    disk_.Execute(
        "CREATE TABLE item (id int PRIMARY KEY,"
        "  value bigint NOT NULL CONSTRAINT not_negative CHECK (value >= 0));"
        "CREATE TABLE linked (id int PRIMARY KEY,"
        "  item int CONSTRAINT has_item REFERENCES item DEFERRABLE INITIALLY DEFERRED)");
  }

  Options Settings() const { return disk_.Options(4); }

  // Runs body(database) or body(database, io) between Open and Close.
  template <class Body>
  void Run(Options options, Body body) {
    RunLoop([&](boost::asio::io_context& io) -> Task<> {
      Database database(io, std::move(options));
      co_await database.Open(Soon());
      if constexpr (std::invocable<Body&, Database&, boost::asio::io_context&>) {
        co_await body(database, io);
      } else {
        co_await body(database);
      }
      co_await database.Close(Soon());
      EXPECT_EQ(database.Snapshot().in_flight, 0u);
      EXPECT_EQ(database.Snapshot().leased, 0u);
    });
  }
  template <class Body>
  void Run(Body body) {
    Run(Settings(), std::move(body));
  }

  testing::TemporaryDatabase disk_;
};

// The code of the market::Error that the task throws; kOk when it throws nothing.
template <class T>
Task<Code> CodeOf(Task<T> task) {
  try {
    co_await std::move(task);
  } catch (const Error& error) {
    co_return error.code;
  }
  co_return Code::kOk;
}

// The SQLSTATE it throws, "" when none.
template <class T>
Task<std::string> StateOf(Task<T> task) {
  try {
    co_await std::move(task);
  } catch (const SqlError& error) {
    co_return error.sqlstate;
  }
  co_return "";
}

inline void Unexpected(std::string_view task, std::exception_ptr error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& caught) {
    ADD_FAILURE() << task << ": " << caught.what();
  }
}

}  // namespace market::postgres
