// A proxy on 127.0.0.1 in front of a peer that a test can make misbehave. Runs on the test's own loop.
//
//   auto gate = TcpGate::ToPostgres(io);
//   gate.Stall(TcpGate::Direction::kReplies);    // the peer answers, the caller does not hear it
//   gate.Reset();                                // every connection breaks
//
// What was not passed on yet is lost when a connection is reset. Io thread only; destroying it resets all.
#pragma once
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace market::testing {

class TcpGate {
 public:
  enum class Direction { kRequests, kReplies };
  using Endpoint = boost::asio::generic::stream_protocol::endpoint;

  TcpGate(boost::asio::io_context& io, Endpoint peer);
  ~TcpGate();
  // In front of the server of TemporaryDatabase.
  static TcpGate ToPostgres(boost::asio::io_context& io);

  int Port() const;
  std::size_t Connections() const;
  std::size_t Accepted() const;

  // Everything passes again, new connections are taken; what was stalled flows on.
  void Pass();
  // New connections are closed at once; those that exist stay.
  void Refuse();
  // Bytes of this direction are held back.
  void Stall(Direction direction);
  // Every connection is reset after this many more bytes of this direction.
  void CutAfter(Direction direction, std::size_t bytes);
  // Resets every connection now.
  void Reset();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace market::testing
