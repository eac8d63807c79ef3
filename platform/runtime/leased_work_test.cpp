#include "platform/runtime/leased_work.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <stdexcept>

#include "platform/core/error.hpp"
#include "platform/testing/run_loop.hpp"

namespace market::runtime {
namespace {

using namespace std::chrono_literals;
using market::testing::Eventually;
using market::testing::RunLoop;
using Job = LeasedWork::Job;
using ::testing::ElementsAre;

void UnexpectedSetback(std::string_view task, std::exception_ptr error) {
  ADD_FAILURE() << task << TextOf(error);
}

constexpr Patience kQuickPauses{.tries = 3, .backoff = {.initial = 1ms, .max = 2ms}};

// A table in memory: rows by name, and what each does when it is driven.
class Table {
 public:
  struct Row {
    std::function<Task<>()> act;
    bool leased = false;
    bool parked = false;
    std::uint32_t failures = 0;
    std::uint32_t attempts = 0;
    Deadline due_at{};
    std::string why;
  };

  Task<std::vector<Job>> Take(std::size_t limit) {
    ++takes;
    most_asked = std::max(most_asked, limit);
    if (broken) throw std::runtime_error("relation does not exist");
    std::vector<Job> jobs;
    for (auto& [name, row] : rows) {
      if (row.leased || row.parked || std::chrono::steady_clock::now() < row.due_at) continue;
      if (jobs.size() == limit) break;
      row.leased = true;
      jobs.push_back({.id = name,
                      .attempts = row.attempts,
                      .failures = row.failures,
                      .run = [this, name] { return Run(name); },
                      .put_back = [this, name](Setback setback) { return PutBack(name, setback); }});
    }
    co_return jobs;
  }
  Task<> Run(std::string name) {
    ++running;
    most_running = std::max(most_running, running);
    std::exception_ptr failure;
    try {
      co_await rows[name].act();
    } catch (...) {
      failure = std::current_exception();
    }
    --running;
    if (failure) std::rethrow_exception(failure);
    rows.erase(name);
  }
  Task<> PutBack(std::string name, Setback setback) {
    if (unwritable) throw std::runtime_error("no connection");
    auto& row = rows[name];
    row.leased = false;
    row.parked = setback.Parked();
    row.failures = setback.failures;
    ++row.attempts;
    row.due_at = After(setback.delay);
    row.why = setback.why;
    co_return;
  }

