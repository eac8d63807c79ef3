// What a buyer says of what came, how it counts, and what somebody says is wrong with it or with a product. Pure.
//
//   PUBLISHED <----> HIDDEN      (by operators)
//       \              |
//        `-> REMOVED <-'         (by its author, for ever)
//
// Only what is PUBLISHED counts.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/core/words.hpp"
#include "services/product/domain/ids.hpp"

namespace market::product::domain {

enum class ReviewState : std::uint8_t { kPublished, kHidden, kRemoved };
inline constexpr Words<ReviewState, 3> kReviewStates{"state of a review", {"PUBLISHED", "HIDDEN", "REMOVED"}};
inline std::string_view Name(ReviewState state) { return kReviewStates.Name(state); }
inline void FromText(std::string_view word, ReviewState& state) { state = kReviewStates.Require(word); }

// What its author gives; only the rating must be there.
struct Opinion {
  std::int64_t rating = 0;  // 1 to 5
  std::string title;
  std::string text;
  std::string language;
  std::string author_name;                 // to be shown
  std::vector<std::string> pictures = {};  // at most 4, as they are kept (conversions/kept_picture.hpp)
  bool operator==(const Opinion&) const = default;
};

struct Review {
  ReviewId id;
  ProductId product;
  SellerId seller;   // who sold it
  AccountId author;  // who bought it
  ReviewState state = ReviewState::kPublished;
  Opinion opinion;  // nothing of one that is removed
  std::string reply;
  std::optional<Time> replied_at;
  std::string hidden_reason;
  std::int64_t pictures_claim = 0;  // what decided which pictures it has; a greater one came later
  std::int64_t version = 1;
  Time created_at;
  Time updated_at;
};

// What user has been asked to keep for a review, and by which claim.
struct ShownPictures {
  std::int64_t claim = 0;
  std::vector<std::string> kept;
};

// What changes; the rest stays.
struct OpinionEdit {
  std::optional<std::int64_t> rating;
  std::optional<std::string> title;
  std::optional<std::string> text;
  std::optional<std::string> language;
  std::optional<std::string> author_name;
  std::optional<ShownPictures> pictures = std::nullopt;
};
Opinion Edited(Opinion before, const OpinionEdit& edit);

// What a review gives to the rating of its product and of its shop: 1 to 5, or 0 for nothing.
std::int64_t Counted(const Review& review);

struct Rating {
  std::int64_t sum = 0;
  std::int64_t count = 0;
  bool operator==(const Rating&) const = default;
};
// What is added to a rating where a review counts `after` in place of `before`.
Rating Difference(std::int64_t before, std::int64_t after);
// Rounded half up; 0 without a review.
std::int64_t AverageHundredths(const Rating& rating);

enum class ReportReason : std::uint8_t { kIllegalProduct, kCounterfeit, kDangerous, kOffensive, kOther };
inline constexpr Words<ReportReason, 5> kReportReasons{
    "reason of a report", {"ILLEGAL_PRODUCT", "COUNTERFEIT", "DANGEROUS", "OFFENSIVE", "OTHER"}};
inline std::string_view Name(ReportReason reason) { return kReportReasons.Name(reason); }
inline void FromText(std::string_view word, ReportReason& reason) { reason = kReportReasons.Require(word); }

enum class ReportState : std::uint8_t { kOpen, kResolved };
inline constexpr Words<ReportState, 2> kReportStates{"state of a report", {"OPEN", "RESOLVED"}};
inline std::string_view Name(ReportState state) { return kReportStates.Name(state); }
inline void FromText(std::string_view word, ReportState& state) { state = kReportStates.Require(word); }

enum class Decision : std::uint8_t { kNoAction, kContentRemoved };
inline constexpr Words<Decision, 2> kDecisions{"decision", {"NO_ACTION", "CONTENT_REMOVED"}};
inline std::string_view Name(Decision decision) { return kDecisions.Name(decision); }
inline void FromText(std::string_view word, Decision& decision) { decision = kDecisions.Require(word); }

struct Report {
  ReportId id;
  ProductId product;
  std::optional<ReviewId> review;  // nothing: the product itself
  SellerId seller;
  ReportReason reason = ReportReason::kOther;
  std::string text;
  std::string contact_email;
  std::optional<AccountId> account;  // nothing of who was not signed in, or is forgotten
  ReportState state = ReportState::kOpen;
  std::optional<Decision> decision;
  std::string answer;
  Time created_at;
  std::optional<Time> resolved_at;
};

}  // namespace market::product::domain
