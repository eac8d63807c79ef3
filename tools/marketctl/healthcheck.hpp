// Whether a program of the marketplace is ready, for whoever starts it where no shell and no curl are.
#pragma once
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <string>

#include "platform/runtime/task.hpp"

namespace market::marketctl {

// What `metrics.listen` says, as an address to connect to: 0.0.0.0 and [::] stand for this machine.
std::string ReachableAddress(const std::string& metrics_listen);

// Asks http://ADDRESS/readyz. Throws std::runtime_error, with the reason, unless the answer is 200 in time.
Task<> CheckReady(boost::asio::io_context& io, std::string address, std::chrono::milliseconds limit);

}  // namespace market::marketctl
