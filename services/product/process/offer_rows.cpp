#include "services/product/process/offer_rows.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <utility>

#include "platform/conversions/conversions.hpp"
#include "platform/rules/validation.hpp"
#include "services/product/imports/price.hpp"
#include "services/product/storage/rows.hpp"
#include "services/product/storage/sizes.hpp"

namespace market::product {
namespace {

using imports::Column;
using imports::Fault;
using imports::Row;
using Texts = google::protobuf::Map<std::string, std::string>;

constexpr std::string_view kCounted = "imported";  // of the movement of a count
constexpr std::size_t kHandleBytesMax = 100;

// Of a field of the contract: "offer.price.amount" is price.
std::string ColumnOf(std::string_view field) {
  for (const std::string_view prefix : {"offers[0].", "offer.", "product."}) {
    if (field.starts_with(prefix)) field.remove_prefix(prefix.size());
  }
  const auto named = [&](std::string_view prefix, std::string_view column) {
    return field.starts_with(prefix) && field.size() > prefix.size() + 1
               ? std::string(column) + std::string(field.substr(prefix.size() + 1))
               : std::string();
  };
  if (auto name = named("attributes", imports::kAttributePrefix); !name.empty()) return name;
  if (auto name = named("options", imports::kOptionPrefix); !name.empty()) return name;
  if (field == "price.currency") return std::string(NameOf(Column::kCurrency));
  if (field == "categoryId") return std::string(NameOf(Column::kCategory));
  return std::string(field.substr(0, field.find('.')));
}

bool Same(const Texts& a, const Texts& b) {
  return a.size() == b.size() && std::ranges::all_of(a, [&](const auto& pair) {
           const auto found = b.find(pair.first);
           return found != b.end() && found->second == pair.second;
         });
}

std::optional<domain::ProductState> StateOf(api::product::Product::State state) {
  return storage::StateFrom(state);
}

// The acts of a shop that lead there; nullopt: none do. Whether they may is for the product to say.
std::optional<std::vector<domain::ProductAct>> ActsTowards(domain::ProductState from,
                                                           domain::ProductState to) {
  using Acts = std::vector<domain::ProductAct>;
  using enum domain::ProductAct;
  if (from == to) return Acts{};
  const bool archived = from == domain::ProductState::kArchived;
  switch (to) {
    case domain::ProductState::kPublished:
      return archived ? Acts{kRestore, kPublish} : Acts{kPublish};
    case domain::ProductState::kProposed:
      return archived ? Acts{kRestore, kPropose} : Acts{kPropose};
    case domain::ProductState::kArchived:
      return Acts{kArchive};
    case domain::ProductState::kDraft:
      return archived ? std::optional(Acts{kRestore}) : std::nullopt;
    default:
      return std::nullopt;
  }
}

// Reads a row against what there is.
class Planner {
 public:
  Planner(const Row& row, const RowContext& context)
      : row_(row),
        lease_(context.lease),
        subject_(context.subject),
        categories_(context.categories),
        market_(context.market) {}

  std::variant<RowPlan, std::vector<Fault>> Plan() {
    Identify();
    if (faults_.empty()) {
      ReadProduct();
      row_.Says(Column::kSku) ? ReadOffer() : RequireNoOffer();
    }
    if (!faults_.empty()) return std::move(faults_);
    return std::move(plan_);
  }

 private:
  // What is wrong with a cell first is what is said of it.
  void Refuse(std::string column, std::string_view reason, std::string detail) {
    const bool told = !column.empty() && std::ranges::find(faults_, column, &Fault::column) != faults_.end();
    if (!told && faults_.size() < imports::kFaultsMax)
      faults_.push_back({std::move(column), std::string(reason), std::move(detail)});
  }
  void Refuse(Column column, std::string_view reason, std::string detail) {
    Refuse(std::string(NameOf(column)), reason, std::move(detail));
  }

  const api::product::Product* Product() const { return subject_.product ? &*subject_.product : nullptr; }
  const api::product::Offer* Offer() const { return subject_.offer ? &*subject_.offer : nullptr; }
  bool OwnsProduct() const {
    return Product() == nullptr || Product()->seller_id() == lease_.seller.ToString();
  }

