// The states of products and offers, and what may become of them. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "platform/core/words.hpp"

namespace market::product::domain {

enum class ProductState : std::uint8_t { kDraft, kPublished, kArchived };
enum class OfferState : std::uint8_t { kActive, kArchived };

inline constexpr Words<ProductState, 3> kProductStates{"state of a product",
                                                       {"DRAFT", "PUBLISHED", "ARCHIVED"}};
inline constexpr Words<OfferState, 2> kOfferStates{"state of an offer", {"ACTIVE", "ARCHIVED"}};

inline std::string_view Name(ProductState state) { return kProductStates.Name(state); }
inline std::string_view Name(OfferState state) { return kOfferStates.Name(state); }
inline void FromText(std::string_view word, ProductState& state) { state = kProductStates.Require(word); }
inline void FromText(std::string_view word, OfferState& state) { state = kOfferStates.Require(word); }

// What its seller's publishing makes of it: DRAFT becomes PUBLISHED, PUBLISHED stays so that a repeated call
// finds what it asked for; nullopt where it is not allowed.
std::optional<ProductState> AfterPublishing(ProductState state);

}  // namespace market::product::domain
