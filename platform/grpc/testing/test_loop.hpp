// For tests of platform/grpc: one io_context, run until a coroutine is done or time is up.
#pragma once
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "platform/grpc/channel.hpp"
#include "platform/grpc/server.hpp"
#include "platform/runtime/task.hpp"

namespace market::grpc::test {

// How long a test waits for what must come: a net that ends a hung test, not a measure.
inline constexpr std::chrono::seconds kLimit{240};

class Loop {
 public:
  boost::asio::io_context io{1};

  template <class T>
  T Sync(Task<T> task) {
    std::optional<T> value;
    Await([](Task<T> inner, std::optional<T>& out) -> Task<> { out = co_await std::move(inner); }(
                                                       std::move(task), value));
    return std::move(value.value());
  }
  void Sync(Task<> task) { Await(std::move(task)); }

  // Runs the loop until `condition` holds.
  void RunUntil(const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + kLimit;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > end)
        throw std::runtime_error("the condition does not come true");
      io.restart();
      io.run_one_for(std::chrono::milliseconds(20));
    }
  }
  void RunFor(std::chrono::milliseconds time) {
    const auto end = std::chrono::steady_clock::now() + time;
    RunUntil([&] { return std::chrono::steady_clock::now() > end; });
  }

  // Starts `task`; the returned flag becomes true when it has ended. An exception ends the test program.
  std::shared_ptr<bool> Start(Task<> task) {
    auto done = std::make_shared<bool>(false);
    boost::asio::co_spawn(io, std::move(task), [done](std::exception_ptr error) {
      if (error) std::rethrow_exception(error);
      *done = true;
    });
    return done;
  }

 private:
  void Await(Task<> task) {
    bool done = false;
    std::exception_ptr failure;
    boost::asio::co_spawn(io, std::move(task), [&](std::exception_ptr error) {
      failure = error;
      done = true;
    });
    RunUntil([&] { return done; });
    if (failure) std::rethrow_exception(failure);
  }
};

inline CallOptions Within(std::chrono::milliseconds time) { return {.deadline = runtime::After(time)}; }
inline CallOptions Within(std::chrono::milliseconds time, Metadata metadata) {
  return {.deadline = runtime::After(time), .metadata = std::move(metadata)};
}
inline CallOptions Soon() { return Within(kLimit); }

// A loop with a server of well-known methods and channels to it.
class Fixture : public ::testing::Test, public Loop {
 protected:
  virtual ServerOptions MakeServerOptions() { return {}; }

  void SetUp() override {
    server = std::make_unique<Server>(io, MakeServerOptions());
    AddMethods(*server);
  }
  void TearDown() override {
    channel.reset();
    if (server != nullptr) {
      const Server& stopping = *server;
      Sync(server->Drain(runtime::After(std::chrono::milliseconds(200))));
      RunUntil([&] { return stopping.Stats().handlers_running == 0; });
      EXPECT_EQ(stopping.Stats().streams_open, 0u);
      EXPECT_EQ(stopping.Stats().buffered_bytes, 0u);
    }
    server.reset();
  }

  void Connect(std::string address = "127.0.0.1:0", ChannelOptions options = {}) {
    target = server->Listen(std::move(address));
    channel = std::make_unique<Channel>(io, target, std::move(options));
  }

  // /t.T/Echo, /t.T/Fail, /t.T/Slow (waits until cancelled), /t.T/EchoAll (bidi), /t.T/Count (client stream),
  // /t.T/Repeat (server stream: "<n>" gives n messages), /t.T/Throw
  void AddMethods(Server& to);

  std::unique_ptr<Server> server;
  std::unique_ptr<Channel> channel;
  std::string target;
  int slow_started = 0;
  int slow_cancelled = 0;
  Metadata seen;
  std::string seen_identity;
  std::string seen_address;
};

}  // namespace market::grpc::test