  // Whether the row says which offer and product it means, and no other does.
  void Identify() {
    const auto named = row_.Text(Column::kProduct);
    const bool by_id = Uuid::Parse(named).has_value();
    if (!row_.Says(Column::kSku) && !by_id)
      Refuse(Column::kSku, "REQUIRED", "is required, but for a row of a product that is there");
    if (subject_.sku)
      Refuse(Column::kSku, "DUPLICATE", "is that of line " + std::to_string(subject_.sku->line));
    if (!by_id && (named.size() > kHandleBytesMax || named.find('\n') != std::string_view::npos))
      Refuse(Column::kProduct, "TOO_LONG", "must be an id, or a word of at most 100 characters in one line");
    if (by_id && Product() == nullptr) Refuse(Column::kProduct, "NOT_FOUND", "there is no such product");
    const bool other =
        Offer() != nullptr && ((by_id && Uuid::Parse(named) != Uuid::Parse(Offer()->product_id())) ||
                               (subject_.handle && subject_.handle->product &&
                                subject_.handle->product->ToString() != Offer()->product_id()));
    if (other) Refuse(Column::kProduct, "INVALID_ARGUMENT", "the offer of this SKU is of another product");
  }

  // Of a dry run, which made none of it before: what only the first of its rows says is taken for granted.
  bool IsMadeByDryRun() const { return subject_.handle && !subject_.handle->product && Product() == nullptr; }

  api::product::CreateProductRequest ProductBefore() const {
    api::product::CreateProductRequest request;
    request.set_seller_id(lease_.seller.ToString());
    if (const auto* product = Product()) {
      request.set_title(product->title());
      request.set_description(product->description());
      request.set_category_id(product->category_id());
      *request.mutable_attributes() = product->attributes();
    } else if (IsMadeByDryRun()) {
      request.set_title("?");
      request.set_category_id(categories_.Any());
    }
    return request;
  }

  // In the form they are kept in, so that names meet those that are there.
  template <class Change>
  void InForm(Change& change) {
    try {
      rules::Apply(change);
    } catch (const Error& error) {
      Take(error);
    }
  }

  void Take(const Error& error) {
    for (auto& fault : FaultsOf(error))
      Refuse(std::move(fault.column), fault.reason, std::move(fault.detail));
  }

  void ReadProduct() {
    const auto before = ProductBefore();
    auto after = before;
    if (row_.Says(Column::kTitle)) after.set_title(std::string(row_.Text(Column::kTitle)));
    if (row_.Says(Column::kDescription)) after.set_description(std::string(row_.Text(Column::kDescription)));
    ReadCategory(after);
    api::product::ProductChange attributes;
    for (const auto& [name, text] : row_.attributes) {
      if (!text.empty()) (*attributes.mutable_attributes())[name] = text;
    }
    InForm(attributes);
    for (const auto& [name, text] : attributes.attributes()) (*after.mutable_attributes())[name] = text;
    Check(after);
    const auto wanted = ReadProductState();
    if (!faults_.empty()) return;
    const bool is_new = Product() == nullptr;
    if (wanted)
      MoveProduct(is_new ? domain::ProductState::kDraft : StateOf(Product()->state()).value(), *wanted);
    if (is_new) {
      plan_.new_product = std::move(after);
      return;
    }
    EditProduct(before, after);
    if (!OwnsProduct() && (plan_.product || !plan_.acts.empty()))
      Refuse(Column::kProduct, "NOT_FOUND", "the product is another shop's: leave its columns empty");
  }

  void ReadCategory(api::product::CreateProductRequest& after) {
    if (!row_.Says(Column::kCategory)) return;
    auto id = categories_.IdOf(row_.Text(Column::kCategory));
    if (id.empty())
      Refuse(Column::kCategory, "NOT_FOUND",
             "there is no such category: give its id, or its slugs from the root, such as hardware/hammers");
    else
      after.set_category_id(std::move(id));
  }

