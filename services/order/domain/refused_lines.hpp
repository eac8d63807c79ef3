// The `lines` and the `sellers` of a refusal's metadata, as proto/marketplace/type/v1/refusal.proto has them: the JSON of a list.
// Ids, numbers and currency codes need no escaping.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "services/order/domain/ids.hpp"

namespace market::order::domain {

class RefusedLines {
 public:
  // `field` of the request names the offer; `values` are further members of a JSON object.
  void Add(std::string_view field, const OfferId& offer, std::string_view values) {
    if (!text_.empty()) text_ += ',';
    text_.append(R"({"field":")").append(field).append(R"(","offerId":")").append(offer.ToString());
    text_.append(R"(",)").append(values).append("}");
  }
  bool Empty() const { return text_.empty(); }
  std::string Text() const { return '[' + text_ + ']'; }

 private:
  std::string text_;
};

class RefusedSellers {
 public:
  // `values` as above.
  void Add(const SellerId& seller, std::string_view values) {
    if (!text_.empty()) text_ += ',';
    text_.append(R"({"sellerId":")").append(seller.ToString()).append(R"(",)").append(values).append("}");
  }
  bool Empty() const { return text_.empty(); }
  std::string Text() const { return '[' + text_ + ']'; }

 private:
  std::string text_;
};

// The members that say how many units were asked for, and how many are left.
inline std::string UnitsText(std::int64_t requested, std::int64_t available) {
  return R"("requested":)" + std::to_string(requested) + R"(,"available":)" + std::to_string(available);
}

}  // namespace market::order::domain
