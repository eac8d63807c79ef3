// What a shop has, row by row, for a file of it. Owner: the service; io thread only. Fails as platform/postgres does.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "marketplace/product/v1/product.pb.h"
#include "platform/postgres/database.hpp"
#include "services/product/domain/catalogue.hpp"
#include "services/product/domain/ids.hpp"

// As the generated interface calls it, which this room does not see.
namespace market::api {
namespace product = ::marketplace::product::v1;
}

namespace market::product::storage {

// A product with one of its shop's offers; without any it comes alone.
struct ExportedRow {
  api::product::Product product;
  std::optional<api::product::Offer> offer;
};

struct ExportFilter {
  SellerId seller;
  std::optional<domain::ProductState> state;
};

// The names that the products and offers have, in order.
struct ExportNames {
  std::vector<std::string> attributes;
  std::vector<std::string> options;
};

struct ExportPosition {
  domain::ProductId product;
  domain::OfferId offer;  // nil: it came alone
};

class Exports {
 public:
  explicit Exports(postgres::Database& database) : database_(database) {}

  // At most `limit` of each.
  Task<ExportNames> Names(Work work, ExportFilter filter, int limit);
  // The newest product first, at most `limit` rows.
  Task<std::vector<ExportedRow>> List(Work work, ExportFilter filter, std::optional<ExportPosition> after,
                                      int limit);

 private:
  postgres::Database& database_;
};

}  // namespace market::product::storage
