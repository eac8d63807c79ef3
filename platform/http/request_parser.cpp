#include "platform/http/request_parser.hpp"

#include <algorithm>

#include "platform/http/awaiting.hpp"

namespace market::http {
namespace {

namespace beast = boost::beast;
using beast::http::error;

// One-byte chunks cost six bytes on the wire; extensions beyond this ratio are an attack on the parser.
constexpr std::size_t kWireBytesPerBodyByte = 8;

bool IsHostText(std::string_view host) {
  return std::ranges::all_of(host, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '-' || c == '_' || c == ':' || c == '[' || c == ']' || c == '~' || c == '%';
  });
}

bool IsControl(char c) { return (c >= 0 && c < ' ' && c != '\t') || c == 0x7f; }

bool IsTargetText(std::string_view target) {
  return std::ranges::all_of(target, [](char c) { return c > ' ' && c < 0x7f && c != '#'; });
}

}  // namespace

RequestParser::RequestParser(const ServerOptions& options, Request& request)
    : options_(options), request_(request), body_bytes_max_(options.body_bytes_max) {
  header_limit(static_cast<std::uint32_t>(options.header_bytes_max));
  body_limit(boost::none);  // see LimitBody
  request_.method.clear();
  request_.target.clear();
  request_.headers.Clear();
  request_.body.clear();
  request_.body_reader = nullptr;
}

std::size_t RequestParser::Take(std::string_view input) {
  input_ = input;
  const bool was_header = !header_done_;
  ErrorCode error;
  const std::size_t taken = put(boost::asio::const_buffer(input.data(), input.size()), error);
  wire_bytes_ += taken;
  if (was_header) {
    // Beast bounds a field, not the sum of them.
    header_bytes_ += taken;
    const std::size_t size = header_done_ ? header_bytes_ : header_bytes_ + (input.size() - taken);
    if (!error && size > options_.header_bytes_max) error = error::header_limit;
    if (error == error::need_more && size > options_.header_bytes_max) error = error::header_limit;
    eager(header_done_);
  }
  if (wire_bytes_ > options_.header_bytes_max + kWireBytesPerBodyByte * (body_bytes_max_ + 1024)) {
    error = error::body_limit;
  }
  if (error && error != error::need_more && !fault_) fault_ = FaultOf(error);
  return taken;
}

Fault RequestParser::FaultOf(const ErrorCode& error) const {
  if (error == error::body_limit) return Fault::kBodyTooLarge;
  if (error != error::header_limit) return Fault::kBadRequest;
  return request_line_done_ ? Fault::kHeadersTooLarge : Fault::kUriTooLong;
}

void RequestParser::Refuse(Fault fault, ErrorCode& error) {
  fault_ = fault;
  error = error::bad_value;
}

// A proxy's absolute form names the same resource as its path (RFC 9112 section 3.2.2).
bool RequestParser::SetTarget(std::string_view target) {
  if (!IsTargetText(target)) return false;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!target.starts_with(scheme)) continue;
    const auto path = target.find_first_of("/?", scheme.size());
    const std::string_view rest = path == std::string_view::npos ? std::string_view() : target.substr(path);
    request_.target = rest.starts_with('/') ? "" : "/";
    request_.target += rest;
    return true;
  }
  request_.target = target;
  return target.starts_with('/') || (target == "*" && request_.method == "OPTIONS");
}

void RequestParser::on_request_impl(beast::http::verb, beast::string_view method, beast::string_view target,
                                    int version, ErrorCode& error) {
  request_line_done_ = true;
  http10_ = version < 11;
  request_.method = View(method);
  if (target.size() > options_.uri_bytes_max) return Refuse(Fault::kUriTooLong, error);
  if (!SetTarget(View(target))) Refuse(Fault::kBadRequest, error);
}

// Nobody folds a value over several lines in good faith any more (RFC 9112 section 5.2). Beast puts such a
// value together in a buffer of its own, or skips the line break before it.
bool RequestParser::IsFolded(std::string_view name, std::string_view value) const {
  if (value.empty()) return false;
  const char* const end = input_.data() + input_.size();
  if (value.data() < input_.data() || value.data() >= end) return true;
  return std::string_view(name.data() + name.size(), value.data()).contains('\n');
}

void RequestParser::on_field_impl(beast::http::field, beast::string_view name, beast::string_view value,
                                  ErrorCode& error) {
  if (header_done_) return;  // a trailer: it must never be taken for a header
  if (IsFolded(View(name), View(value)) || std::ranges::any_of(View(value), IsControl)) {
    return Refuse(Fault::kBadRequest, error);
  }
  request_.headers.Add(View(name), View(value));
}

void RequestParser::on_header_impl(ErrorCode& error) {
  header_done_ = true;
  const Headers& headers = request_.headers;
  const std::size_t hosts = headers.Count("Host");
  if (hosts > 1 || (hosts == 0 && !http10_) || !IsHostText(headers.Get("Host"))) {
    return Refuse(Fault::kBadRequest, error);
  }
  // Whoever stands before us may read these differently, and then a request can hide inside a body.
  const std::size_t lengths = headers.Count("Content-Length");
  const std::size_t encodings = headers.Count("Transfer-Encoding");
  if (lengths > 1 || encodings > 1 || (lengths > 0 && encodings > 0) || (encodings > 0 && http10_) ||
      headers.Get("Content-Length").contains(',') ||
      (encodings > 0 && !EqualsIgnoreCase(headers.Get("Transfer-Encoding"), "chunked"))) {
    return Refuse(Fault::kBadRequest, error);
  }
  if (const auto expect = headers.Find("Expect"); expect && !http10_) {
    if (!EqualsIgnoreCase(*expect, "100-continue")) return Refuse(Fault::kExpectation, error);
    wants_continue_ = true;
  }
  LimitBody(error);
}

// Once it is known what is asked for: Beast would compare before.
void RequestParser::LimitBody(ErrorCode& error) {
  const std::uint64_t size = content_length().value_or(0);
  if (options_.pulled_bytes_max && (size > 0 || chunked())) {
    if (const auto limit = options_.pulled_bytes_max(request_)) {
      pulled_ = true;
      body_bytes_max_ = static_cast<std::size_t>(*limit);
    }
  }
  if (size > body_bytes_max_) return Refuse(Fault::kBodyTooLarge, error);
  body_limit(body_bytes_max_);
}

void RequestParser::on_body_init_impl(const boost::optional<std::uint64_t>& size, ErrorCode&) {
  if (size && !pulled_) request_.body.reserve(static_cast<std::size_t>(*size));
}

std::size_t RequestParser::on_body_impl(beast::string_view body, ErrorCode&) {
  request_.body.append(body.data(), body.size());
  return body.size();
}

void RequestParser::on_chunk_header_impl(std::uint64_t, beast::string_view, ErrorCode&) {}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, beast::string_view body, ErrorCode&) {
  request_.body.append(body.data(), body.size());
  return body.size();
}

void RequestParser::on_finish_impl(ErrorCode&) {}

}  // namespace market::http
