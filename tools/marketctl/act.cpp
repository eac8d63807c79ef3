#include "tools/marketctl/act.hpp"

#include <pwd.h>
#include <unistd.h>

#include <utility>

namespace market::marketctl {

std::string ThisUser() {
  const passwd* user = ::getpwuid(::getuid());
  return "marketctl by " + (user != nullptr ? user->pw_name : std::to_string(::getuid()));
}

audit::Act ActOf(std::string command, std::string service) {
  return {.account = std::nullopt,
          .actor = ThisUser(),
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
