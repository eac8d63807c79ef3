#include "tools/marketctl/act.hpp"

#include <pwd.h>
#include <unistd.h>

#include <utility>

namespace market::marketctl {

audit::Act ActOf(std::string command, std::string service) {
  const passwd* user = ::getpwuid(::getuid());
  return {.account = std::nullopt,
          .actor = "marketctl by " + (user != nullptr ? user->pw_name : std::to_string(::getuid())),
          .api_key = {},
          .service = std::move(service),
          .permission = {},
          .method = std::move(command),
          .request_id = {},
          .trace_id = {},
          .address = {},
          .target_type = {},
          .target_id = {},
          .seller = {},
          .reason = {},
          .before = {},
          .after = {}};
}

}  // namespace market::marketctl
