#include "platform/personal_data/personal_data.hpp"

#include <gtest/gtest.h>

#include <array>

#include "migrations/audit.hpp"
#include "migrations/events.hpp"
#include "migrations/outbox.hpp"
#include "platform/testing/reason_of.hpp"
#include "platform/testing/run_loop.hpp"
#include "platform/testing/temporary_database.hpp"

namespace market::personal_data {
namespace {

using testing::Soon;

constexpr std::array kSets{&migrations::kOutbox, &migrations::kEvents, &migrations::kAudit};
constexpr postgres::ComposedStatement kExport{"test.export", "SELECT " + kRecord + R"sql( FROM (
  SELECT 'thing' AS kind, lpad(n::text, 4, '0') AS id,
         jsonb_build_object('text', repeat('x', 3000), 'nothing', NULL, 'email', $2::text) AS fields
  FROM generate_series(1, 700) AS n)sql" + kActs + kPage};

TEST(PersonalData, ComesWhole_PageByPage) {
  testing::TemporaryDatabase disk(kSets);
  testing::RunLoop([&](boost::asio::io_context& io) -> Task<> {
    postgres::Database database(io, disk.Options());
    co_await database.Open(Soon());
    Request request;
    const auto ada = AccountId::New();
    request.set_account_id(ada.ToString());
    request.set_email("ada@x.test");
    postgres::Batch batch("act");
    audit::Append(batch, Soon(), ErasureOf(ada, "test", "m"));
    audit::Append(batch, Soon(), ErasureOf(AccountId::New(), "test", "m"));
    co_await database.Write(Soon(), std::move(batch));

    std::vector<std::string> ids;
    std::string kinds;
    do {
      const auto page = PageOf("test", co_await List(database, Soon(), kExport, request));
      EXPECT_LE(page.ByteSizeLong(), (1u << 20) + 200);
      for (const auto& record : page.records()) {
        EXPECT_EQ(record.service(), "test");
        if (record.kind() == "thing") {
          ids.push_back(record.id());
          EXPECT_EQ(record.fields().size(), 2u) << "a null is left out";
          EXPECT_EQ(record.fields().at("email"), "ada@x.test");
        } else {
          kinds += record.kind();
          EXPECT_EQ(record.fields().at("targetId"), ada.ToString());
        }
      }
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    EXPECT_EQ(kinds, "act") << "one's own alone";
    EXPECT_EQ(ids.size(), 700u);
    EXPECT_TRUE(std::ranges::is_sorted(ids));
    request.set_page_token("nonsense");
    EXPECT_EQ(co_await testing::ReasonOf(List(database, Soon(), kExport, request)), "INVALID_PAGE_TOKEN");
    co_await database.Close(Soon());
  });
}

}  // namespace
}  // namespace market::personal_data
