// Makes segments. For one thread; used up by Finish.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "services/product/index/segment.hpp"

namespace market::product::index {

class SegmentWriter {
 public:
  SegmentWriter() : segment_(std::make_shared<Segment>()) {}

  // In the order of ids.
  void Add(const Document& document);
  void Copy(const Segment& from, std::uint32_t document);

  // In the order of terms; `documents` ascending, not empty.
  void BeginTerm(std::string_view term);
  void AddList(Field field, std::span<const std::uint32_t> documents);
  void EndTerm();

  std::shared_ptr<const Segment> Finish();

 private:
  // Gives things numbers.
  template <class Thing, class Hash = std::hash<Thing>>
  class Numbers {
   public:
    std::uint32_t Of(const Thing& thing, std::vector<Thing>& all) {
      const auto [at, added] = by_thing_.try_emplace(thing, static_cast<std::uint32_t>(all.size()));
      if (added) all.push_back(thing);
      return at->second;
    }

   private:
    std::unordered_map<Thing, std::uint32_t, Hash> by_thing_;
  };
  struct HashOfAttribute {
    std::size_t operator()(const Attribute& attribute) const {
      return std::hash<std::string>{}(attribute.first) * 31 + std::hash<std::string>{}(attribute.second);
    }
  };
  struct Columns {
    const domain::ProductId& id;
    const SellerId& seller;
    const domain::CategoryId& category;
    std::int64_t published_us;
    std::uint8_t popularity;
    std::uint16_t rating_hundredths;
  };

  struct Title {
    std::string_view text;
    std::string language;
    std::uint64_t hash;
    std::uint64_t beginnings;
    std::uint8_t words;
  };

  void AddColumns(const Columns& columns);
  void AddTitle(const Title& title);
  void AddTitle(std::string_view text, const std::string& language);
  void AddAttribute(const Attribute& attribute);
  void AddOffer(const SellerId& seller, const std::string& currency, std::uint32_t price, bool in_stock);
  void EndDocument();
  void NoteWhereSold();
  void KeepPrefixesReady();
  std::size_t CountBytes() const;

  std::shared_ptr<Segment> segment_;
  Numbers<SellerId> sellers_;
  Numbers<domain::CategoryId> categories_;
  Numbers<std::string> currencies_;
  Numbers<std::string> languages_;
  Numbers<Attribute, HashOfAttribute> attributes_;
};

}  // namespace market::product::index
