#include "services/notification/domain/settings.hpp"

#include <algorithm>

namespace market::notification::domain {

std::vector<Setting> Complete(const std::vector<Setting>& kept) {
  std::vector<Setting> all;
  for (const auto word : kKinds.words) {
    const auto kind = kKinds.Require(word);
    if (HasToken(kind)) continue;
    const auto found = std::ranges::find(kept, kind, &Setting::kind);
    all.push_back(found == kept.end() ? DefaultOf(kind) : *found);
  }
  return all;
}

}  // namespace market::notification::domain
