// What marketctl puts on record (platform/audit) of what it does in somebody's hands.
#pragma once
#include <string>

#include "platform/audit/audit.hpp"

namespace market::marketctl {

// Of `command` as it was typed, "marketctl outbox drop", in the database of `service`. Who runs it is known to
// the machine alone. What was done to what is for the caller to add.
audit::Act ActOf(std::string command, std::string service);

// "marketctl by root"
std::string ThisUser();

}  // namespace market::marketctl
