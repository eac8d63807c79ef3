#include "gateway/browser_form.hpp"

#include <google/protobuf/empty.pb.h>
#include <google/protobuf/reflection.h>

#include <algorithm>
#include <span>
#include <stdexcept>

#include "gateway/answer_fields.hpp"
#include "gateway/browser/cookies.hpp"
#include "marketplace/options/v1/options.pb.h"
#include "platform/core/clock.hpp"

namespace market::gateway {
namespace {

using browser::NameOn;
using browser::Reader;
using browser::SetCookie;
using transcoding::FieldSchema;
using transcoding::Kind;
using transcoding::MessageSchema;
using namespace std::chrono_literals;

// When the session's token ends, for scripts: in seconds since 1970.
constexpr std::string_view kSignedIn = "signed-in";

const auto& CookieOf(const FieldSchema& field) {
  return field.field->options().GetExtension(marketplace::options::v1::rules).cookie();
}

}  // namespace

std::vector<BrowserForm::Field> BrowserForm::CookiesOf(const MessageSchema& message) {
  std::vector<Field> fields;
  for (const auto& field : message.fields) {
    const auto& cookie = CookieOf(field);
    if (cookie.name().empty()) continue;
    if (field.kind != Kind::kString || field.repeated)
      throw std::logic_error(field.field->full_name() + ": a cookie is one string");
    fields.push_back({&field, "__Host-" + cookie.name(), std::chrono::seconds(cookie.max_age_s())});
  }
  return fields;
}

BrowserForm::BrowserForm(const rpc::Method& method, const MessageSchema& request,
                         const MessageSchema& response, SessionCookies& cookies)
    : read_(CookiesOf(request)), written_(CookiesOf(response)), cookies_(cookies) {
  for (const auto& field : read_) {
    request_fields_ |= field.schema->bit;
    asks_by_cookie_ |= !CookieOf(*field.schema).of_device();
  }
  expires_in_ = FindField(response, "expires_in", Kind::kInt64);
  if (written_.empty()) {
    if (response.descriptor != google::protobuf::Empty::descriptor())
      throw std::logic_error(method.path + ": a session's answer has cookies, or is empty");
    return;
  }
  if (expires_in_ == nullptr) throw std::logic_error(method.path + ": cookies need `expires_in`");
  for (const auto& field : written_) {
    const auto& cookie = CookieOf(*field.schema);
    if (cookie.bearer()) cookies.bearer = field.name;
    if (cookie.of_device()) continue;
    session_age_ = std::max(session_age_, field.age);
    if (std::ranges::find(cookies.of_session, field.name) == cookies.of_session.end())
      cookies.of_session.push_back(field.name);
  }
}

void BrowserForm::ReadCookies(const http::Headers& headers, google::protobuf::Message& request) const {
  const auto host = headers.Get("Host");
  for (const auto& field : read_) {
    const auto value = browser::CookieOf(headers, NameOn(host, field.name));
    if (!value.empty()) request.GetReflection()->SetString(&request, field.schema->field, std::string(value));
  }
}

void BrowserForm::WriteCookies(std::string_view answer, std::string_view host,
                               http::Response& response) const {
  if (written_.empty()) {
    Forget(host, response);
    response.headers.Add("Clear-Site-Data", R"("cache", "storage")");
    return;
  }
  const auto found = Find(answer, std::span(&expires_in_, 1));
  const std::chrono::seconds expires_in(found ? static_cast<std::int64_t>(found->value) : 0);
  for (const auto& field : written_) {
    const auto value = TextOf(answer, std::span(&field.schema, 1));
    if (value.empty()) continue;
    response.headers.Add("Set-Cookie", SetCookie(NameOn(host, field.name), value,
                                                 field.age > 0s ? field.age : expires_in, Reader::kNoScript));
  }
  if (session_age_ == 0s) return;  // it is about no session
  const auto end = std::chrono::floor<std::chrono::seconds>(WallTime()) + expires_in;
  response.headers.Add("Set-Cookie",
                       SetCookie(NameOn(host, kSignedIn), std::to_string(end.time_since_epoch().count()),
                                 session_age_, Reader::kScripts));
}

void BrowserForm::Forget(std::string_view host, http::Response& response) const {
  for (const auto& name : cookies_.of_session)
    response.headers.Add("Set-Cookie", SetCookie(NameOn(host, name), "", 0s, Reader::kNoScript));
  response.headers.Add("Set-Cookie", SetCookie(NameOn(host, kSignedIn), "", 0s, Reader::kScripts));
}

std::string BearerOf(const http::Headers& headers, const SessionCookies& cookies) {
  if (cookies.bearer.empty() || !headers.Find("Cookie")) return {};
  const auto token = browser::CookieOf(headers, NameOn(headers.Get("Host"), cookies.bearer));
  return token.empty() ? std::string() : "Bearer " + std::string(token);
}

}  // namespace market::gateway
