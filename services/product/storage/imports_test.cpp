#include "services/product/storage/imports.hpp"

#include <gtest/gtest.h>

#include "services/product/testing/files.hpp"

namespace market::product::storage {
namespace {

// Due now, whoever had it.
void Lapse(const domain::ImportId& id) {
  Sql("UPDATE product_import SET lease_until = '-infinity' WHERE id = '" + id.ToString() + "'");
}

Task<std::optional<DueImport>> Take(Stores& stores, domain::ImportId id) {
  for (const auto& due : co_await stores.imports.TakeDue(Soon(), 100)) {
    if (due.id == id) co_return due;
  }
  co_return std::nullopt;
}

std::string Field(const domain::ImportId& id, std::string_view sql) {
  return Sql("SELECT " + std::string(sql) + " FROM product_import WHERE id = '" + id.ToString() + "'");
}

TEST(Imports, OneId_IsOneImport_AndAShopHasFewUnderWay) {
  WithStores([](Stores& stores) -> Task<> {
    const auto seller = SellerId::New();
    const auto first = co_await BeginImport(stores, seller, "sku\n", Run::kDry);
    const auto again = co_await stores.imports.Create(
        Soon(),
        {.id = first, .seller = seller, .account = AccountId::New(), .upload = Uuid::NewV7(), .bytes = 1});
    EXPECT_EQ(again.id(), first.ToString());
    EXPECT_TRUE(again.dry_run()) << "it is what it was";
    EXPECT_EQ(again.bytes(), 4);
    std::vector<domain::ImportId> ids = {first};
    while (ids.size() < Imports::kOpenMax) ids.push_back(co_await BeginImport(stores, seller, "sku\n"));
    EXPECT_EQ(co_await ReasonOf(BeginImport(stores, seller, "sku\n")), "LIMIT_REACHED");
    EXPECT_EQ(co_await ReasonOf(BeginImport(stores, SellerId::New(), "sku\n")), "") << "others have theirs";

    const auto due = (co_await Take(stores, first)).value();
    co_await stores.imports.End(Soon(), (co_await stores.imports.Read(Soon(), due)).value(), {});
    EXPECT_EQ(co_await ReasonOf(BeginImport(stores, seller, "sku\n")), "");

    const auto page = co_await stores.imports.List(Soon(), seller, std::nullopt, 2);
    EXPECT_EQ(page.size(), 2u);
    const auto rest =
        co_await stores.imports.List(Soon(), seller, domain::ImportId::From(page.back().id()), 10);
    EXPECT_EQ(rest.size(), ids.size() - 1);
    EXPECT_EQ(rest.back().id(), first.ToString()) << "the newest come first";
    EXPECT_FALSE(co_await stores.imports.Get(Soon(), SellerId::New(), first)) << "another shop's";
  });
}

TEST(Imports, OfAShop_TheOldestAloneIsDue) {
  WithStores([](Stores& stores) -> Task<> {
    const auto seller = SellerId::New();
    const auto first = co_await BeginImport(stores, seller, "sku\n");
    const auto second = co_await BeginImport(stores, seller, "sku\n");
    const auto other = co_await BeginImport(stores, SellerId::New(), "sku\n");
    const auto taken = co_await stores.imports.TakeDue(Soon(), 100);
    const auto has = [&](const auto& due, const domain::ImportId& id) {
      return std::ranges::find(due, id, &DueImport::id) != due.end();
    };
    EXPECT_TRUE(has(taken, first));
    EXPECT_TRUE(has(taken, other));
    EXPECT_FALSE(has(taken, second));
    EXPECT_FALSE(co_await Take(stores, first)) << "somebody has it";
    const auto lease =
        (co_await stores.imports.Read(Soon(), *std::ranges::find(taken, first, &DueImport::id))).value();
    co_await stores.imports.End(Soon(), lease, {});
    EXPECT_TRUE(co_await Take(stores, second));
    EXPECT_THROW(co_await stores.imports.End(Soon(), lease, {}), LostImport) << "it has ended";
  });
}

TEST(Imports, ATurnThatEnds_GoesBehindThoseWhoWait) {
  WithStores([](Stores& stores) -> Task<> {
    const auto first = co_await BeginImport(stores, SellerId::New(), "sku\n");
    const auto due = (co_await Take(stores, first)).value();
    const auto lease = (co_await stores.imports.Read(Soon(), due)).value();
    const auto before = Field(first, "next_run_at");
    co_await stores.imports.EndTurn(Soon(), lease);
    EXPECT_EQ(Field(first, "next_run_at > '" + before + "'"), "t");
    EXPECT_TRUE(co_await Take(stores, first));
    EXPECT_THROW(co_await stores.imports.EndTurn(Soon(), lease), LostImport) << "somebody else has it";
  });
}

TEST(Imports, WhatBreaks_IsTriedAgainAndThenHasFailed) {
  WithStores([](Stores& stores) -> Task<> {
    const auto id = co_await BeginImport(stores, SellerId::New(), "sku\n");
    const auto due = (co_await Take(stores, id)).value();
    co_await stores.imports.PutBack(Soon(), due, {.why = "broken", .failures = 3});
    const auto again = (co_await Take(stores, id)).value();
    EXPECT_EQ(again.attempts, 1u);
    EXPECT_EQ(again.failures, 3u);
    co_await stores.imports.PutBack(Soon(), due, {.why = "late", .failures = 9});
    EXPECT_EQ(Field(id, "failures || last_error"), "3broken");

    const auto lease = (co_await stores.imports.Read(Soon(), again)).value();
    co_await stores.imports.Advance(Soon(), lease, {.bytes_read = 2, .next_line = 2, .unchanged = 1}, {});
    EXPECT_EQ(Field(id, "state || failures || last_error"), "RUNNING0") << "it goes on";
    co_await stores.imports.PutBack(
        Soon(), again, {.why = "given up", .failures = 4, .then = runtime::Setback::Then::kParked});
    const auto ended = co_await stores.imports.Get(Soon(), lease.seller, id);
    EXPECT_EQ(ended->state(), api::product::Import::FAILED);
    EXPECT_EQ(ended->failure().reason(), "INTERNAL");
    EXPECT_EQ(ended->failure().line(), 2);
  });
}

TEST(Imports, TheReport_IsInTheOrderOfTheFile) {
  WithStores([](Stores& stores) -> Task<> {
    const auto id = co_await BeginImport(stores, SellerId::New(), "sku\n");
    const auto lease = (co_await stores.imports.Read(Soon(), (co_await Take(stores, id)).value())).value();
    ImportFindings findings;
    for (const std::int64_t line : {9, 2, 5})
      findings.refused.push_back({.line = line,
                                  .sku = "A" + std::to_string(line),
                                  .problems = {{"price", "X", "x"}, {"", "Y", "y"}}});
    findings.names.push_back({.kind = NamedKind::kSku, .name = "A2", .line = 2, .product = std::nullopt});
    co_await stores.imports.Advance(Soon(), lease, {.bytes_read = 4, .next_line = 10, .failed = 3}, findings);
    auto rows = co_await stores.imports.ListRefused(Soon(), id, 0, 2);
    EXPECT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[0].sku, "A2");
    EXPECT_EQ(rows[0].problems.at(1).reason, "Y");
    EXPECT_EQ(rows[1].line, 5);
    rows = co_await stores.imports.ListRefused(Soon(), id, 5, 2);
    EXPECT_EQ(rows.size(), 1u);

    const auto subject =
        co_await stores.imports.Look(Soon(), lease, {.sku = "A2", .product = {}, .handle = {}});
    EXPECT_EQ(subject.sku->line, 2);
    EXPECT_FALSE(subject.offer || subject.product || subject.handle);
    Lapse(id);
    co_await Take(stores, id);
    EXPECT_THROW(co_await stores.imports.Advance(Soon(), lease, {}, {}), LostImport);
  });
}

TEST(Imports, Sweep_TakesThoseThatEndedLongAgo) {
  WithStores([](Stores& stores) -> Task<> {
    const auto old = co_await BeginImport(stores, SellerId::New(), "sku\n");
    const auto lease = (co_await stores.imports.Read(Soon(), (co_await Take(stores, old)).value())).value();
    ImportFindings findings;
    findings.refused.push_back({.line = 2, .sku = "A", .problems = {{"price", "X", "x"}}});
    co_await stores.imports.Advance(Soon(), lease, {.failed = 1}, findings);
    co_await stores.imports.End(Soon(), lease, {});
    const auto open = co_await BeginImport(stores, SellerId::New(), "sku\n");
    Sql("UPDATE product_import SET finished_at = market_now() - interval '91 days' WHERE id = '" +
        old.ToString() + "'");
    EXPECT_EQ(co_await stores.imports.Sweep(Soon(), std::chrono::days(92), 10), 0);
    EXPECT_EQ(co_await stores.imports.Sweep(Soon(), std::chrono::days(90), 10), 1);
    EXPECT_EQ(Field(old, "count(*)") + Field(open, "count(*)"), "01");
    EXPECT_EQ(Sql("SELECT count(*) FROM product_import_problem WHERE import_id = '" + old.ToString() + "'"),
              "0");
  });
}

}  // namespace
}  // namespace market::product::storage
