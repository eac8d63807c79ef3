#include "services/product/process/importer.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "platform/testing/seeds.hpp"
#include "services/product/imports/writer.hpp"
#include "services/product/testing/fake_users.hpp"
#include "services/product/testing/files.hpp"

namespace market::product {
namespace {

using domain::ImportFormat;
using imports::Column;

// One process that imports; a new one is a restarted process.
struct ImportingProcess : Stores {
  explicit ImportingProcess(boost::asio::io_context& io, postgres::Options options = Settings(),
                            Importer::Options turn = {})
      : Stores(io, std::move(options)),
        importer({uploads, imports, categories, products, offers, sellers, market}, turn) {}

  // Whoever had it is dead, or its turn is over.
  Task<std::optional<storage::ImportLease>> Take(domain::ImportId id) {
    Sql("UPDATE product_import SET lease_until = '-infinity', next_run_at = '-infinity' WHERE id = '" +
        id.ToString() + "'");
    for (const auto& due : co_await imports.TakeDue(Soon(), 100)) {
      if (due.id == id) co_return co_await imports.Read(Soon(), due);
    }
    co_return std::nullopt;
  }
  Task<api::product::Import> Finish(SellerId seller, domain::ImportId id) {
    while (const auto lease = co_await Take(id)) co_await importer.Drive(Soon(), *lease);
    co_return (co_await imports.Get(Soon(), seller, id)).value();
  }
  Task<api::product::Import> Import(SellerId seller, std::string text, Run run = Run::kForReal,
                                    ImportFormat format = ImportFormat::kCsv) {
    const auto id = co_await BeginImport(*this, seller, std::move(text), run, format);
    co_return co_await Finish(seller, id);
  }
  // "line field REASON" of each problem.
  Task<std::string> Refused(std::string import_id) {
    std::string text;
    for (const auto& row :
         co_await imports.ListRefused(Soon(), domain::ImportId::From(import_id), 0, 1'000)) {
      for (const auto& problem : row.problems) {
        text += (text.empty() ? "" : ", ") + std::to_string(row.line) + ' ' + problem.field +
                (problem.field.empty() ? "" : " ") + problem.reason;
      }
    }
    co_return text;
  }

  FakeUsers users;
  SellerDirectory sellers{users};
  Importer importer;
};

// "state created/updated/unchanged/failed", and why where it failed.
std::string Told(const api::product::Import& import) {
  EXPECT_EQ(import.rows_read(),
            import.rows_created() + import.rows_updated() + import.rows_unchanged() + import.rows_failed());
  auto text = api::product::Import::State_Name(import.state()) + ' ' + std::to_string(import.rows_created()) +
              '/' + std::to_string(import.rows_updated()) + '/' + std::to_string(import.rows_unchanged()) +
              '/' + std::to_string(import.rows_failed());
  if (import.has_failure()) {
    text += ' ' + import.failure().reason();
    if (import.failure().has_line()) text += " in line " + std::to_string(import.failure().line());
  }
  return text;
}

void With(std::function<Task<>(ImportingProcess&, Shop)> body, Importer::Options turn = {}) {
  RunLoop([&](boost::asio::io_context& io) -> Task<> {
    ImportingProcess process(io, Settings(), turn);
    co_await process.database.Open(Soon());
    std::exception_ptr failure;
    try {
      const auto shop = co_await OpenShop(process);
      co_await body(process, shop);
    } catch (...) {
      failure = std::current_exception();
    }
    co_await process.database.Close(Soon());
    if (failure) std::rethrow_exception(failure);
  });
}

std::string SlugOf(const Shop& shop) {
  return Sql("SELECT slug FROM category WHERE id = '" + shop.category.ToString() + "'");
}

// All that the shop has, but for ids and times.
std::string Catalogue(const SellerId& seller) {
  return Sql(
      "SELECT string_agg(concat_ws(' ', o.sku, p.title, p.description, p.attributes, p.state, o.options, "
      "(SELECT string_agg(concat_ws(' ', r.amount, r.currency), ' ') FROM offer_price r WHERE r.offer_id = "
      "o.id),"
      " s.on_hand, coalesce(s.low_at::text, '-'), coalesce(o.weight_grams::text, '-'), coalesce(o.tax_class, "
      "'-'), o.state),"
      " E'\\n' ORDER BY o.sku) FROM offer o JOIN product p ON p.id = o.product_id JOIN stock s ON s.offer_id "
      "= o.id"
      " WHERE o.seller_id = '" +
      seller.ToString() + "'");
}

std::string CountOf(const SellerId& seller) {
  return Sql("SELECT (SELECT count(*) FROM product WHERE seller_id = '" + seller.ToString() +
             "') || ' ' || " + "(SELECT count(*) FROM offer WHERE seller_id = '" + seller.ToString() + "')");
}

TEST(Importer, RowsMakeProductsWithTheirOffers) {
  With([](ImportingProcess& process, Shop shop) -> Task<> {
    const auto file =
        "product,title,description,category,attribute:Colour,productState,sku,option:Size,price,currency,"
        "stock,"
        "lowStockThreshold,weightGrams,taxClass,state\n"
        "shirt,Shirt,\"Soft,\nwarm\"," +
        SlugOf(shop) +
        ",red,PUBLISHED,S-1,S,19.90,EUR,3,1,250,reduced,\n"
        "shirt,,,,,,S-2,M,20,EUR,0,,,,ARCHIVED\n"
        ",Hat,," +
        shop.category.ToString() + ",,,H-1,,2000,JPY,,,,,ACTIVE\n";
    const auto import = co_await process.Import(shop.seller, file);
    EXPECT_EQ(Told(import), "DONE 3/0/0/0") << co_await process.Refused(import.id());
    EXPECT_EQ(import.bytes_read(), import.bytes());
    EXPECT_TRUE(import.has_finish_time());
    EXPECT_EQ(
        Catalogue(shop.seller),
        "H-1 Hat  {} DRAFT {} 2000 JPY 0 - - - ACTIVE\n"
        "S-1 Shirt Soft,\nwarm {\"Colour\": \"red\"} PUBLISHED {\"Size\": \"S\"} 1990 EUR 3 1 250 reduced "
        "ACTIVE\n"
        "S-2 Shirt Soft,\nwarm {\"Colour\": \"red\"} PUBLISHED {\"Size\": \"M\"} 2000 EUR 0 - - - ARCHIVED");
    EXPECT_EQ(CountOf(shop.seller), "2 3");
    EXPECT_EQ(Sql("SELECT count(*) FROM product_import_name WHERE import_id = '" + import.id() + "'"), "0");
    EXPECT_EQ(
        Sql("SELECT count(*) FROM upload WHERE id = (SELECT upload_id FROM product_import WHERE id = '" +
            import.id() + "')"),
        "0")
        << "the file goes with its end";
    EXPECT_EQ(Sql("SELECT count(*) FROM event WHERE type = 'product.OfferCreated' AND seller_id = '" +
                  shop.seller.ToString() + "'"),
              "3");
  });
}

TEST(Importer, WhatDiffersIsChanged_WhatIsEmptyStaysOrGoes) {
  With([](ImportingProcess& process, Shop shop) -> Task<> {
    const std::string header =
        "sku,title,description,category,attribute:Colour,option:Size,price,currency,stock,lowStockThreshold,"
        "weightGrams,taxClass,state,productState\n";
    const auto first = header + "A,Shirt,Soft," + SlugOf(shop) + ",red,S,10,EUR,5,2,100,reduced,,PUBLISHED\n";
    EXPECT_EQ(Told(co_await process.Import(shop.seller, first)), "DONE 1/0/0/0");
    EXPECT_EQ(Told(co_await process.Import(shop.seller, first)), "DONE 0/0/1/0");
    const auto before = Catalogue(shop.seller);

    // What belongs to the product or can't be without a value stays, the rest is gone.
    EXPECT_EQ(Told(co_await process.Import(shop.seller, "sku,price,title,attribute:Colour\nA,,,\n")),
              "DONE 0/0/1/0");
    EXPECT_EQ(Told(co_await process.Import(shop.seller, header + "A,,,,,,,,,,,,,\n")), "DONE 0/1/0/0");
    EXPECT_EQ(Catalogue(shop.seller),
              "A Shirt Soft {\"Colour\": \"red\"} PUBLISHED {} 1000 EUR 5 - - - ACTIVE");
    EXPECT_EQ(Told(co_await process.Import(shop.seller, first)), "DONE 0/1/0/0");
    EXPECT_EQ(Catalogue(shop.seller), before);

    const auto changed =
        "sku,title,price,stock,attribute:Colour,attribute:Fit,productState\nA,Blouse,11.50,7,blue,slim,"
        "ARCHIVED\n";
    EXPECT_EQ(Told(co_await process.Import(shop.seller, changed)), "DONE 0/1/0/0");
    EXPECT_EQ(
        Catalogue(shop.seller),
        "A Blouse Soft {\"Fit\": \"slim\", \"Colour\": \"blue\"} ARCHIVED {\"Size\": \"S\"} 1150 EUR 7 2 100 "
        "reduced ACTIVE");
    EXPECT_EQ(
        Sql("SELECT string_agg(m.on_hand || ' ' || coalesce(m.reason, '-'), ', ' ORDER BY m.on_hand) FROM "
            "stock_movement m JOIN offer o ON o.id = m.offer_id WHERE o.seller_id = '" +
            shop.seller.ToString() + "'"),
        "2 imported, 5 ");
    EXPECT_EQ(Told(co_await process.Import(shop.seller, "sku,productState\nA,PUBLISHED\n")), "DONE 0/1/0/0");
    // A json line says the same.
    EXPECT_EQ(
        Told(co_await process.Import(
            shop.seller, "{\"sku\":\"A\",\"price\":12,\"weightGrams\":null,\"options\":{\"Size\":\"L\"}}\n",
            Run::kForReal, ImportFormat::kJsonLines)),
        "DONE 0/1/0/0");
    EXPECT_EQ(Catalogue(shop.seller),
              "A Blouse Soft {\"Fit\": \"slim\", \"Colour\": \"blue\"} PUBLISHED {\"Size\": \"L\"} 1200 EUR "
              "7 2 - reduced "
              "ACTIVE");
  });
}

std::string BrokenFile(const Shop& shop, std::string others_product) {
  const auto row = [&](std::string sku, std::string rest) {
    return sku + ",T," + SlugOf(shop) + ',' + rest + '\n';
  };
  return "sku,title,category,price,currency,stock,state,productState,product,attribute:Colour\n" +
         row("GOOD", "1,EUR,1,,,,") +                               // 2
         row("a b", "1,EUR,1,,,,") +                                // 3
         row("C", "1.999,EUR,1,,,,") +                              // 4
         row("D", "0,EUR,1,,,,") +                                  // 5
         row("E", "1,DOLLARS,1,,,,") +                              // 6
         row("F", "1,,1,,,,") +                                     // 7
         row("G", "1,EUR,-1,SOLD,LIVE,,") +                         // 8
         row("H", "1,EUR,one,,,,") +                                // 9
         row("GOOD", "2,EUR,1,,,,") +                               // 10
         "I,T,nowhere,1,EUR,1,,,,\n"                                // 11
         "J,,,1,EUR,1,,,,\n" +                                      // 12
         row("K", "1,EUR,1,,," + Uuid::NewV7().ToString() + ",") +  // 13
         row("L", "1,EUR,1,,," + others_product + ",") +            // 14
         row("M", "1,EUR,1,,TAKEN_DOWN,,") +                        // 15
         row("N", "1,EUR,1,ARCHIVED,PUBLISHED,,") +                 // 16
         row("O", ",EUR,1,,,,") +                                   // 17
         row("", "1,EUR,1,,,,") +                                   // 18
         row("P", "1,EUR,1,,,," + std::string(201, 'x')) +          // 19
         "Q,T\n" +                                                  // 20
         row("R", "1,EUR,1,,,h,") +                                 // 21
         row("S", "1,EUR,1,,,h,");                                  // 22: the same options
}
constexpr std::string_view kBroken =
    "3 sku INVALID_FORMAT, 4 price INVALID_FORMAT, 5 price TOO_SMALL, 6 currency UNKNOWN_CURRENCY, 7 "
    "currency REQUIRED, "
    "8 productState UNKNOWN_VALUE, 8 stock TOO_SMALL, 8 state UNKNOWN_VALUE, 9 stock INVALID_FORMAT, 10 sku "
    "DUPLICATE, "
    "11 category NOT_FOUND, 12 title REQUIRED, 12 category REQUIRED, 13 product "
    "NOT_FOUND, "
    "14 product NOT_FOUND, 15 productState ILLEGAL_TRANSITION, 16 NO_ACTIVE_OFFER, 17 price REQUIRED, 18 sku "
    "REQUIRED, "
    "19 attribute:Colour TOO_LONG, 20 INVALID_FORMAT, 22 OPTIONS_TAKEN";

TEST(Importer, ABrokenRow_IsNamedAndNothingOfItIsDone) {
  With([](ImportingProcess& process, Shop shop) -> Task<> {
    const auto other = co_await OpenShop(process);
    const auto theirs = co_await Put(process, other, ProductOf(other, "Theirs"));
    const auto import = co_await process.Import(shop.seller, BrokenFile(shop, theirs.id()));
    EXPECT_EQ(co_await process.Refused(import.id()), kBroken);
    EXPECT_EQ(Told(import), "DONE 2/0/0/19");
    EXPECT_EQ(CountOf(shop.seller), "2 2") << "no product without its offer";
    const auto rows = co_await process.imports.ListRefused(Soon(), domain::ImportId::From(import.id()), 7, 2);
    EXPECT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[0].line, 8);
    EXPECT_EQ(rows[0].sku, "G");
    EXPECT_EQ(rows[0].problems.at(2).detail, "is not one of the values");

    // On another shop's product: with its columns empty, or saying what is so.
    const auto offers = "sku,product,price,currency\nX," + theirs.id() + ",1,EUR\n";
    EXPECT_EQ(Told(co_await process.Import(shop.seller, offers)), "DONE 1/0/0/0");
    EXPECT_EQ(Told(co_await process.Import(shop.seller, offers)), "DONE 0/0/1/0");
    const auto moved = co_await process.Import(shop.seller, "sku,product\nGOOD," + theirs.id() + "\n");
    EXPECT_EQ(co_await process.Refused(moved.id()), "2 product INVALID_ARGUMENT");
  });
}

TEST(Importer, ADryRun_SaysWhatWouldBe) {
  With([](ImportingProcess& process, Shop shop) -> Task<> {
    const auto other = co_await OpenShop(process);
    const auto theirs = co_await Put(process, other, ProductOf(other, "Theirs"));
    const auto everything = [] {
      return Sql(
          "SELECT (SELECT count(*) FROM product) || ' ' || (SELECT count(*) FROM offer) || ' ' || "
          "(SELECT count(*) FROM event) || ' ' || (SELECT count(*) FROM stock_movement)");
    };
    const auto before = everything();
    const auto broken = co_await process.Import(shop.seller, BrokenFile(shop, theirs.id()), Run::kDry);
    EXPECT_EQ(Told(broken), "DONE 3/0/0/18");
    const auto told = co_await process.Refused(broken.id());
    EXPECT_EQ(told + ", 22 OPTIONS_TAKEN", kBroken)
        << "what two rows make together only the import itself finds";
    const auto variants = "product,title,category,sku,option:Size,price,currency,productState\nshirt,Shirt," +
                          SlugOf(shop) + ",A,S,1,EUR,PUBLISHED\nshirt,,,B,M,1,EUR,\nshirt,,,C,L,,EUR,\n";
    const auto dry = co_await process.Import(shop.seller, variants, Run::kDry);
    EXPECT_EQ(Told(dry), "DONE 2/0/0/1");
    EXPECT_EQ(co_await process.Refused(dry.id()), "4 price REQUIRED");
    EXPECT_EQ(everything(), before);
    EXPECT_EQ(Told(co_await process.Import(shop.seller, variants)), "DONE 2/0/0/1");
    EXPECT_EQ(Told(co_await process.Import(shop.seller, "sku,price\nA,2\nB,1\n", Run::kDry)), "DONE 0/1/1/0");
    EXPECT_EQ(Told(co_await process.Import(shop.seller, "sku,price\nA,2\nB,1\n")), "DONE 0/1/1/0");
  });
}

Task<std::string> Exported(ImportingProcess& process, Shop shop, ImportFormat format) {
  const storage::ExportFilter filter{.seller = shop.seller, .state = std::nullopt};
  const CategoryPaths categories(co_await process.categories.List(Soon()));
  auto names = co_await process.exports.Names(Soon(), filter, 100);
  const imports::NamedColumns columns{.attributes = std::move(names.attributes),
                                      .options = std::move(names.options)};
  auto file = imports::Header(format, columns);
  for (const auto& row : co_await process.exports.List(Soon(), filter, std::nullopt, 1'000))
    imports::AppendRow(file, format, columns, RowOf(row, categories));
  co_return file;
}

TEST(Importer, WhatWasExported_ChangesNothing) {
  With([](ImportingProcess& process, Shop shop) -> Task<> {
    const auto file =
        "product,title,description,category,attribute:Colour,attribute:=x,productState,sku,option:Size,price,"
        "currency,stock,"
        "lowStockThreshold,weightGrams,taxClass,state\n"
        "a,=Shirt,\"-a,\"\"b\"\"\nc  \"," +
        SlugOf(shop) +
        ",@red,,PUBLISHED,-1,+S,19.90,EUR,3,1,250,reduced,\n"
        "a,,,,,,,2,'=M,20,EUR,0,,,,ARCHIVED\n"
        "b,Hat,," +
        SlugOf(shop) + ",,\t1,,3,,2000,JPY,1,,,,\n";
    const auto made = co_await process.Import(shop.seller, file);
    EXPECT_EQ(Told(made), "DONE 3/0/0/0") << co_await process.Refused(made.id());
    co_await process.products.Create(Soon(), Uuid::NewV7(), ProductOf(shop, "Without an offer"));
    const auto before = Catalogue(shop.seller);
    for (const auto format : {ImportFormat::kCsv, ImportFormat::kJsonLines}) {
      const auto text = co_await Exported(process, shop, format);
      const auto import = co_await process.Import(shop.seller, text, Run::kForReal, format);
      EXPECT_EQ(Told(import), "DONE 0/0/4/0") << text << co_await process.Refused(import.id());
    }
    EXPECT_EQ(Catalogue(shop.seller), before);
  });
}

TEST(Importer, WhatEndsTheWhole_IsSaidWithItsLine) {
  With(
      [](ImportingProcess& process, Shop shop) -> Task<> {
        const auto row = [&](std::string sku) { return sku + ",T," + SlugOf(shop) + ",1,EUR\n"; };
        const std::string header = "sku,title,category,price,currency\n";
        EXPECT_EQ(Told(co_await process.Import(shop.seller, "name\nA\n")),
                  "FAILED 0/0/0/0 IMPORT_UNREADABLE in line 1");
        EXPECT_EQ(Told(co_await process.Import(shop.seller, header + row("A") + "B,\"")),
                  "FAILED 1/0/0/0 IMPORT_UNREADABLE in line 3");
        EXPECT_EQ(
            Told(co_await process.Import(shop.seller, header + row("A") + row("B") + row("C") + row("D"))),
            "FAILED 2/0/1/0 LIMIT_REACHED in line 5");
        process.users.Set(shop.seller, api::user::Seller::SUSPENDED);
        co_await process.sellers.CatchUp();
        EXPECT_EQ(Told(co_await process.Import(shop.seller, header + row("E"))),
                  "FAILED 0/0/0/0 SELLER_NOT_ACTIVE");
        EXPECT_EQ(CountOf(shop.seller), "3 3");
      },
      {.rows_max = 3});
}

TEST(Importer, ADriverThatWasOvertaken_DoesNothing) {
  With([](ImportingProcess& process, Shop shop) -> Task<> {
    const auto id = co_await BeginImport(
        process, shop.seller, "sku,title,category,price,currency\nA,T," + SlugOf(shop) + ",1,EUR\n");
    const auto slow = co_await process.Take(id);
    const auto quick = co_await process.Take(id);
    EXPECT_THROW(co_await process.importer.Drive(Soon(), *slow), storage::LostImport);
    EXPECT_EQ(CountOf(shop.seller), "0 0");
    const auto driven = co_await process.importer.Drive(Soon(), *quick);
    EXPECT_EQ(driven.outcome, Importer::Outcome::kEnded);
    EXPECT_EQ(driven.rows.created, 1);
    EXPECT_EQ(CountOf(shop.seller), "1 1");
  });
}

TEST(Importer, ATurnEnds_SoThatOthersHaveTheirs) {
  With(
      [](ImportingProcess& process, Shop shop) -> Task<> {
        std::string file = "sku,title,category,price,currency\n";
        for (const auto* sku : {"A", "B", "C", "D", "E"})
          file += std::string(sku) + ",T," + SlugOf(shop) + ",1,EUR\n";
        const auto id = co_await BeginImport(process, shop.seller, file);
        int turns = 0;
        while (const auto lease = co_await process.Take(id)) {
          EXPECT_EQ(lease->progress.Rows(), 2 * turns);
          ++turns;
          co_await process.importer.Drive(Soon(), *lease);
        }
        EXPECT_EQ(turns, 3);
        EXPECT_EQ(Told((co_await process.imports.Get(Soon(), shop.seller, id)).value()), "DONE 5/0/0/0");
      },
      {.rows = 2});
}

// Rows of every kind, whose end is the same whenever whoever drives it dies.
struct Schedule {
  std::string file = "product,sku,title,category,option:Size,price,currency,stock,productState,state\n";
  std::int64_t created = 0;
  std::int64_t updated = 0;
  std::int64_t unchanged = 0;
  std::string refused;
  std::int64_t failed = 0;
};

Schedule ScheduleOf(const Shop& shop, unsigned seed) {
  Schedule schedule;
  const auto slug = SlugOf(shop);
  for (unsigned i = 0; i < 24; ++i) {
    const auto number = std::to_string(i);
    const auto line = std::to_string(i + 2);
    switch ((i * 7 + seed) % 6) {
      case 0:  // was there, and gets other units and another title
        schedule.file += ",OLD-" + number + ",Newer," + slug + ",,1,EUR,8,,\n";
        ++schedule.updated;
        break;
      case 1:
        schedule.file += ",OLD-" + number + ",Old," + slug + ",,1,EUR,5,,\n";
        ++schedule.unchanged;
        break;
      case 2:
        schedule.file += ",BAD-" + number + ",T," + slug + ",,1,XXX,1,,\n";
        schedule.refused += (schedule.refused.empty() ? "" : ", ") + line + " currency UNKNOWN_CURRENCY";
        ++schedule.failed;
        break;
      case 3:  // refused when its product and offer have been made: the row has written, and takes it back
        schedule.file += ",BAD-" + number + ",T," + slug + ",,1,EUR,1,PUBLISHED,ARCHIVED\n";
        schedule.refused += (schedule.refused.empty() ? "" : ", ") + line + " NO_ACTIVE_OFFER";
        ++schedule.failed;
        break;
      case 4:
        schedule.file += "h" + std::to_string(i % 3) + ",NEW-" + number + ",T," + slug + "," + number +
                         ",1,EUR,1,PUBLISHED,\n";
        ++schedule.created;
        break;
      default:
        schedule.file += ",NEW-" + number + ",T," + slug + ",,1,EUR,1,PUBLISHED,\n";
        ++schedule.created;
        break;
    }
  }
  return schedule;
}

// One driver, which dies at its n-th statement, on connections that nobody closes in an orderly way.
Task<> DriveUntil(boost::asio::io_context& io, domain::ImportId id, unsigned statements) {
  auto options = Settings();
  unsigned seen = 0;
  std::optional<runtime::TaskGroup> group;
  options.on_query = [&](std::string_view, std::chrono::nanoseconds, bool) {
    if (++seen == statements && group) group->Cancel();
  };
  ImportingProcess process(io, std::move(options), {.rows = 9, .findings_max = 3});
  co_await process.database.Open(Soon());
  const auto lease = co_await process.Take(id);
  if (lease) {
    seen = 0;
    group.emplace(io.get_executor(), [](std::string_view, std::exception_ptr) {});
    const auto drive = [](ImportingProcess& of, storage::ImportLease taken) -> Task<> {
      co_await of.importer.Drive(Soon(), taken);
    };
    group->Spawn("turn", drive(process, *lease));
    co_await group->Join(Soon());
  }
  co_await process.database.Close(Soon());
}

TEST(ImporterCrashes, KilledAnywhere_RepeatsNothingAndLosesNothing) {
  for (const unsigned seed : testing::Seeds(1, 4)) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RunLoop([&](boost::asio::io_context& io) -> Task<> {
      ImportingProcess process(io);
      co_await process.database.Open(Soon());
      const auto shop = co_await OpenShop(process);
      for (int i = 0; i < 24; ++i) {
        auto draft = OfferOf("OLD-" + std::to_string(i), 100, 5);
        draft.clear_options();
        co_await process.products.Create(Soon(), Uuid::NewV7(), ProductOf(shop, "Old", {draft}));
      }
      const auto schedule = ScheduleOf(shop, seed);
      const auto id = co_await BeginImport(process, shop.seller, schedule.file);
      unsigned statements = 2 + seed % 7;
      for (int crash = 0; crash < 15; ++crash) {
        co_await DriveUntil(io, id, statements);
        statements = 1 + (statements * 31 + seed * 17) % 29;
      }
      const auto import = co_await process.Finish(shop.seller, id);
      EXPECT_EQ(import.state(), api::product::Import::DONE);
      EXPECT_EQ(import.rows_created(), schedule.created);
      EXPECT_EQ(import.rows_updated(), schedule.updated);
      EXPECT_EQ(import.rows_unchanged(), schedule.unchanged);
      EXPECT_EQ(import.rows_failed(), schedule.failed);
      EXPECT_EQ(co_await process.Refused(import.id()), schedule.refused);
      const auto of_shop = " WHERE seller_id = '" + shop.seller.ToString() + "'";
      EXPECT_EQ(Sql("SELECT count(*) FROM offer" + of_shop), std::to_string(24 + schedule.created));
      EXPECT_EQ(Sql("SELECT count(*) FROM product p" + of_shop +
                    " AND NOT EXISTS (SELECT FROM offer WHERE product_id = p.id)"),
                "0");
      EXPECT_EQ(Sql("SELECT count(*) FROM stock_movement m JOIN offer o ON o.id = m.offer_id" + of_shop +
                    " AND m.reason = 'imported' AND m.on_hand = 3"),
                std::to_string(schedule.updated));
      co_await process.database.Close(Soon());
    });
    if (::testing::Test::HasFailure()) break;
  }
  EXPECT_EQ(BrokenInvariants(), "0");
}

}  // namespace
}  // namespace market::product
