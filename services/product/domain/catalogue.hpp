// The states of products and offers, and what may become of them. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "platform/core/words.hpp"

namespace market::product::domain {

enum class ProductState : std::uint8_t {
  kDraft,
  kPublished,
  kProposed,
  kChangesRequested,
  kArchived,
  kTakenDown
};
enum class OfferState : std::uint8_t { kActive, kArchived };

inline constexpr Words<ProductState, 6> kProductStates{
    "state of a product", {"DRAFT", "PUBLISHED", "PROPOSED", "CHANGES_REQUESTED", "ARCHIVED", "TAKEN_DOWN"}};
inline constexpr Words<OfferState, 2> kOfferStates{"state of an offer", {"ACTIVE", "ARCHIVED"}};

inline std::string_view Name(ProductState state) { return kProductStates.Name(state); }
inline std::string_view Name(OfferState state) { return kOfferStates.Name(state); }
inline void FromText(std::string_view word, ProductState& state) { state = kProductStates.Require(word); }
inline void FromText(std::string_view word, OfferState& state) { state = kOfferStates.Require(word); }

// Who may hang an offer on a published product.
enum class OffersBy : std::uint8_t { kAnybody, kOwnShop };
inline constexpr Words<OffersBy, 2> kOffersBy{"who may offer a product", {"ANYBODY", "OWN_SHOP"}};
inline std::string_view Name(OffersBy who) { return kOffersBy.Name(who); }
inline void FromText(std::string_view word, OffersBy& who) { who = kOffersBy.Require(word); }

// Whether operators look at a product before everybody sees it.
enum class Moderation : std::uint8_t { kNone, kAll };

// What is done to a product. Its shop changes, publishes, proposes, archives and restores it; operators do
// the rest.
enum class ProductAct : std::uint8_t {
  kChange,
  kPublish,
  kPropose,
  kArchive,
  kRestore,           // to a draft
  kRestorePublished,  // to what it was
  kApprove,
  kRequestChanges,
  kTakeDown
};
inline constexpr int kProductActs = 9;

// The state after the act: the same one where it has happened already, so that who repeats it finds what was
// asked for; nullopt where the state does not allow it.
std::optional<ProductState> After(ProductAct act, ProductState state);
// Where the act leads. Throws std::logic_error for kChange, which leads nowhere.
ProductState Target(ProductAct act);
// How a product comes back.
struct Archived {
  bool was_published = false;
  bool offered = false;  // somebody's offer is active
};
ProductAct Restoring(const Archived& product, Moderation moderation);
// Whether nobody may do it to a product that nobody offers.
bool NeedsAnOffer(ProductAct act);

}  // namespace market::product::domain
