// Runs one task of a command to its end.
#pragma once
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <future>

namespace market::marketctl {

// Returns or throws what the task of `start(io)` does; what it leaves behind in the loop is not waited for.
template <class Start>
auto Finish(Start start) {
  boost::asio::io_context io(1);
  auto result = boost::asio::co_spawn(io, start(io), boost::asio::use_future);
  while (result.wait_for(std::chrono::seconds(0)) == std::future_status::timeout) io.run_one();
  return result.get();
}

}  // namespace market::marketctl