  void Check(api::product::CreateProductRequest& after) {
    try {
      rules::Apply(after);
      CheckAttributes(after.attributes(), "attributes");
    } catch (const Error& error) {
      Take(error);
    }
  }

  std::optional<domain::ProductState> ReadProductState() {
    if (!row_.Says(Column::kProductState)) return std::nullopt;
    const auto state = domain::kProductStates.Find(row_.Text(Column::kProductState));
    if (!state) Refuse(Column::kProductState, "UNKNOWN_VALUE", "is not one of the values");
    return state;
  }

  void MoveProduct(domain::ProductState from, domain::ProductState to) {
    auto acts = ActsTowards(from, to);
    if (!acts) {
      Refuse(Column::kProductState, "ILLEGAL_TRANSITION",
             "a shop can't bring a product that is " + std::string(Name(from)) + " into this state");
      return;
    }
    plan_.acts = *std::move(acts);
  }

  void EditProduct(const api::product::CreateProductRequest& before,
                   const api::product::CreateProductRequest& after) {
    storage::ProductEdit edit;
    if (after.title() != before.title()) edit.title = after.title();
    if (after.description() != before.description()) edit.description = after.description();
    if (after.category_id() != before.category_id())
      edit.category = domain::CategoryId::From(after.category_id());
    if (!Same(after.attributes(), before.attributes())) edit.attributes = after.attributes();
    if (edit.title || edit.description || edit.category || edit.attributes) plan_.product = std::move(edit);
  }

  void RequireNoOffer() {
    const bool says = std::ranges::any_of(
        std::array{Column::kPrice, Column::kCurrency, Column::kStock, Column::kLowStockThreshold,
                   Column::kWeightGrams, Column::kTaxClass, Column::kState},
        [&](Column column) { return row_.Says(column); });
    if (says) Refuse(Column::kSku, "REQUIRED", "is required");
  }

  api::product::OfferDraft OfferBefore() const {
    api::product::OfferDraft draft;
    draft.set_sku(std::string(row_.Text(Column::kSku)));
    const auto* offer = Offer();
    if (offer == nullptr) return draft;
    *draft.mutable_options() = offer->options();
    *draft.mutable_price() = offer->price();
    draft.set_stock(offer->on_hand());
    if (offer->has_low_stock_threshold()) draft.set_low_stock_threshold(offer->low_stock_threshold());
    if (offer->has_weight_grams()) draft.set_weight_grams(offer->weight_grams());
    if (offer->has_tax_class()) draft.set_tax_class(offer->tax_class());
    return draft;
  }

  void ReadOffer() {
    const auto before = OfferBefore();
    api::product::CreateOfferRequest request;
    request.set_product_id(lease_.id.ToString());  // any: the rules want one
    auto& after = *request.mutable_offer();
    after = before;
    ReadOptions(after);
    ReadPrice(after);
    ReadNumbers(after);
    if (row_[Column::kTaxClass]) {
      after.clear_tax_class();
      if (row_.Says(Column::kTaxClass)) after.set_tax_class(std::string(row_.Text(Column::kTaxClass)));
    }
    try {
      rules::Apply(request);
      CheckOptions(after.options(), "options");
    } catch (const Error& error) {
      Take(error);
    }
    const auto state = ReadOfferState();
    if (!faults_.empty()) return;
    EditOffer(before, after, state);
  }

  void ReadOptions(api::product::OfferDraft& after) {
    api::product::OfferChange given;
    for (const auto& [name, text] : row_.options) {
      if (!text.empty()) {
        (*given.mutable_options())[name] = text;
        continue;
      }
      // It has no such option.
      api::product::OfferChange absent;
      (*absent.mutable_options())[name] = "-";
      InForm(absent);
      for (const auto& [known, unused] : absent.options()) after.mutable_options()->erase(known);
    }
    InForm(given);
    for (const auto& [name, text] : given.options()) (*after.mutable_options())[name] = text;
  }

