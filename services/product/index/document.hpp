// A product as it is searched for. Values.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "services/product/domain/ids.hpp"

namespace market::product::index {

using Attribute = std::pair<std::string, std::string>;  // name, value

// One that is ACTIVE, with its price in one currency: where it has several, it is there once for each. Others
// are not told of.
struct Offer {
  SellerId seller;
  std::string sku;
  std::vector<Attribute> options;
  std::int64_t price = 0;  // minor units
  std::string currency;
  bool in_stock = false;
};

// What it is called, and what is said of it, in another language than it was written in.
struct Translation {
  std::string language;
  std::string title;
  std::string text;
};

struct Document {
  domain::ProductId id;
  SellerId seller;
  domain::CategoryId category;
  std::string language;  // of title and text, BCP 47
  std::string title;
  std::string text;
  std::vector<Translation> translations;  // what is in them is found as what is in title and text is
  std::string shop;                       // its name; "" when it is not known
  std::vector<Attribute> attributes;
  std::vector<Offer> offers;
  std::int64_t published_us = 0;        // since 1970
  std::uint8_t popularity = 0;          // the more the better
  std::uint16_t rating_hundredths = 0;  // 100 to 500; 0: nobody has rated it
};

}  // namespace market::product::index
