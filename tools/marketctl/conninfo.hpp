// The database of auth, as the configuration file of a process names it: auth's own, the one-process shape's,
// or one that holds nothing else. All other keys of the file are passed over.
#pragma once
#include <string>

namespace market::marketctl {

// Throws std::runtime_error naming the file when it can't be read or names no database of auth.
std::string ConninfoFrom(const std::string& config_file);

// The whole file without the line break at its end. Throws std::runtime_error naming it.
std::string ReadFile(const std::string& path);

}  // namespace market::marketctl
