#include "platform/postgres/conninfo.hpp"

#include <fmt/format.h>

#include <cctype>
#include <string_view>

namespace market::postgres {
namespace {

std::string Quoted(std::string_view value) {
  std::string text = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') text += '\\';
    text += c;
  }
  return text + "'";
}

std::string PercentEncoded(std::string_view value) {
  std::string text;
  for (const unsigned char c : value) {
    if (std::isalnum(c) || c == '/' || c == '.' || c == '-' || c == '_') {
      text += static_cast<char>(c);
    } else {
      text += fmt::format("%{:02X}", c);
    }
  }
  return text;
}

}  // namespace

// Of a parameter that is given twice, libpq takes the later.
std::string VerifiedBy(std::string conninfo, const std::string& ca_file) {
  if (ca_file.empty()) return conninfo;
  if (!conninfo.starts_with("postgres://") && !conninfo.starts_with("postgresql://")) {
    return std::move(conninfo) + " sslmode=verify-full sslrootcert=" + Quoted(ca_file);
  }
  const char* separator = conninfo.find('?') == std::string::npos ? "?" : "&";
  return std::move(conninfo) + separator + "sslmode=verify-full&sslrootcert=" + PercentEncoded(ca_file);
}

}  // namespace market::postgres
