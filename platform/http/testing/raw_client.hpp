// A client for tests that sends what it is told, valid HTTP or not.
#pragma once
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <string>

#include "platform/runtime/task.hpp"

namespace market::http {

inline unsigned short PortOf(const std::string& address) {
  return static_cast<unsigned short>(std::stoi(address.substr(address.rfind(':') + 1)));
}

class RawClient {
 public:
  RawClient(boost::asio::io_context& io, const std::string& address)
      : socket_(io,
                boost::asio::ip::tcp::endpoint(boost::asio::ip::make_address("127.0.0.1"), PortOf(address))
                    .protocol()) {
    socket_.connect({boost::asio::ip::make_address("127.0.0.1"), PortOf(address)});
  }
  Task<> Send(std::string text) {
    co_await boost::asio::async_write(socket_, boost::asio::buffer(text), boost::asio::use_awaitable);
  }
  // Until the text holds `mark` `count` times, or the peer closes.
  Task<std::string> ReceiveUntil(std::string mark, int count) {
    while (Occurrences(mark) < count) {
      std::array<char, 4096> chunk;
      boost::system::error_code error;
      const auto size = co_await socket_.async_read_some(
          boost::asio::buffer(chunk), boost::asio::redirect_error(boost::asio::use_awaitable, error));
      received_.append(chunk.data(), size);
      if (error) break;
    }
    co_return received_;
  }
  Task<std::string> ReceiveAll() { co_return co_await ReceiveUntil(std::string(1, '\0') + "never", 1); }
  void CloseSend() { socket_.shutdown(boost::asio::ip::tcp::socket::shutdown_send); }
  void Close() { socket_.close(); }

 private:
  int Occurrences(const std::string& mark) const {
    int count = 0;
    for (auto at = received_.find(mark); at != std::string::npos; at = received_.find(mark, at + 1)) ++count;
    return count;
  }
  boost::asio::ip::tcp::socket socket_;
  std::string received_;
};

// The status of the first response in `answer`; 0 without one.
inline int StatusIn(const std::string& answer) {
  return answer.size() > 12 ? std::stoi(answer.substr(9, 3)) : 0;
}

}  // namespace market::http
