// The command line of the official interoperability programs: -name=value or -name value, one dash or two;
// -name alone is "true" where another flag or nothing follows.
//
// Owner: main. Throws std::invalid_argument for a name that the program does not have.
#pragma once
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

#include "platform/grpc/tls_files.hpp"

namespace market::interop {

class Flags {
 public:
  // `defaults` names every flag there is.
  Flags(int argc, char** argv, std::map<std::string, std::string, std::less<>> defaults)
      : values_(std::move(defaults)) {
    for (int i = 1; i < argc; ++i) {
      std::string_view name = argv[i];
      if (!name.starts_with('-')) throw std::invalid_argument("not a flag: " + std::string(name));
      name.remove_prefix(name.starts_with("--") ? 2 : 1);
      std::string value = "true";
      if (const auto equals = name.find('='); equals != std::string_view::npos) {
        value = name.substr(equals + 1);
        name = name.substr(0, equals);
      } else if (i + 1 < argc && argv[i + 1][0] != '-') {
        value = argv[++i];
      }
      const auto found = values_.find(name);
      if (found == values_.end()) throw std::invalid_argument("unknown flag: " + std::string(name));
      found->second = value;
    }
  }

  const std::string& operator[](std::string_view name) const { return values_.find(name)->second; }
  bool IsOn(std::string_view name) const { return (*this)[name] == "true"; }

  // Of -tls_cert_file, -tls_key_file and -ca_file.
  grpc::TlsFiles Tls() const {
    return {
        .certificate = (*this)["tls_cert_file"], .key = (*this)["tls_key_file"], .ca = (*this)["ca_file"]};
  }

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace market::interop
