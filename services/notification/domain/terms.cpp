#include "services/notification/domain/terms.hpp"

#include <array>
#include <cstddef>
#include <utility>

namespace market::notification::domain {
namespace {

// The lower, the better.
std::size_t RankOf(std::string_view have, std::string_view want) {
  const std::array<std::string_view, 3> liked{want, want.substr(0, want.find('-')), kUsualLanguage};
  std::size_t rank = 0;
  while (rank < liked.size() && liked[rank] != have) ++rank;
  return rank;
}

}  // namespace

std::vector<Terms> Chosen(std::vector<Terms> newest, std::string_view language) {
  std::vector<Terms> chosen;
  for (const auto word : kTermsKinds.words) {
    const auto kind = kTermsKinds.Require(word);
    Terms* best = nullptr;
    for (auto& one : newest) {
      if (one.kind != kind) continue;
      if (best == nullptr || RankOf(one.language, language) < RankOf(best->language, language)) best = &one;
    }
    if (best != nullptr) chosen.push_back(std::move(*best));
  }
  return chosen;
}

}  // namespace market::notification::domain
