#include "platform/postgres/columns.hpp"

#include <gtest/gtest.h>

#include "platform/core/words.hpp"
#include "platform/postgres/testing/database_fixture.hpp"

namespace market::postgres {
namespace {

enum class Colour : std::uint8_t { kRed, kGreen };
constexpr Words<Colour, 2> kColours{"colour", {"RED", "GREEN"}};
std::string_view Name(Colour colour) { return kColours.Name(colour); }
void FromText(std::string_view text, Colour& colour) { colour = kColours.Require(text); }

struct Wheel {
  Id<struct WheelTag> id;
  std::optional<Colour> colour;
};

struct Maker {
  std::string name;
  std::string city;
};

struct Car {
  Uuid id;
  AccountId owner;
  Colour colour = Colour::kRed;
  std::int64_t price_minor = 0;
  Currency currency;
  int doors = 0;
  double weight_t = 0;
  bool sold = false;
  Time made_at;
  std::optional<std::string> nickname;
  std::vector<std::string> notes;
  std::vector<Wheel> wheels;
  Maker maker;
  std::string plate;
  std::size_t remark_size = 0;
};

constexpr Columns kMaker{Column{"m.name", &Maker::name}, Column{"m.city", &Maker::city}};
constexpr Columns kCar{
    Column{"c.id", &Car::id},
    Column{"c.owner", &Car::owner},
    Column{"c.colour", &Car::colour},
    Column{"c.price_minor", &Car::price_minor},
    Column{"c.currency", &Car::currency},
    Column{"c.doors", &Car::doors},
    Column{"c.weight_t", &Car::weight_t},
    Column{"c.sold", &Car::sold},
    Column{"c.made_at", &Car::made_at},
    Column{"c.nickname", &Car::nickname},
    Column{"c.notes", &Car::notes},
    Column{"c.wheels", &Car::wheels, &Wheel::id},
    Column{"c.wheel_colours", &Car::wheels, &Wheel::colour},
    Inside{&Car::maker, kMaker},
    Column{"c.plate", [](Car& car) -> std::string& { return car.plate; }},
    Column{"c.remark", [](Car& car, std::string_view remark) { car.remark_size = remark.size(); }}};

constexpr Sql kOne{
    R"sql((SELECT $1::uuid AS id, $2::uuid AS owner, $3::text AS colour, 1999 AS price_minor,
  'EUR' AS currency,
  4 AS doors, 1.25::float8 AS weight_t, true AS sold, $4::timestamptz AS made_at, NULL::text AS nickname,
  ARRAY['a "b"', '{c}, \', ''] AS notes, $5::uuid[] AS wheels, ARRAY['GREEN', NULL] AS wheel_colours,
  'P' AS plate,
  'remark' AS remark))sql"};
constexpr ComposedStatement kFind{
    "test.find", "SELECT " + kCar + " FROM " + kOne + " c, (SELECT 'Ada' AS name, 'Ulm' AS city) m"};

TEST(Sql, Pieces_AreOneTextWhenCompiled) {
  static_assert(kMaker.Text().View() == "m.name, m.city");
  static_assert(kMaker.kCount == 2 && kCar.kCount == 17);
  constexpr ComposedStatement kStatement{"test.maker", "SELECT " + kMaker + " FROM " + Sql{"maker m"} + ""};
  static_assert(kStatement.sql.View() == "SELECT m.name, m.city FROM maker m");
  static constexpr auto kLasting = kStatement;
  const Statement statement = kLasting;
  EXPECT_EQ(statement.name, "test.maker");
  EXPECT_EQ(statement.sql.data(), kLasting.sql.View().data()) << "no copy";
}

class ColumnsTest : public DatabaseTest {
 protected:
  // Runs body(result of the query).
  template <class Body, class... Args>
  void Select(const Statement& statement, Body body, const Args&... args) {
    Run([&](Database& database) -> Task<> { body(co_await database.Read(Soon(), statement, args...)); });
  }
  // What reading it with this list throws.
  template <class List>
  std::string Refusal(const List& list, const Statement& statement) {
    std::string refusal;
    Select(statement, [&](const Result& rows) {
      try {
        list.ReadAll(rows);
      } catch (const std::logic_error& error) {
        refusal = error.what();
      }
    });
    return refusal;
  }
};

TEST_F(ColumnsTest, WhereSqlAndListDisagree_TheColumnIsNamed) {
  const auto refusal = [&](const auto& column, std::string_view sql) {
    return Refusal(Columns{column}, Statement{"test.wrong", sql});
  };
  EXPECT_EQ(refusal(Column{"c", &Car::colour}, "SELECT 'BLUE' AS c"), "column 0 (c): not a colour: 'BLUE'");
  EXPECT_EQ(refusal(Column{"c", &Car::plate}, "SELECT NULL::text AS c"), "column 0 (c): is null");
  EXPECT_EQ(refusal(Column{"c", &Car::doors}, "SELECT 3000000000 AS c"),
            "column 0 (c): an integer out of range");
  EXPECT_EQ(refusal(Column{"c", &Car::doors}, "SELECT 'four' AS c"), "column 0 (c): not an integer");
  EXPECT_EQ(refusal(Column{"c", &Car::owner}, "SELECT 'me' AS c"), "column 0 (c): not a uuid");
  EXPECT_EQ(refusal(Column{"c", &Car::sold}, "SELECT 1 AS c"), "column 0 (c): not a boolean");
  EXPECT_EQ(refusal(Column{"c", &Car::made_at}, "SELECT 'infinity'::timestamptz AS c"),
            "column 0 (c): not a finite timestamptz");
  EXPECT_TRUE(refusal(Column{"c", &Car::currency}, "SELECT 'euros' AS c").starts_with("column 0 (c): "));
  EXPECT_EQ(refusal(Column{"c", &Car::notes}, "SELECT ARRAY['a', NULL] AS c"),
            "column 0 (c): a null element");
  EXPECT_EQ(refusal(Column{"c", &Car::notes}, "SELECT ARRAY[ARRAY['a'], ARRAY['b']] AS c"),
            "column 0 (c): not a one-dimensional array");
  EXPECT_EQ(refusal(Column{"c", &Car::plate}, "SELECT 'a' AS c, 'b' AS d"),
            "a row of 2 columns for a list of 1");
}

TEST_F(ColumnsTest, ParallelArraysOfDifferentLengths_AreRefused) {
  constexpr Columns kWheels{Column{"ids", &Car::wheels, &Wheel::id},
                            Column{"colours", &Car::wheels, &Wheel::colour}};
  EXPECT_EQ(
      Refusal(kWheels, {"test.wheels", "SELECT ARRAY[gen_random_uuid()] AS ids, '{RED,RED}' AS colours"}),
      "column 1 (colours): has another length than the array before it");
  EXPECT_EQ(Refusal(kWheels, {"test.wheels", "SELECT ARRAY[gen_random_uuid()] AS ids, NULL AS colours"}),
            "column 1 (colours): has another length than the array before it");
  Select({"test.wheels", "SELECT NULL AS ids, '{}' AS colours"},
         [&](const Result& rows) { EXPECT_TRUE(kWheels.ReadOne(rows).wheels.empty()); });
}

TEST_F(ColumnsTest, ARow_IsReadAsItsMembersTypes) {
  const auto id = Uuid::NewV7();
  const auto owner = AccountId::New();
  const Time made_at(std::chrono::sys_days(std::chrono::year(2024) / 2 / 29) + 3723s + 45us);
  const std::vector wheels = {Uuid::NewV7(), Uuid::NewV7()};
  Select(
      kFind,
      [&](const Result& rows) {
        const auto car = kCar.ReadOne(rows);
        EXPECT_EQ(car.id, id);
        EXPECT_EQ(car.owner, owner);
        EXPECT_EQ(car.colour, Colour::kGreen);
        EXPECT_EQ(car.price_minor, 1999);
        EXPECT_EQ(car.currency.Code(), "EUR");
        EXPECT_EQ(car.doors, 4);
        EXPECT_EQ(car.weight_t, 1.25);
        EXPECT_TRUE(car.sold);
        EXPECT_EQ(car.made_at, made_at);
        EXPECT_EQ(car.nickname, std::nullopt);
        EXPECT_EQ(car.notes, (std::vector<std::string>{R"(a "b")", R"({c}, \)", ""}));
        ASSERT_EQ(car.wheels.size(), 2u);
        EXPECT_EQ(car.wheels[1].id.Value(), wheels[1]);
        EXPECT_EQ(car.wheels[0].colour, Colour::kGreen);
        EXPECT_EQ(car.wheels[1].colour, std::nullopt);
        EXPECT_EQ(car.maker.name, "Ada");
        EXPECT_EQ(car.maker.city, "Ulm");
        EXPECT_EQ(car.plate, "P");
        EXPECT_EQ(car.remark_size, 6u);
      },
      id, owner, Colour::kGreen, made_at, wheels);
}

TEST_F(ColumnsTest, Rows_AreNoneOneOrAll) {
  constexpr Columns kDoors{Column{"n", &Car::doors}};
  static constexpr ComposedStatement kSeries{"test.series",
                                             "SELECT " + kDoors + " FROM generate_series(1, $1::int) n"};
  Select(kSeries, [&](const Result& rows) { EXPECT_EQ(kDoors.ReadAtMostOne(rows), std::nullopt); }, 0);
  Select(kSeries, [&](const Result& rows) { EXPECT_EQ(kDoors.ReadAtMostOne(rows)->doors, 1); }, 1);
  Select(
      kSeries,
      [&](const Result& rows) {
        EXPECT_EQ(kDoors.ReadAll(rows).size(), 3u);
        EXPECT_THROW(kDoors.ReadAtMostOne(rows), std::logic_error);
        EXPECT_THROW(kDoors.ReadOne(rows), std::logic_error);
      },
      3);
}

TEST_F(ColumnsTest, AListOfAJoinedRow_IsReadFromWhereItBegins) {
  static constexpr Statement kJoined{"test.joined", "SELECT 4 AS doors, 'Ada' AS name, 'Ulm' AS city"};
  Select(kJoined, [](const Result& rows) {
    const auto row = rows.One();
    EXPECT_EQ(kMaker.Read(row, 1).city, "Ulm");
    EXPECT_THROW(kMaker.Read(row, 2), std::logic_error);
    EXPECT_THROW(kMaker.Read(row), std::logic_error);
  });
}

std::string Elements(std::string_view text) {
  std::string all;
  for (decode::Elements elements(text); elements.Next();) {
    all += elements.Value() ? '<' + std::string(*elements.Value()) + '>' : "null";
  }
  return all;
}

TEST(Elements, BrokenArrays_AreRefused) {
  for (const auto* text :
       {"", "{", "}", "a", "{a", "{\"a}", "{\"a\\\"}", "{\"a\\", "{a,}", "{{a}}", "{\"a\"b}", "{,"}) {
    EXPECT_THROW(Elements(text), std::invalid_argument) << text;
  }
}

TEST(Elements, AreUnescapedOneByOne) {
  EXPECT_EQ(Elements("{}"), "");
  EXPECT_EQ(Elements("{1,NULL,\"NULL\"}"), "<1>null<NULL>");
  EXPECT_EQ(Elements(R"({"a,b","\"q\\","",c})"), R"(<a,b><"q\><><c>)");
}

}  // namespace
}  // namespace market::postgres