  void ReadPrice(api::product::OfferDraft& after) {
    const auto text = row_.Text(Column::kPrice);
    const auto code = row_.Text(Column::kCurrency);
    if (text.empty()) {
      if (!code.empty() && Offer() != nullptr && code != Offer()->price().currency())
        Refuse(Column::kPrice, "REQUIRED", "is required with another currency");
      return;
    }
    // There is a price, whatever it is.
    *after.mutable_price() = conversions::ToProto(Money{1, Currency::Parse("EUR")});
    if (code.empty() && Offer() == nullptr) {
      Refuse(Column::kCurrency, "REQUIRED", "is required");
      return;
    }
    try {
      if (!code.empty()) market_.Chosen(code, "price.currency");
      const auto currency = Currency::Parse(code.empty() ? Offer()->price().currency() : code);
      const auto minor = imports::MinorFrom(text, currency);
      if (!minor) {
        Refuse(Column::kPrice, "INVALID_FORMAT",
               "must be a number with a point and no more digits than the currency has, such as " +
                   imports::PriceText(1999, currency));
        return;
      }
      *after.mutable_price() = conversions::ToProto(Money{*minor, currency});
    } catch (const Error& error) {
      Take(error);
    }
  }

  std::optional<std::int64_t> NumberOf(Column column) {
    const auto text = row_.Text(column);
    std::int64_t number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault == std::errc() && end == text.data() + text.size()) return number;
    Refuse(column, "INVALID_FORMAT", "must be a whole number");
    return std::nullopt;
  }

  void ReadNumbers(api::product::OfferDraft& after) {
    if (row_.Says(Column::kStock)) {
      if (const auto units = NumberOf(Column::kStock)) after.set_stock(*units);
    }
    if (row_[Column::kLowStockThreshold]) after.clear_low_stock_threshold();
    if (row_.Says(Column::kLowStockThreshold)) {
      if (const auto units = NumberOf(Column::kLowStockThreshold)) after.set_low_stock_threshold(*units);
    }
    if (row_[Column::kWeightGrams]) after.clear_weight_grams();
    if (row_.Says(Column::kWeightGrams)) {
      if (const auto grams = NumberOf(Column::kWeightGrams)) after.set_weight_grams(*grams);
    }
  }

  std::optional<domain::OfferState> ReadOfferState() {
    if (!row_.Says(Column::kState)) return std::nullopt;
    const auto state = domain::kOfferStates.Find(row_.Text(Column::kState));
    if (!state) Refuse(Column::kState, "UNKNOWN_VALUE", "is not one of the values");
    return state;
  }

  void EditOffer(const api::product::OfferDraft& before, const api::product::OfferDraft& after,
                 std::optional<domain::OfferState> state) {
    if (Offer() == nullptr) {
      if (plan_.new_product) {
        *plan_.new_product->add_offers() = after;
      } else {
        plan_.new_offer = after;
      }
      if (state == domain::OfferState::kArchived) plan_.offer = storage::OfferEdit{.state = state};
      return;
    }
    storage::OfferEdit edit;
    if (!Same(after.options(), before.options())) edit.options = after.options();
    if (after.price().amount() != before.price().amount() ||
        after.price().currency() != before.price().currency())
      edit.price = conversions::MoneyFrom(after.price());
    const auto units = [](const auto& draft) {
      return draft.has_low_stock_threshold() ? std::optional(draft.low_stock_threshold()) : std::nullopt;
    };
    if (units(after) != units(before)) edit.low_stock_threshold = units(after);
    const auto grams = [](const auto& draft) {
      return draft.has_weight_grams() ? std::optional(draft.weight_grams()) : std::nullopt;
    };
    if (grams(after) != grams(before)) edit.weight_grams = grams(after);
    const auto tax = [](const auto& draft) {
      return draft.has_tax_class() ? std::optional(draft.tax_class()) : std::nullopt;
    };
    if (tax(after) != tax(before)) edit.tax_class = tax(after);
    if (state && (*state == domain::OfferState::kActive) != (Offer()->state() == api::product::Offer::ACTIVE))
      edit.state = state;
    if (after.stock() != before.stock()) {
      edit.operation_id = Uuid::NewV7();
      edit.stock = storage::StockCount{.units = after.stock(),
                                       .expected = std::nullopt,
                                       .reason = std::string(kCounted),
                                       .account = lease_.account};
    }
    const bool changes = edit.options || edit.price || edit.low_stock_threshold || edit.weight_grams ||
                         edit.tax_class || edit.state || edit.stock;
    if (changes) plan_.offer = std::move(edit);
  }

