// Where somebody wants to be told of what.
#pragma once
#include <optional>
#include <vector>

#include "services/notification/domain/kind.hpp"

namespace market::notification::domain {

struct Setting {
  Kind kind = Kind::kNewDevice;
  bool app = true;
  bool mail = true;
};

struct SettingChange {
  Kind kind = Kind::kNewDevice;
  std::optional<bool> app;
  std::optional<bool> mail;
};

// As it is while nobody has changed it.
inline Setting DefaultOf(Kind kind) { return {.kind = kind, .app = !HasToken(kind), .mail = true}; }

// All kinds that have a setting, in their order, with those of `kept` in place of what is usual.
std::vector<Setting> Complete(const std::vector<Setting>& kept);

}  // namespace market::notification::domain
