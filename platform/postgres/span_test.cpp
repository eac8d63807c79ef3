#include <gmock/gmock.h>

#include "platform/postgres/testing/database_fixture.hpp"
#include "platform/testing/kept_spans.hpp"

namespace market::postgres {
namespace {

using ::testing::ElementsAre;

class SpanTest : public DatabaseTest {
 protected:
  // Runs body(database, work) under a span "work" and ends it.
  template <class Body>
  void RunTraced(Body body) {
    Run([&](Database& db) -> Task<> {
      const auto span = kept_.tracer.Continue("work", telemetry::SpanKind::kInternal, "");
      co_await body(db, Work(Soon(), span));
    });
  }
  std::string Text(std::string_view span, std::string_view key) const {
    const auto* value = kept_.Find(span, key);
    if (value == nullptr) return "";
    if (const auto* text = std::get_if<std::string>(value)) return *text;
    return std::string(std::get<std::string_view>(*value));
  }

  market::testing::KeptSpans kept_;
};

TEST_F(SpanTest, EachStatement_IsASpanUnderItsWork) {
  RunTraced([](Database& db, Work work) -> Task<> {
    Batch batch("item.fill");
    batch.Add(kPut, 1, 10).Add(kAdd, 1, 5);
    co_await db.Write(work, std::move(batch));
    co_await db.Read(work, kGet, 1);
    co_await db.Transaction(work, [](Tx& tx) -> Task<> {
      co_await tx.Execute(kLock, 1);
      co_await tx.Execute(kAdd, 1, 1);
    });
  });
  EXPECT_THAT(kept_.Paths(),
              ElementsAre("work", "work/item.put", "work/item.add", "work/item.get", "work/tx.begin",
                          "work/item.lock", "work/item.add", "work/tx.commit"));
  EXPECT_EQ(Text("item.get", "db.query.text"), kGet.sql);
  EXPECT_EQ(Text("item.get", "db.system.name"), "postgresql");
  EXPECT_EQ(Text("item.get", "db.namespace"), "main");
  for (const auto& span : kept_.recordings.at(0).spans) EXPECT_GE(span.ended, span.began) << span.name;
}

TEST_F(SpanTest, FailedStatement_SaysItsStateAndNotItsValues) {
  RunTraced([](Database& db, Work work) -> Task<> {
    bool failed = false;
    try {
      co_await db.Write(work, kPut, 1, -77);
    } catch (const SqlError&) {
      failed = true;
    }
    EXPECT_TRUE(failed);
  });
  const auto& span = kept_.recordings.at(0).spans.at(1);
  EXPECT_TRUE(span.failed);
  EXPECT_EQ(span.failure, "SQLSTATE 23514");
  EXPECT_EQ(Text("item.put", "db.response.status_code"), "23514");
  for (const auto& attribute : kept_.recordings.at(0).attributes) {
    if (const auto* text = std::get_if<std::string>(&attribute.value)) {
      EXPECT_EQ(text->find("77"), std::string::npos);
    }
  }
}

TEST_F(SpanTest, CallerThatLeft_LeavesNoOpenSpan) {
  Run([&](Database& db) -> Task<> {
    const auto span = kept_.tracer.Continue("work", telemetry::SpanKind::kInternal, "");
    EXPECT_EQ(co_await CodeOf(db.Read(Work(After(20ms), span), kSleep, 0.2)), Code::kDeadlineExceeded);
  });
  // The recording came, so each of its spans has ended, the late one with its answer.
  EXPECT_THAT(kept_.Paths(), ElementsAre("work", "work/test.sleep"));
}

TEST_F(SpanTest, WorkOfNoTrace_IsNotRecorded) {
  Run([&](Database& db) -> Task<> { co_await db.Read(Soon(), kCount); });
  EXPECT_TRUE(kept_.recordings.empty());
}

}  // namespace
}  // namespace market::postgres
