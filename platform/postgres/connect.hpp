// Internal to the room, for .cpp files only (libpq-fe.h):
// opening a connection without blocking the io thread.
#pragma once
#include <libpq-fe.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "platform/runtime/task.hpp"

namespace market::postgres::internal {

struct Finish {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
using ConnectionPtr = std::unique_ptr<PGconn, Finish>;

// The descriptor of a socket that libpq owns: never closed here.
class SocketWatch {
 public:
  SocketWatch(boost::asio::any_io_executor executor, int socket) : descriptor_(std::move(executor), socket) {}
  ~SocketWatch() { Release(); }
  SocketWatch(const SocketWatch&) = delete;
  SocketWatch& operator=(const SocketWatch&) = delete;

  boost::asio::posix::stream_descriptor& operator*() { return descriptor_; }
  boost::asio::posix::stream_descriptor* operator->() { return &descriptor_; }
  void Release() {
    if (descriptor_.is_open()) descriptor_.release();
  }

 private:
  boost::asio::posix::stream_descriptor descriptor_;
};

struct SessionOptions {
  std::chrono::milliseconds statement_timeout{0};
  std::chrono::milliseconds lock_timeout{0};
};

// A connection in non-blocking mode with our session settings (UTC, ISO dates, UTF-8). Names in conninfo are
// resolved off the io thread. Throws Error UNAVAILABLE with libpq's words, at the deadline too.
Task<ConnectionPtr> Connect(const std::string& conninfo, SessionOptions session, runtime::Deadline deadline);

// What libpq has to say of the connection, on one line.
std::string ErrorText(const PGconn* connection);

// Waits until the socket is ready; false at the deadline.
Task<bool> WaitForSocket(int socket, boost::asio::posix::stream_descriptor::wait_type what,
                         runtime::Deadline deadline);

}  // namespace market::postgres::internal
