#include "services/order/storage/tax_rates.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>

#include "platform/audit/testing/some_act.hpp"
#include "platform/core/error.hpp"
#include "platform/testing/reason_of.hpp"
#include "services/order/testing/store_fixture.hpp"

namespace market::order {
namespace {

using domain::TaxRate;
using testing::ReasonOf;
using testing::Soon;
using testing::Sql;
using testing::Store;

const Time kNewYear{std::chrono::sys_days{std::chrono::year{2027} / 1 / 1}};

TaxRate ARateOf(std::string country) {
  return {.id = domain::TaxRateId::New(),
          .country = std::move(country),
          .tax_class = "standard",
          .rate_ppm = 81'000,
          .valid_from = kNewYear,
          .source = "a law"};
}

// The Commission's list, a second time: what each member state takes of what has no class of its own.
TEST(TaxRates_Seeded, AreThoseOfTheUnion) {
  testing::WithStore([](Store& store) -> Task<> {
    storage::TaxRates rates(store.database);
    const std::map<std::string, int> percent_tenths = {
        {"AT", 200}, {"BE", 210}, {"BG", 200}, {"CY", 190}, {"CZ", 210}, {"DE", 190}, {"DK", 250},
        {"EE", 240}, {"ES", 210}, {"FI", 255}, {"FR", 200}, {"GR", 240}, {"HR", 250}, {"HU", 270},
        {"IE", 230}, {"IT", 220}, {"LT", 210}, {"LU", 170}, {"LV", 210}, {"MT", 180}, {"NL", 210},
        {"PL", 230}, {"PT", 230}, {"RO", 210}, {"SE", 250}, {"SI", 220}, {"SK", 230}};
    const auto all = co_await rates.All(Soon());
    for (const auto& [country, tenths] : percent_tenths) {
      const auto term = domain::TermFor(all, {.country = country}, "", kNewYear);
      EXPECT_EQ(term.rate_ppm, tenths * 1000) << country;
      EXPECT_TRUE(term.rate.has_value()) << country;
    }
    EXPECT_EQ(domain::TermFor(all, {.country = "PT", .region = "Madeira"}, "", kNewYear).rate_ppm, 220'000);
    EXPECT_EQ(domain::TermFor(all, {.country = "FR"}, "super_reduced", kNewYear).rate_ppm, 21'000);
    const auto reduced_above_standard = std::ranges::count_if(all, [&](const TaxRate& rate) {
      return rate.rate_ppm > domain::TermFor(all, {.country = rate.country}, "", kNewYear).rate_ppm;
    });
    EXPECT_EQ(reduced_above_standard, 0);
  });
}

TEST(TaxRates_Life, MadeOnce_Ended) {
  testing::WithStore([](Store& store) -> Task<> {
    storage::TaxRates rates(store.database);
    const auto made = co_await rates.Create(Soon(), ARateOf("CH"), audit::SomeAct());
    EXPECT_EQ((co_await rates.Create(Soon(), made, audit::SomeAct())).created_at, made.created_at) << "again";
    EXPECT_EQ(co_await ReasonOf(rates.Create(Soon(), ARateOf("CH"), audit::SomeAct())), "INVALID_ARGUMENT");
    const auto until = kNewYear + std::chrono::hours(24);
    EXPECT_EQ(co_await ReasonOf(rates.End(Soon(), made.id, kNewYear, audit::SomeAct())), "INVALID_ARGUMENT");
    EXPECT_EQ(co_await ReasonOf(rates.End(Soon(), domain::TaxRateId::New(), until, audit::SomeAct())),
              "NOT_FOUND");
    EXPECT_EQ((co_await rates.End(Soon(), made.id, until, audit::SomeAct())).valid_until, until);
    EXPECT_EQ((co_await rates.End(Soon(), made.id, until, audit::SomeAct())).version, 2)
        << "it was so before";
    EXPECT_EQ(Sql("SELECT count(*) FROM audit_event WHERE target_type = 'taxRate' AND target_id = '" +
                  made.id.ToString() + "'"),
              "2");
    EXPECT_THROW(Sql("UPDATE tax_rate SET rate_ppm = 1 WHERE id = '" + made.id.ToString() + "'"),
                 std::exception);
  });
}

TEST(TaxRates_List, InPages_SeesEachOnce) {
  testing::WithStore([](Store& store) -> Task<> {
    storage::TaxRates rates(store.database);
    std::set<domain::TaxRateId> seen;
    std::optional<storage::TaxRates::Position> after;
    for (;;) {
      const auto page = co_await rates.List(Soon(), "", after, 7);
      if (page.empty()) break;
      for (const auto& rate : page) EXPECT_TRUE(seen.insert(rate.id).second);
      after = {page.back().country, page.back().region, page.back().tax_class, page.back().id};
    }
    EXPECT_EQ(seen.size(), (co_await rates.All(Soon())).size());
    for (const auto& rate : co_await rates.List(Soon(), "FR", std::nullopt, 100))
      EXPECT_EQ(rate.country, "FR");
  });
}

}  // namespace
}  // namespace market::order
