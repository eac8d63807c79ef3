#include "services/notification/storage/terms.hpp"

#include <gtest/gtest.h>

#include "services/notification/testing/store_fixture.hpp"

namespace market::notification::storage {
namespace {

using domain::Terms;
using domain::TermsKind;

class TermsStoreTest : public StoreFixture {
 protected:
  static Terms Version(std::string version, std::string body = "1. Be kind") {
    return {.kind = TermsKind::kTerms,
            .language = "en",
            .version = std::move(version),
            .title = "Terms of use",
            .body = std::move(body),
            .created_at = {}};
  }
  static audit::Act Act() {
    audit::Act act;
    act.account = AccountId::New();
    act.actor = "operator";
    act.service = "notification";
    act.permission = "terms.write";
    act.method = "marketplace.notification.v1.NotificationService/PublishTerms";
    return act;
  }
};

TEST_F(TermsStoreTest, TheLatestIsTheNewest_WhateverItIsCalled) {
  Run([&](postgres::Database& database) -> Task<> {
    TermsStore store(database);
    EXPECT_TRUE((co_await store.Newest(Soon())).empty());
    co_await store.Publish(Soon(), Version("2027"), Act());
    co_await store.Publish(Soon(), Version("2026", "1. Be kinder"), Act());
    const auto newest = co_await store.Newest(Soon());
    EXPECT_EQ(newest.size(), 1u);
    EXPECT_EQ(newest.at(0).version, "2026");
    EXPECT_EQ(newest.at(0).body, "1. Be kinder");
  });
  EXPECT_EQ(Sql("SELECT string_agg(target_id, ', ' ORDER BY id) FROM audit_event"),
            "TERMS/en/2027, TERMS/en/2026");
}

TEST_F(TermsStoreTest, AVersionNeverChanges) {
  Run([&](postgres::Database& database) -> Task<> {
    TermsStore store(database);
    const auto first = co_await store.Publish(Soon(), Version("1"), Act());
    const auto again = co_await store.Publish(Soon(), Version("1"), Act());
    EXPECT_EQ(again->created_at, first->created_at);
    EXPECT_FALSE((co_await store.Publish(Soon(), Version("1", "other"), Act())).has_value());
    auto german = Version("1", "1. Seid nett");
    german.language = "de";
    EXPECT_TRUE((co_await store.Publish(Soon(), german, Act())).has_value());
  });
  EXPECT_EQ(Sql("SELECT count(*) FROM audit_event"), "2") << "what changed nothing is no act";
}

TEST_F(TermsStoreTest, OfTwoTextsAtOnce_OneIsTheVersion) {
  Run([&](postgres::Database& database) -> Task<> {
    TermsStore store(database);
    int published = 0;
    co_await testing::AtOnce(6, [&](int i) -> Task<> {
      if (co_await store.Publish(Soon(), Version("1", "text " + std::to_string(i)), Act())) ++published;
    });
    EXPECT_EQ(published, 1);
  });
  EXPECT_EQ(Sql("SELECT count(*) FROM terms"), "1");
}

}  // namespace
}  // namespace market::notification::storage
