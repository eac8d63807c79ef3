// Connection strings, as text.
#pragma once
#include <string>

namespace market::postgres {

// `conninfo` (libpq's key=value form or a URI) with sslmode=verify-full against the roots in `ca_file`,
// whatever it said of either; unchanged when `ca_file` is empty.
std::string VerifiedBy(std::string conninfo, const std::string& ca_file);

}  // namespace market::postgres
