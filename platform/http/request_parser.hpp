// Beast's message parser filling our Request, plus the refusals that RFC 9112 asks of a server and Beast
// leaves to its user. Included by server.cpp alone: it brings Beast.
#pragma once
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>
#include <optional>
#include <string_view>

#include "platform/http/server.hpp"

namespace market::http {

class RequestParser final : public boost::beast::http::basic_parser<true> {
 public:
  using ErrorCode = boost::beast::error_code;

  RequestParser(const ServerOptions& options, Request& request);

  // Takes what it can of `input` and returns how many bytes that were;
  // 0 asks for more. Once Faulty, it is finished.
  std::size_t Take(std::string_view input);

  bool HeaderDone() const { return header_done_; }
  bool Done() const { return is_done(); }
  bool Http10() const { return http10_; }
  bool WantsContinue() const { return wants_continue_; }
  // The handler pulls the body, which comes into Request::body bit by bit.
  bool Pulled() const { return pulled_; }
  std::optional<Fault> Faulty() const { return fault_; }

 private:
  void on_request_impl(boost::beast::http::verb verb, boost::beast::string_view method,
                       boost::beast::string_view target, int version, ErrorCode& error) override;
  void on_field_impl(boost::beast::http::field field, boost::beast::string_view name,
                     boost::beast::string_view value, ErrorCode& error) override;
  void on_header_impl(ErrorCode& error) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>& size, ErrorCode& error) override;
  std::size_t on_body_impl(boost::beast::string_view body, ErrorCode& error) override;
  void on_chunk_header_impl(std::uint64_t size, boost::beast::string_view extensions,
                            ErrorCode& error) override;
  std::size_t on_chunk_body_impl(std::uint64_t remain, boost::beast::string_view body,
                                 ErrorCode& error) override;
  void on_finish_impl(ErrorCode& error) override;
  void on_response_impl(int, boost::beast::string_view, int, ErrorCode&) override {}

  void Refuse(Fault fault, ErrorCode& error);
  Fault FaultOf(const ErrorCode& error) const;
  bool IsFolded(std::string_view name, std::string_view value) const;
  bool SetTarget(std::string_view target);
  void LimitBody(ErrorCode& error);

  const ServerOptions& options_;
  Request& request_;
  std::string_view input_;  // of the Take under way
  std::size_t header_bytes_ = 0;
  std::size_t wire_bytes_ = 0;
  std::size_t body_bytes_max_;
  bool http10_ = false;
  bool request_line_done_ = false;
  bool header_done_ = false;
  bool wants_continue_ = false;
  bool pulled_ = false;
  std::optional<Fault> fault_;
};

}  // namespace market::http