  const Row& row_;
  const storage::ImportLease& lease_;
  const storage::RowSubject& subject_;
  const CategoryPaths& categories_;
  const domain::Market& market_;
  RowPlan plan_;
  std::vector<Fault> faults_;
};

Row::Pairs PairsOf(const Texts& texts) {
  const std::map<std::string, std::string> sorted(texts.begin(), texts.end());
  return {sorted.begin(), sorted.end()};
}

}  // namespace

CategoryPaths::CategoryPaths(const api::product::ListCategoriesResponse& tree) {
  for (const auto& category : tree.categories()) {
    const auto parent = paths_.find(category.parent_id());
    auto path = (parent == paths_.end() ? std::string() : parent->second + '/') + category.slug();
    ids_.emplace(path, category.id());
    paths_.emplace(category.id(), std::move(path));
  }
}

std::string CategoryPaths::IdOf(std::string_view text) const {
  const auto found = ids_.find(std::string(text));
  if (found != ids_.end()) return found->second;
  const auto id = Uuid::Parse(text);
  return id && paths_.contains(id->ToString()) ? id->ToString() : std::string();
}

std::string CategoryPaths::PathOf(const std::string& id) const {
  const auto found = paths_.find(id);
  return found == paths_.end() ? id : found->second;
}

storage::RowKey KeyOf(const Row& row) {
  storage::RowKey key{.sku = std::string(row.Text(Column::kSku)),
                      .product = domain::ProductId::Parse(row.Text(Column::kProduct)),
                      .handle = {}};
  if (!key.product) key.handle = row.Text(Column::kProduct);
  return key;
}

std::variant<RowPlan, std::vector<Fault>> PlanOf(const Row& row, const RowContext& context) {
  if (!row.faults.empty()) return row.faults;
  return Planner(row, context).Plan();
}

std::vector<Fault> FaultsOf(const Error& error) {
  std::vector<Fault> faults;
  for (const auto& field : error.fields)
    faults.push_back({ColumnOf(field.field), field.reason, field.detail});
  if (faults.empty()) faults.push_back({"", error.reason, error.message});
  if (faults.size() > imports::kFaultsMax) faults.resize(imports::kFaultsMax);
  return faults;
}

Row RowOf(const storage::ExportedRow& exported, const CategoryPaths& categories) {
  const auto& product = exported.product;
  Row row;
  row[Column::kProduct] = product.id();
  row[Column::kTitle] = product.title();
  row[Column::kDescription] = product.description();
  row[Column::kCategory] = categories.PathOf(product.category_id());
  row[Column::kProductState] = Name(StateOf(product.state()).value());
  row.attributes = PairsOf(product.attributes());
  if (!exported.offer) return row;
  const auto& offer = *exported.offer;
  row[Column::kSku] = offer.sku();
  row[Column::kPrice] = imports::PriceText(offer.price().amount(), Currency::Parse(offer.price().currency()));
  row[Column::kCurrency] = offer.price().currency();
  row[Column::kStock] = std::to_string(offer.on_hand());
  if (offer.has_low_stock_threshold())
    row[Column::kLowStockThreshold] = std::to_string(offer.low_stock_threshold());
  if (offer.has_weight_grams()) row[Column::kWeightGrams] = std::to_string(offer.weight_grams());
  if (offer.has_tax_class()) row[Column::kTaxClass] = offer.tax_class();
  row[Column::kState] = Name(offer.state() == api::product::Offer::ACTIVE ? domain::OfferState::kActive
                                                                          : domain::OfferState::kArchived);
  row.options = PairsOf(offer.options());
  return row;
}

}  // namespace market::product
