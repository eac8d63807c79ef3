#include <boost/system/system_error.hpp>

#include "platform/grpc/testing/test_loop.hpp"

namespace market::grpc::test {

void Fixture::AddMethods(Server& to) {
  to.HandleUnary("/t.T/Echo", [this](ServerCall& call, std::string request) -> Task<UnaryReply> {
    seen = call.RequestMetadata();
    seen_identity = call.From().identity;
    seen_address = call.From().address;
    UnaryReply reply;
    reply.message = std::move(request);
    for (const auto& [key, value] : call.RequestMetadata()) {
      if (key.starts_with("echo-initial")) call.InitialMetadata().Add(key, value);
      if (key.starts_with("echo-trailing")) reply.trailing.Add(key, value);
    }
    co_return reply;
  });
  to.HandleUnary("/t.T/Fail", [](ServerCall& call, std::string request) -> Task<UnaryReply> {
    call.TrailingMetadata().Add("why", "because");
    co_return UnaryReply{
        {Code::kFailedPrecondition, std::move(request), std::string("\x08\x09\x00z", 4)}, {}, {}};
  });
  to.HandleUnary("/t.T/Throw", [](ServerCall&, std::string) -> Task<UnaryReply> {
    throw std::runtime_error("secret");
    co_return UnaryReply{};
  });
  to.HandleUnary("/t.T/Pause", [](ServerCall&, std::string request) -> Task<UnaryReply> {
    co_await runtime::SleepFor(std::chrono::milliseconds(std::stoi(request)));
    co_return UnaryReply{{}, std::move(request), {}};
  });
  to.HandleUnary("/t.T/Slow", [this](ServerCall&, std::string) -> Task<UnaryReply> {
    ++slow_started;
    try {
      co_await runtime::SleepFor(std::chrono::hours(1));
    } catch (const boost::system::system_error&) {
      ++slow_cancelled;
      throw;
    }
    co_return UnaryReply{};
  });
  to.HandleStream("/t.T/EchoAll", [this](ServerCall& call) -> Task<Status> {
    seen = call.RequestMetadata();
    call.InitialMetadata().Add("hello", "there");
    call.TrailingMetadata().Add("good", "bye");
    while (auto message = co_await call.Read()) co_await call.Write(std::move(*message));
    co_return Status{};
  });
  to.HandleStream("/t.T/Count", [](ServerCall& call) -> Task<Status> {
    std::size_t bytes = 0;
    while (auto message = co_await call.Read()) bytes += message->size();
    co_await call.Write(std::to_string(bytes));
    co_return Status{};
  });
  to.HandleStream("/t.T/Repeat", [](ServerCall& call) -> Task<Status> {
    const auto count = std::stoi((co_await call.Read()).value());
    for (int i = 0; i < count; ++i) co_await call.Write(std::to_string(i) + std::string(1000, 'x'));
    co_return Status{Code::kOutOfRange, "that was all", {}};
  });
  to.HandleStream("/t.T/Hold", [](ServerCall&) -> Task<Status> {
    co_await runtime::SleepFor(std::chrono::hours(1));
    co_return Status{};
  });
  to.HandleStream("/t.T/Early", [](ServerCall& call) -> Task<Status> {
    co_await call.Read();
    co_return Status{Code::kAborted, "enough", {}};
  });
  to.HandleStream("/t.T/SlowStream", [this](ServerCall& call) -> Task<Status> {
    ++slow_started;
    try {
      while (co_await call.Read()) {
      }
      co_await runtime::SleepFor(std::chrono::hours(1));
    } catch (const boost::system::system_error&) {
      ++slow_cancelled;
      throw;
    }
    co_return Status{};
  });
}

}  // namespace market::grpc::test
