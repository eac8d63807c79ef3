// Internal to the room, for .cpp files only (libpq-fe.h): asks the server to stop what a connection runs.
//
// libpq 15 can only do that with blocking calls, on a connection of its own, so there is a thread for it; at
// most one cancellation of each connection waits. Whoever asks sends nothing on that connection until `heard`
// was called: by then the server has stopped the statement or has found nothing to stop, and what is sent
// next can't be hit. Owner: the Database, which joins it; Send and `heard` on the io thread. A server that
// can't be reached is none of its business: the statement timeout ends the statement.
#pragma once
#include <libpq-fe.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <functional>

namespace market::postgres::internal {

class Canceller {
 public:
  explicit Canceller(boost::asio::io_context& io) : io_(io), thread_(1) {}
  ~Canceller() { Join(); }

  // Nothing may be sent after it; calls of `heard` may still come. Blocks while a cancellation is under way.
  void Join() { thread_.join(); }
  void Send(PGconn* connection, std::move_only_function<void()> heard);

 private:
  boost::asio::io_context& io_;
  boost::asio::thread_pool thread_;
};

}  // namespace market::postgres::internal
