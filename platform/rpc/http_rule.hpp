// The REST bindings of a method, read from google.api.http. Header only, so that the code generator needs
// nothing else of this room.
#pragma once
#include <google/protobuf/descriptor.h>

#include <string>
#include <vector>

#include "google/api/annotations.pb.h"

namespace market::rpc {

struct HttpBinding {
  std::string verb;                // "GET"
  std::string path;                // "/v1/orders/{order_id}:cancel"
  std::string body;                // "*", a field name, or empty
  std::string response_body = {};  // the field of the response that is the answer; empty: all of it

  // For the pages of the marketplace itself (options.proto).
  bool IsOfBrowser() const { return path.starts_with("/v1/browser/"); }
};

// The names between braces of a path, "order_id"; a template's pattern ("{name=a/*}") is left out.
inline std::vector<std::string> PathVariables(const std::string& path) {
  std::vector<std::string> names;
  for (auto open = path.find('{'); open != std::string::npos; open = path.find('{', open + 1)) {
    const auto end = path.find_first_of("=}", open);
    if (end == std::string::npos) break;
    names.push_back(path.substr(open + 1, end - open - 1));
  }
  return names;
}

inline HttpBinding BindingOf(const google::api::HttpRule& rule) {
  switch (rule.pattern_case()) {
    case google::api::HttpRule::kGet:
      return {"GET", rule.get(), rule.body(), rule.response_body()};
    case google::api::HttpRule::kPut:
      return {"PUT", rule.put(), rule.body(), rule.response_body()};
    case google::api::HttpRule::kPost:
      return {"POST", rule.post(), rule.body(), rule.response_body()};
    case google::api::HttpRule::kDelete:
      return {"DELETE", rule.delete_(), rule.body(), rule.response_body()};
    case google::api::HttpRule::kPatch:
      return {"PATCH", rule.patch(), rule.body(), rule.response_body()};
    case google::api::HttpRule::kCustom:
      return {rule.custom().kind(), rule.custom().path(), rule.body(), rule.response_body()};
    case google::api::HttpRule::PATTERN_NOT_SET:
      break;
  }
  return {};
}

inline std::vector<HttpBinding> BindingsOf(const google::protobuf::MethodDescriptor& method) {
  std::vector<HttpBinding> bindings;
  if (!method.options().HasExtension(google::api::http)) return bindings;
  const auto& rule = method.options().GetExtension(google::api::http);
  bindings.push_back(BindingOf(rule));
  for (const auto& more : rule.additional_bindings()) bindings.push_back(BindingOf(more));
  return bindings;
}

}  // namespace market::rpc
