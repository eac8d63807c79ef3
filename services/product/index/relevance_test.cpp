// testing/relevance.tsv over testing/catalogue.tsv, which testing/translations.tsv says in other languages: a query a line,
// which products come first, and all it finds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <unordered_map>

#include "services/product/index/find.hpp"
#include "services/product/index/testing/things.hpp"

namespace market::product::index {
namespace {

std::vector<std::vector<std::string>> Rows(const std::string& file) {
  std::ifstream lines(std::string(MARKET_INDEX_TESTING) + '/' + file);
  EXPECT_TRUE(lines.is_open()) << file;
  std::vector<std::vector<std::string>> rows;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.starts_with("# ")) continue;
    auto& cells = rows.emplace_back();
    std::istringstream row(line);
    for (std::string cell; std::getline(row, cell, '\t');) cells.push_back(cell);
    cells.resize(7);
  }
  return rows;
}

std::vector<Attribute> AttributesFrom(const std::string& cell) {
  std::vector<Attribute> attributes;
  std::istringstream pairs(cell);
  for (std::string pair; std::getline(pairs, pair, ';');) {
    const auto equals = pair.find('=');
    attributes.emplace_back(pair.substr(pair.find_first_not_of(' '), equals - pair.find_first_not_of(' ')),
                            pair.substr(equals + 1));
  }
  return attributes;
}

Snapshot Catalogue() {
  std::unordered_map<std::string, std::vector<Translation>> translations;
  for (const auto& row : Rows("translations.tsv")) translations[row[0]].push_back({row[1], row[2], row[3]});
  std::vector<Document> documents;
  for (const auto& row : Rows("catalogue.tsv")) {
    auto document = Thing(static_cast<std::uint32_t>(std::stoul(row[0])), row[1], row[3]);
    document.translations = translations[row[0]];
    document.attributes = AttributesFrom(row[2]);
    document.shop = row[4];
    document.offers[0].sku = row[5];
    document.offers[0].in_stock = row[6].empty();
    documents.push_back(std::move(document));
  }
  // In two segments, as a catalogue that changes is.
  const auto half = documents.begin() + std::ssize(documents) / 2;
  return Snapshot().Changed({documents.begin(), half}, {}).Changed({half, documents.end()}, {});
}

std::vector<std::uint32_t> NumbersIn(const std::string& cell) {
  std::vector<std::uint32_t> numbers;
  std::istringstream words(cell);
  for (std::uint32_t number = 0; words >> number;) numbers.push_back(number);
  return numbers;
}

TEST(Relevance, EveryQueryOfTheFileHolds) {
  const auto snapshot = Catalogue();
  std::unordered_map<std::uint32_t, std::string> titles;
  for (const auto& row : Rows("catalogue.tsv"))
    titles[static_cast<std::uint32_t>(std::stoul(row[0]))] = row[1];
  const auto rows = Rows("relevance.tsv");
  EXPECT_GE(rows.size(), 100u);
  for (const auto& row : rows) {
    // Files are NFC: a letter with its accent apart is written so.
    auto query = row[0];
    constexpr std::string_view kDots = "&#x308;";
    if (const auto at = query.find(kDots); at != std::string::npos) query.replace(at, kDots.size(), "\u0308");
    const auto found = Numbers(snapshot, query);
    EXPECT_THAT(found, ::testing::UnorderedElementsAreArray(NumbersIn(row[2]))) << query;
    auto first = found;
    first.resize(std::min(first.size(), NumbersIn(row[1]).size()));
    EXPECT_EQ(first, NumbersIn(row[1])) << query << ": " << (found.empty() ? "" : titles[found[0]]);
  }
}

}  // namespace
}  // namespace market::product::index
