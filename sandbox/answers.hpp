// What the sandbox answers, and Stripe's way to say no.
#pragma once
#include <boost/json.hpp>
#include <string>
#include <string_view>

namespace market::sandbox {

struct Answer {
  int status = 200;
  std::string body;       // JSON
  bool replayed = false;  // the key had this answer before
};

inline Answer Shown(const boost::json::object& object) {
  return {.status = 200, .body = boost::json::serialize(object)};
}

inline Answer Failure(int status, std::string_view type, std::string_view code, std::string_view message,
                      std::string_view param = {}) {
  boost::json::object error{{"type", type}, {"message", message}};
  if (!code.empty()) error["code"] = code;
  if (!param.empty()) error["param"] = param;
  return {.status = status, .body = boost::json::serialize(boost::json::object{{"error", std::move(error)}})};
}

inline Answer Invalid(std::string_view code, std::string_view message, std::string_view param = {}) {
  return Failure(400, "invalid_request_error", code, message, param);
}

inline Answer Missing(std::string_view what, std::string_view id) {
  return Failure(404, "invalid_request_error", "resource_missing",
                 "No such " + std::string(what) + ": '" + std::string(id) + "'", "id");
}

}  // namespace market::sandbox