  std::map<std::string, Row> rows;
  bool broken = false;
  bool unwritable = false;
  int takes = 0;
  std::size_t most_asked = 0;
  int running = 0;
  int most_running = 0;
};

Task<> Done() { co_return; }
Task<> Break() {
  throw std::runtime_error("violates a check");
  co_return;
}
Task<> PeerIsAway() {
  throw Unavailable("no answer");
  co_return;
}
Task<> Hang() { co_await SleepFor(1h); }

// Runs `body(table, work)` beside the work, then stops it.
template <class Body>
void With(std::size_t concurrency, Body body) {
  RunLoop([&](boost::asio::io_context& io) -> Task<> {
    Table table;
    LeasedWork work({.name = "w", .poll = 1ms, .concurrency = concurrency, .patience = kQuickPauses},
                    [&](std::size_t limit) { return table.Take(limit); });
    TaskGroup group(io.get_executor(), UnexpectedSetback);
    group.Keep("w", work.Run());
    co_await body(table, work);
    group.Cancel();
    co_await group.Join(After(5s));
  });
}

TEST(LeasedWork, ARowThatBreaks_StopsNoOtherAndIsParked) {
  With(4, [](Table& table, LeasedWork& work) -> Task<> {
    std::vector<std::string> told;
    work.OnSetback([&](const Job& job, const Setback& setback) {
      told.push_back(job.id + (setback.Parked() ? " parked: " : ": ") + setback.why);
    });
    table.rows["a"].act = Break;
    for (const char* name : {"b", "c", "d", "e", "f"}) table.rows[name].act = Done;
    co_await Eventually([&] { return table.rows.size() == 1 && table.rows["a"].parked; });
    EXPECT_THAT(told,
                ElementsAre("a: violates a check", "a: violates a check", "a parked: violates a check"));
    EXPECT_EQ(table.rows["a"].failures, 3U);
    EXPECT_EQ(work.Now().done, 5U);
    EXPECT_EQ(work.Now().setbacks, 3U);
    EXPECT_EQ(work.Rounds().Now().failures, 0U);
  });
}

TEST(LeasedWork, APeerThatIsAway_ParksNothing) {
  With(4, [](Table& table, LeasedWork&) -> Task<> {
    table.rows["a"].act = PeerIsAway;
    co_await Eventually([&] { return table.rows["a"].attempts > 10; });
    EXPECT_FALSE(table.rows["a"].parked);
    EXPECT_EQ(table.rows["a"].failures, 0U);
    table.rows["a"].act = Done;
    co_await Eventually([&] { return table.rows.empty(); });
  });
}

TEST(LeasedWork, RowsThatHang_LeaveTheOtherPlacesInUse) {
  With(3, [](Table& table, LeasedWork&) -> Task<> {
    table.rows["a"].act = Hang;
    table.rows["b"].act = Hang;
    for (int i = 0; i < 50; ++i) table.rows["c" + std::to_string(i)].act = Done;
    co_await Eventually([&] { return table.rows.size() == 2; });
    EXPECT_EQ(table.most_running, 3);
    EXPECT_EQ(table.most_asked, 3U);
  });
}

TEST(LeasedWork, ATableThatIsAway_IsTakenFromWhenItIsBack) {
  With(2, [](Table& table, LeasedWork& work) -> Task<> {
    table.broken = true;
    co_await Eventually([&] { return work.Rounds().Now().failures > 0; });
    table.broken = false;
    table.rows["a"].act = Done;
    co_await Eventually([&] { return table.rows.empty(); });
    EXPECT_EQ(work.Rounds().Now().failures_in_a_row, 0U);
  });
}

TEST(LeasedWork, ARowThatCantBeGivenBack_IsToldAndKeepsNoPlace) {
  With(1, [](Table& table, LeasedWork& work) -> Task<> {
    std::vector<std::string> told;
    work.OnSetback([&](const Job&, const Setback& setback) { told.push_back(setback.why); });
    table.unwritable = true;
    table.rows["a"].act = Break;
    co_await Eventually([&] { return told.size() == 2; });
    EXPECT_THAT(told, ElementsAre("violates a check", "not given back: no connection"));
    table.rows["b"].act = Done;
    co_await Eventually([&] { return table.rows.size() == 1; });
  });
}

TEST(LeasedWork, AWorkerThatStops_GivesItsRowsBackUncounted) {
  RunLoop([](boost::asio::io_context& io) -> Task<> {
    Table table;
    LeasedWork work({.name = "w", .poll = 1h, .patience = kQuickPauses},
                    [&](std::size_t limit) { return table.Take(limit); });
    TaskGroup group(io.get_executor(), UnexpectedSetback);
    table.rows["a"].act = Hang;
    group.Keep("w", work.Run());
    co_await Eventually([&] { return table.running == 1; });
    group.Cancel();
    co_await group.Join(After(5s));
    EXPECT_FALSE(table.rows["a"].leased);
    EXPECT_EQ(table.rows["a"].failures, 0U);
    EXPECT_EQ(work.Now().setbacks, 0U);
  });
}

TEST(LeasedWork, RunOnce_EndsWithTheLastRow) {
  RunLoop([](boost::asio::io_context&) -> Task<> {
    Table table;
    LeasedWork work({.name = "w", .patience = kQuickPauses},
                    [&](std::size_t limit) { return table.Take(limit); });
    table.rows["a"].act = [] { return SleepFor(2ms); };
    table.rows["b"].act = Break;
    EXPECT_EQ(co_await work.RunOnce(), 2U);
    EXPECT_EQ(table.rows.size(), 1U);
    EXPECT_EQ(table.rows["b"].failures, 1U);
  });
}

TEST(Patience, OnlyABrokenRunCountsAndTheLastOfThemParks) {
  const Patience patience{.tries = 2, .backoff = {.initial = 10ms, .max = 1s, .jitter = 0}};
  const auto broken = std::make_exception_ptr(std::logic_error("a null\nin a column"));
  const auto away = std::make_exception_ptr(Unavailable("away"));
  const auto refused = std::make_exception_ptr(NotFound("the order"));
  const auto first = patience.After(broken, 0, 0);
  EXPECT_EQ(first.failures, 1U);
  EXPECT_EQ(first.delay, 10ms);
  EXPECT_EQ(first.why, "a null?in a column");
  EXPECT_FALSE(first.Parked());
  EXPECT_FALSE(patience.After(away, 1'000'000, 1).Parked());
  EXPECT_EQ(patience.After(away, 3, 1).failures, 1U);
  EXPECT_EQ(patience.After(away, 3, 1).delay, 80ms);
  EXPECT_TRUE(patience.After(refused, 3, 1).Parked());
  EXPECT_TRUE(patience.After(broken, 3, 7).Parked());
}

}  // namespace
}  // namespace market::runtime
