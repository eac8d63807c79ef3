// Acts on record, and the one list of them.
#include "tools/check_invariants/cross_checks.hpp"

namespace market::invariants {

// X15. An act is on record before it is told, and told until it is in the list.
std::vector<Finding> CheckActs(const Facts& facts) {
  Findings findings;
  for (const auto& [id, act] : facts.recorded) {
    const auto* listed = Find(facts.listed_after, id);
    if (listed == nullptr) {
      if (!act.waits)
        findings.Add("X15", {act.service, id},
                     act.what + " is not in the list, and no message will bring it");
    } else if (listed->content != act.content || listed->service != act.service) {
      findings.Add("X15", {act.service, id}, "the list has otherwise: " + act.what);
    }
  }
  for (const auto& [id, listed] : facts.listed_before) {
    if (!facts.recorded.contains(id)) {
      findings.Add("X15", {"auth", id},
                   "the list has what is not on record in " + listed.service + ": " + listed.what);
    }
  }
  return findings.Take();
}

}  // namespace market::invariants
