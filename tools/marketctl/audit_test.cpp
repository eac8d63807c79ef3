#include "tools/marketctl/audit.hpp"

#include <gtest/gtest.h>

#include "platform/audit/testing/some_act.hpp"
#include "platform/postgres/database.hpp"
#include "platform/testing/run_loop.hpp"
#include "platform/testing/temporary_database.hpp"
#include "services/auth/migrations.hpp"

namespace market::marketctl {
namespace {

using testing::Soon;

class AuditVerify : public ::testing::Test {
 protected:
  void SetUp() override {
    testing::RunLoop([&](boost::asio::io_context& io) -> Task<> {
      postgres::Database database(io, temporary_.Options());
      co_await database.Open(Soon());
      for (int i = 0; i < 5; ++i) {
        postgres::Batch batch("test.act");
        audit::Append(batch, Soon(), audit::SomeAct());
        co_await database.Write(Soon(), std::move(batch));
      }
      co_await database.Close(Soon());
    });
    temporary_.Execute("SELECT audit_seal_committed(100)");
  }

  ChainReport Verify(std::optional<ChainHead> known = std::nullopt) {
    return testing::RunLoop(
        [&](boost::asio::io_context& io) { return VerifyChain(io, "auth", temporary_.Conninfo(), known); });
  }
  void ExpectOneFault(const ChainReport& report, std::string_view words) {
    ASSERT_EQ(report.faults.size(), 1u);
    EXPECT_TRUE(report.faults[0].contains(words)) << report.faults[0];
  }

  testing::TemporaryDatabase temporary_{auth::kMigrations};
};

TEST_F(AuditVerify, AWholeChain_HasNoFaults) {
  const auto report = Verify();
  EXPECT_EQ(report.head.position, 5);
  EXPECT_EQ(report.head.digest.size(), 64u);
  EXPECT_TRUE(report.faults.empty());
  EXPECT_TRUE(Verify(report.head).faults.empty());
}

TEST_F(AuditVerify, AChangedAct_IsNamed) {
  const auto id = temporary_.Execute("SELECT event_id FROM audit_seal WHERE position = 3");
  temporary_.Execute("UPDATE audit_event SET reason = 'another' WHERE id = '" + id + "'");
  ExpectOneFault(Verify(), "position 3: the act " + id + " is not what it was");
}

TEST_F(AuditVerify, ARemovedAct_IsNamed) {
  temporary_.Execute(
      "CREATE TABLE gone AS SELECT event_id FROM audit_seal WHERE position = 3; "
      "DELETE FROM audit_seal WHERE position = 3; "
      "DELETE FROM audit_event WHERE id IN (SELECT event_id FROM gone)");
  ExpectOneFault(Verify(), "position 4 follows 2");
}

TEST_F(AuditVerify, ACutTail_IsNamedByWhoKeptTheHead) {
  const auto head = Verify().head;
  temporary_.Execute(
      "CREATE TABLE cut AS SELECT event_id FROM audit_seal WHERE position > 3; "
      "DELETE FROM audit_seal WHERE position > 3; "
      "DELETE FROM audit_event WHERE id IN (SELECT event_id FROM cut)");
  EXPECT_TRUE(Verify().faults.empty()) << "the chain alone can't tell";
  ExpectOneFault(Verify(head), "position 5 was there and is not: the chain was cut to 3");
  ExpectOneFault(Verify(ChainHead{.position = 2, .digest = head.digest}), "position 2 has another digest");
}

TEST_F(AuditVerify, AnActThatIsInNoChain_IsNamed) {
  temporary_.Execute("DELETE FROM audit_seal WHERE position = 5");
  ExpectOneFault(Verify(), "is in no chain");
}

TEST(ChainHeadText, IsPositionAndDigest) {
  const std::string digest(64, 'a');
  EXPECT_EQ(ReadHead("17:" + digest)->position, 17);
  for (const auto& wrong : {std::string("17"), ":" + digest, "0:" + digest, "x:" + digest,
                            "17:" + digest + "a", "17:" + std::string(64, 'G'), "17 :" + digest}) {
    EXPECT_FALSE(ReadHead(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace market::marketctl
