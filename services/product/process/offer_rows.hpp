// What a row of a file says of an offer and its product, and the row that says what they are: the one place where files
// and the catalogue meet (docs/imports.md). Values are held to the rules of CreateProduct and CreateOffer, by the same code.
// Pure; io thread only.
#pragma once
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "marketplace/product/v1/product.pb.h"
#include "services/product/domain/catalogue.hpp"
#include "services/product/domain/market.hpp"
#include "services/product/imports/row.hpp"
#include "services/product/storage/exports.hpp"
#include "services/product/storage/imports.hpp"
#include "services/product/storage/offers.hpp"
#include "services/product/storage/products.hpp"

namespace market::product {

// Categories by their path of slugs, "tools/hand-tools", and back.
class CategoryPaths {
 public:
  CategoryPaths() = default;
  explicit CategoryPaths(const api::product::ListCategoriesResponse& tree);  // parents before children

  // By path or id; empty: there is none.
  std::string IdOf(std::string_view text) const;
  // Of one that is not known its id.
  std::string PathOf(const std::string& id) const;
  std::string Any() const { return ids_.empty() ? std::string() : ids_.begin()->second; }

 private:
  std::unordered_map<std::string, std::string> ids_;
  std::unordered_map<std::string, std::string> paths_;
};

// What is to be done for a row. Nothing of it: it says what is so.
struct RowPlan {
  std::optional<api::product::CreateProductRequest> new_product;  // with its offer
  std::optional<storage::ProductEdit> product;
  std::optional<api::product::OfferDraft> new_offer;  // of a product that is there
  std::optional<storage::OfferEdit> offer;            // of the one that is there, or of the new one
  std::vector<domain::ProductAct> acts;

  bool MakesOffer() const { return new_offer || (new_product && !new_product->offers().empty()); }
  bool ChangesNothing() const { return !new_product && !product && !new_offer && !offer && acts.empty(); }
};

// Who imports, and what there is besides the row.
struct RowContext {
  const storage::ImportLease& lease;
  const storage::RowSubject& subject;
  const CategoryPaths& categories;
  const domain::Market& market;
};

// By what to look for a row's subject.
storage::RowKey KeyOf(const imports::Row& row);
std::variant<RowPlan, std::vector<imports::Fault>> PlanOf(const imports::Row& row, const RowContext& context);
// What an operation refused, as faults of the row that it was for.
std::vector<imports::Fault> FaultsOf(const Error& error);

// The row of an offer and its product, as PlanOf reads it and finds nothing to do.
imports::Row RowOf(const storage::ExportedRow& exported, const CategoryPaths& categories);

}  // namespace market::product
