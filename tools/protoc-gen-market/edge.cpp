#include "tools/protoc-gen-market/edge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>

#include "marketplace/options/v1/options.pb.h"
#include "platform/rpc/http_rule.hpp"

namespace market::codegen {
namespace {

namespace options = marketplace::options::v1;

constexpr std::string_view kOpening =
    "# Made by protoc-gen-market from proto/marketplace; ./market docs writes it again.\n"
    "# Paths that take files, each with its own limit. How slow a file may come is the gateway's to say "
    "(docs/edge.md).\n";

std::string Literal(std::string_view text) {
  std::string literal;
  for (const char c : text) {
    if (std::string_view(".+*?^$()[]|\\").contains(c)) literal.push_back('\\');
    literal.push_back(c);
  }
  return literal;
}

// A variable is one segment: "/v1/sellers/{seller_id}/pictures" -> "^/v1/sellers/[^/]+/pictures$".
std::string PatternOf(std::string_view path) {
  std::string pattern = "^";
  while (!path.empty()) {
    const auto open = path.find('{');
    pattern += Literal(path.substr(0, open));
    if (open == std::string_view::npos) break;
    pattern += "[^/]+";
    path.remove_prefix(path.find('}', open) + 1);
  }
  return pattern + "$";
}

}  // namespace

std::string UploadLocations(const std::vector<const google::protobuf::FileDescriptor*>& files) {
  std::map<std::string, std::uint64_t> most;  // by pattern: what is posted and what is put there may differ
  for (const auto* file : files) {
    for (int i = 0; i < file->service_count(); ++i) {
      for (int j = 0; j < file->service(i)->method_count(); ++j) {
        const auto& method = *file->service(i)->method(j);
        const auto& rest = method.options().GetExtension(options::rest);
        if (rest.upload().empty()) continue;
        for (const auto& binding : rpc::BindingsOf(method)) {
          auto& bytes = most[PatternOf(binding.path)];
          bytes = std::max(bytes, rest.upload_bytes_max());
        }
      }
    }
  }
  std::string text(kOpening);
  for (const auto& [pattern, bytes] : most) {
    text += fmt::format(
        "location ~ \"{}\" {{\n  client_max_body_size {};\n  include \"@ETC@/nginx_headers.conf\";\n"
        "  proxy_pass http://gateway;\n}}\n",
        pattern, bytes);
  }
  return text;
}

}  // namespace market::codegen
