#include "tools/marketctl/act.hpp"

#include <pwd.h>
#include <unistd.h>

#include <utility>

namespace market::marketctl {

audit::Act ActOf(std::string command) {
  const passwd* user = ::getpwuid(::getuid());
  return {.account = std::nullopt,
          .actor = "marketctl by " + (user != nullptr ? user->pw_name : std::to_string(::getuid())),
          .permission = {},
          .method = std::move(command),
          .request_id = {},
          .trace_id = {},
          .target_type = {},
          .target_id = {},
          .reason = {},
          .before = {},
          .after = {}};
}

}  // namespace market::marketctl
