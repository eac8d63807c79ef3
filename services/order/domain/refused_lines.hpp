// The `lines` and the `sellers` of a refusal's metadata, as proto/marketplace/type/v1/refusal.proto has them: the JSON of a list.
// Ids, numbers and currency codes need no escaping.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "services/order/domain/ids.hpp"

namespace market::order::domain {

class RefusedList {
 public:
  bool Empty() const { return text_.empty(); }
  std::string Text() const { return '[' + text_ + ']'; }

 protected:
  // The members of one more object.
  void Add(std::initializer_list<std::string_view> pieces) {
    text_ += text_.empty() ? "{" : ",{";
    for (const auto piece : pieces) text_ += piece;
    text_ += '}';
  }

 private:
  std::string text_;
};

class RefusedLines : public RefusedList {
 public:
  // `field` of the request names the offer; `values` are further members of a JSON object.
  void Add(std::string_view field, const OfferId& offer, std::string_view values) {
    RefusedList::Add({R"("field":")", field, R"(","offerId":")", offer.ToString(), R"(",)", values});
  }
};

class RefusedSellers : public RefusedList {
 public:
  // `values` as above.
  void Add(const SellerId& seller, std::string_view values) {
    RefusedList::Add({R"("sellerId":")", seller.ToString(), R"(",)", values});
  }
};

// The members that say how many units were asked for, and how many are left.
inline std::string UnitsText(std::int64_t requested, std::int64_t available) {
  return R"("requested":)" + std::to_string(requested) + R"(,"available":)" + std::to_string(available);
}

}  // namespace market::order::domain
