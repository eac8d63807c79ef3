// What the caller has to write differently: told in one line, exit code 2.
#pragma once
#include <stdexcept>

namespace market::marketctl {

struct BadArguments : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace market::marketctl
