// For the tests of the index: products in a line each.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "services/product/index/find.hpp"

namespace market::product::index {

// The same number, the same id; a greater one, a greater id.
inline Uuid UuidOf(std::uint32_t number) {
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t i = 0; i < 4; ++i) bytes[15 - i] = static_cast<std::uint8_t>(number >> (8 * i));
  return Uuid(bytes);
}
inline std::uint32_t NumberOf(const domain::ProductId& id) {
  const auto& bytes = id.Value().Bytes();
  std::uint32_t number = 0;
  for (std::size_t i = 12; i < 16; ++i) number = (number << 8) | bytes[i];
  return number;
}

inline Offer OfferAt(std::int64_t price, bool in_stock = true, std::string currency = "EUR") {
  Offer offer;
  offer.seller = SellerId(UuidOf(1));
  offer.price = price;
  offer.currency = std::move(currency);
  offer.in_stock = in_stock;
  return offer;
}

// Published at `number` seconds, with one offer in stock.
inline Document Thing(std::uint32_t number, std::string title, std::string text = "") {
  Document document;
  document.id = domain::ProductId(UuidOf(number));
  document.seller = SellerId(UuidOf(1));
  document.category = domain::CategoryId(UuidOf(1));
  document.title = std::move(title);
  document.text = std::move(text);
  document.published_us = std::int64_t{number} * 1'000'000;
  document.offers.push_back(OfferAt(1000));
  return document;
}

inline Found FoundBy(const Snapshot& snapshot, Query query) {
  Budget budget;
  return Find(snapshot, query, budget);
}

inline Query ByText(std::string text, std::size_t limit = 100) {
  Query query;
  query.text = std::move(text);
  query.filters.currency = "EUR";
  query.order = Order::kRelevance;
  query.limit = limit;
  return query;
}

inline std::vector<std::uint32_t> Numbers(const Found& found) {
  std::vector<std::uint32_t> numbers;
  for (const auto& hit : found.hits) numbers.push_back(NumberOf(hit.id));
  return numbers;
}
inline std::vector<std::uint32_t> Numbers(const Snapshot& snapshot, std::string text) {
  return Numbers(FoundBy(snapshot, ByText(std::move(text))));
}

}  // namespace market::product::index
