#include "services/product/domain/review.hpp"

namespace market::product::domain {

Opinion Edited(Opinion before, const OpinionEdit& edit) {
  return {.rating = edit.rating.value_or(before.rating),
          .title = edit.title.value_or(std::move(before.title)),
          .text = edit.text.value_or(std::move(before.text)),
          .language = edit.language.value_or(std::move(before.language)),
          .author_name = edit.author_name.value_or(std::move(before.author_name)),
          .pictures = edit.pictures ? edit.pictures->kept : std::move(before.pictures)};
}

std::int64_t Counted(const Review& review) {
  return review.state == ReviewState::kPublished ? review.opinion.rating : 0;
}

Rating Difference(std::int64_t before, std::int64_t after) {
  return {.sum = after - before, .count = std::int64_t{after > 0} - std::int64_t{before > 0}};
}

std::int64_t AverageHundredths(const Rating& rating) {
  if (rating.count == 0) return 0;
  return (200 * rating.sum + rating.count) / (2 * rating.count);
}

}  // namespace market::product::domain
