#include "platform/events/feed_reader.hpp"

#include <map>

#include "platform/core/error.hpp"
#include "platform/events/testing/log_fixture.hpp"

namespace market::events {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

// A process that keeps the newest text of each aggregate in memory; its source is a log and a state.
class Follower {
 public:
  Follower(Log& log, const std::map<std::string, std::string>& state)
      : log_(log),
        state_(state),
        reader_({.feed = [this](FeedRequest request) { return Feed(std::move(request)); },
                 .rebuild = [this] { return Rebuild(); },
                 .apply = [this](const Event& event) { Apply(event); }}) {}

  Task<> CatchUp() { return reader_.CatchUp(); }
  const FeedReader& Reader() const { return reader_; }

  std::map<std::string, std::string> kept;
  bool source_down = false;
  std::function<Task<>()> while_rebuilding;

 private:
  Task<FeedResponse> Feed(FeedRequest request) {
    if (source_down) throw Unavailable("down");
    co_return co_await log_.Feed(Soon(), std::move(request));
  }
  Task<> Rebuild() {
    kept = state_;
    if (while_rebuilding) co_await while_rebuilding();
  }
  void Apply(const Event& event) {
    auto text = TextIn(event);
    if (text == "poison") throw std::runtime_error("can't");
    kept[event.aggregate()] = std::move(text);
  }

  Log& log_;
  const std::map<std::string, std::string>& state_;
  FeedReader reader_;
};

TEST_F(LogTest, EveryReplicaOfAReader_IsTold) {
  Run([](postgres::Database& db, runtime::TaskGroup&) -> Task<> {
    Log log(db, {.page_events = 2});
    const std::map<std::string, std::string> state = {{"probe/0", "was there"}};
    Follower first(log, state);
    Follower second(log, state);
    co_await first.CatchUp();
    co_await Happen(db, {Saying("probe/1", "a"), Saying("probe/2", "b"), Saying("probe/1", "c")});
    co_await second.CatchUp();  // starts when it has happened: it is in the state, or it comes
    co_await Happen(db, Saying("probe/3", "d"));
    for (auto* follower : {&first, &second}) {
      co_await follower->CatchUp();
      EXPECT_EQ(follower->kept["probe/0"], "was there");
      EXPECT_EQ(follower->kept["probe/3"], "d");
      EXPECT_EQ(follower->Reader().Rebuilds(), 1u);
    }
    EXPECT_EQ(first.kept["probe/1"], "c");
    EXPECT_EQ(first.kept["probe/2"], "b");
  });
}

TEST_F(LogTest, WhatHappensDuringARebuild_IsAppliedOnTop) {
  Run([](postgres::Database& db, runtime::TaskGroup&) -> Task<> {
    Log log(db, {});
    const std::map<std::string, std::string> state = {{"probe/1", "old"}};
    Follower follower(log, state);
    follower.while_rebuilding = [&] { return Happen(db, Saying("probe/1", "new")); };
    co_await follower.CatchUp();
    EXPECT_THAT(follower.kept, ElementsAre(Pair("probe/1", "new")));
  });
}

TEST_F(LogTest, AnExpiredCursor_Rebuilds) {
  Run([this](postgres::Database& db, runtime::TaskGroup&) -> Task<> {
    Log log(db, {.kept = 24h});
    std::map<std::string, std::string> state;
    Follower follower(log, state);
    co_await follower.CatchUp();
    co_await Happen(db, Saying("probe/1", "missed"));
    co_await Happen(db, Saying("probe/2", "missed too"));
    Sql("UPDATE event SET at = at - interval '25 hours'");
    EXPECT_EQ(co_await log.Forget(Soon()), 2);
    state = {{"probe/1", "missed"}, {"probe/2", "missed too"}};
    co_await follower.CatchUp();
    EXPECT_EQ(follower.kept, state);
    EXPECT_EQ(follower.Reader().Rebuilds(), 2u);
    co_await follower.CatchUp();
    EXPECT_EQ(follower.Reader().Rebuilds(), 2u);
  });
}

TEST_F(LogTest, AnEventThatCantBeApplied_RebuildsInsteadOfStopping) {
  Run([](postgres::Database& db, runtime::TaskGroup&) -> Task<> {
    Log log(db, {});
    std::map<std::string, std::string> state;
    Follower follower(log, state);
    co_await follower.CatchUp();
    co_await Happen(db, Saying("probe/1", "poison"));
    bool failed = false;
    try {
      co_await follower.CatchUp();
    } catch (const std::runtime_error&) {
      failed = true;
    }
    EXPECT_TRUE(failed);
    state = {{"probe/1", "as the source has it"}};
    co_await follower.CatchUp();
    EXPECT_EQ(follower.kept, state);
    EXPECT_EQ(follower.Reader().Rebuilds(), 2u);
  });
}

TEST_F(LogTest, ASourceThatIsAway_LosesNothing) {
  Run([](postgres::Database& db, runtime::TaskGroup&) -> Task<> {
    Log log(db, {});
    const std::map<std::string, std::string> state;
    Follower follower(log, state);
    co_await follower.CatchUp();
    co_await Happen(db, Saying("probe/1", "a"));
    follower.source_down = true;
    bool failed = false;
    try {
      co_await follower.CatchUp();
    } catch (const Error&) {
      failed = true;
    }
    EXPECT_TRUE(failed);
    follower.source_down = false;
    co_await follower.CatchUp();
    EXPECT_EQ(follower.kept["probe/1"], "a");
    EXPECT_EQ(follower.Reader().Rebuilds(), 1u);
  });
}

}  // namespace
}  // namespace market::events
