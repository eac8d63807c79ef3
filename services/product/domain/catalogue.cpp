#include "services/product/domain/catalogue.hpp"

#include <array>
#include <stdexcept>

namespace market::product::domain {
namespace {

using enum ProductState;
using Row = std::array<std::optional<ProductState>, 6>;

constexpr std::optional<ProductState> kRefused;

// From DRAFT, PUBLISHED, PROPOSED, CHANGES_REQUESTED, ARCHIVED and TAKEN_DOWN, by act.
constexpr std::array<Row, kProductActs> kAfter{{
    {kDraft, kPublished, kProposed, kChangesRequested, kArchived, kRefused},         // kChange
    {kPublished, kPublished, kRefused, kPublished, kRefused, kRefused},              // kPublish
    {kProposed, kRefused, kProposed, kProposed, kRefused, kRefused},                 // kPropose
    {kArchived, kArchived, kRefused, kArchived, kArchived, kRefused},                // kArchive
    {kDraft, kPublished, kRefused, kRefused, kDraft, kRefused},                      // kRestore
    {kDraft, kPublished, kRefused, kRefused, kPublished, kRefused},                  // kRestorePublished
    {kRefused, kPublished, kPublished, kRefused, kRefused, kPublished},              // kApprove
    {kRefused, kRefused, kChangesRequested, kChangesRequested, kRefused, kRefused},  // kRequestChanges
    {kRefused, kTakenDown, kTakenDown, kRefused, kTakenDown, kTakenDown},            // kTakeDown
}};

}  // namespace

std::optional<ProductState> After(ProductAct act, ProductState state) {
  return kAfter.at(static_cast<std::size_t>(act)).at(static_cast<std::size_t>(state));
}

ProductState Target(ProductAct act) {
  switch (act) {
    case ProductAct::kChange:
      break;
    case ProductAct::kPublish:
    case ProductAct::kApprove:
    case ProductAct::kRestorePublished:
      return kPublished;
    case ProductAct::kPropose:
      return kProposed;
    case ProductAct::kArchive:
      return kArchived;
    case ProductAct::kRestore:
      return kDraft;
    case ProductAct::kRequestChanges:
      return kChangesRequested;
    case ProductAct::kTakeDown:
      return kTakenDown;
  }
  throw std::logic_error("an act that leads nowhere");
}

ProductAct Restoring(const Archived& product, Moderation moderation) {
  const bool as_it_was = product.was_published && product.offered && moderation == Moderation::kNone;
  return as_it_was ? ProductAct::kRestorePublished : ProductAct::kRestore;
}

bool NeedsAnOffer(ProductAct act) {
  return act == ProductAct::kPublish || act == ProductAct::kPropose || act == ProductAct::kApprove;
}

}  // namespace market::product::domain
