// Internal to platform/http. Asio and Beast as this room uses them.
#pragma once
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/string_type.hpp>
#include <boost/system/error_code.hpp>
#include <string_view>

namespace market::http {

using ErrorCode = boost::system::error_code;

// Failures of the socket are looked at where they happen, not thrown.
inline auto Await(ErrorCode& error) { return boost::asio::redirect_error(boost::asio::use_awaitable, error); }

inline std::string_view View(boost::beast::string_view text) { return {text.data(), text.size()}; }

}  // namespace market::http
