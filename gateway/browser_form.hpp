// A method on a path of the browser's session, below /v1/browser/: fields that the contract calls cookies (FieldRules.cookie)
// come and go as such, so that no script can read them. What the method itself is told and answers is as on its other path.
// Pure; the constructor throws std::logic_error for a contract that can't be served so.
#pragma once
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/transcoding/schema.hpp"
#include "platform/http/message.hpp"
#include "platform/rpc/method.hpp"

namespace market::gateway {

// Of all these paths together: which cookie is the token of a call that has no Authorization, and what signing out removes.
struct SessionCookies {
  std::string bearer;
  std::vector<std::string> of_session;
};

class BrowserForm {
 public:
  // Adds what its answers set to `cookies`, which must outlive it, as must the schemas.
  BrowserForm(const rpc::Method& method, const transcoding::MessageSchema& request,
              const transcoding::MessageSchema& response, SessionCookies& cookies);

  // The fields that are cookies: no body and no query has them.
  std::uint64_t RequestFields() const { return request_fields_; }
  void ReadCookies(const http::Headers& headers, google::protobuf::Message& request) const;
  // What the browser is to keep of the answer; of an empty one, that the session is over.
  void WriteCookies(std::string_view answer, std::string_view host, http::Response& response) const;
  // The browser's refresh token is good for nothing any more.
  void Forget(std::string_view host, http::Response& response) const;
  // Whether a refusal UNAUTHENTICATED is about a cookie that the method was told of.
  bool AsksByCookie() const { return asks_by_cookie_; }

 private:
  struct Field {
    const transcoding::FieldSchema* schema;
    std::string name;
    std::chrono::seconds age;  // 0: as long as the token
  };

  static std::vector<Field> CookiesOf(const transcoding::MessageSchema& message);

  std::vector<Field> read_;
  std::vector<Field> written_;
  std::uint64_t request_fields_ = 0;
  bool asks_by_cookie_ = false;
  std::chrono::seconds session_age_{0};
  const transcoding::FieldSchema* expires_in_ = nullptr;
  const SessionCookies& cookies_;
};

// The token of a call without an Authorization header; "" where the browser has none.
std::string BearerOf(const http::Headers& headers, const SessionCookies& cookies);

}  // namespace market::gateway
