// Live events as a client of the gateway sees them.
#include "gateway/event_stream.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <functional>

#include "gateway/testing/gateway_fixture.hpp"
#include "platform/runtime/one_shot.hpp"

namespace market::gateway {
namespace {

namespace contract = marketplace::notification::v1;
using google::protobuf::Message;

constexpr const char* kPath = "/v1/events:stream";

contract::ListLiveEventsResponse Page(std::string next, std::vector<std::string> positions = {}) {
  contract::ListLiveEventsResponse page;
  page.set_next(std::move(next));
  page.set_listener("ada");
  for (auto& position : positions) {
    auto& event = *page.add_events();
    event.set_position(std::move(position));
    event.set_kind(contract::LiveEvent::ORDER);
    event.set_state("PLACED");
  }
  return page;
}

contract::ListLiveEventsResponse Expired(std::string next) {
  auto page = Page(std::move(next));
  page.set_expired(true);
  return page;
}

class EventStreamTest : public GatewayTest {
 protected:
  using Answer = std::function<Task<>(contract::ListLiveEventsResponse&)>;

  EventStreamTest() {
    backend_.answer = [this](const rpc::Method&, CallContext&, const Message&, Message& out) -> Task<> {
      Answer answer;
      if (!answers_.empty()) {
        answer = std::move(answers_.front());
        answers_.pop_front();
      } else {
        answer = [](auto&) -> Task<> { co_await std::make_shared<runtime::OneShot<>>()->Wait(); };
      }
      co_await answer(static_cast<contract::ListLiveEventsResponse&>(out));
    };
  }
  void Then(contract::ListLiveEventsResponse page) {
    answers_.push_back([page](contract::ListLiveEventsResponse& out) -> Task<> {
      out = page;
      co_return;
    });
  }
  void ThenFail(Error error) {
    answers_.push_back([error](contract::ListLiveEventsResponse&) -> Task<> {
      throw error;
      co_return;
    });
  }
  static Task<http::Response> Open(Gateway& gateway, http::Headers headers = {}) {
    http::Request request{"GET", kPath, std::move(headers), "", "127.0.0.1:1"};
    co_return co_await gateway.Handle(request);
  }
  // What `count` pieces of a stream say, without the times to come back after.
  std::vector<std::string> Read(int count, http::Headers headers = {}, Gateway* gateway = nullptr) {
    return testing::RunLoop([&]() -> Task<std::vector<std::string>> {
      auto response = co_await Open(gateway == nullptr ? gateway_ : *gateway, std::move(headers));
      EXPECT_EQ(response.status, 200) << response.body;
      EXPECT_EQ(response.headers.Get("Content-Type"), "text/event-stream");
      std::vector<std::string> pieces;
      for (int i = 0; i < count; ++i) {
        auto piece = co_await response.stream->Next();
        pieces.push_back(Bare(piece.value_or("end")));
      }
      co_return pieces;
    });
  }
  static std::string Bare(std::string text) {
    const auto at = text.find("retry: ");
    if (at == std::string::npos) return text;
    const auto end = text.find('\n', at);
    EXPECT_GE(std::stoi(text.substr(at + 7)), 1000);
    return text.erase(at, end + 1 - at);
  }
  static std::string Event(const std::string& position) {
    return "id: " + position + "\nevent: order\ndata: {\"position\":\"" + position +
           "\",\"kind\":\"ORDER\",\"state\":\"PLACED\"}\n\n";
  }
  using Texts = std::vector<std::string>;

  std::deque<Answer> answers_;
};

TEST_F(EventStreamTest, Begins_WithThePositionOfNow) {
  Then(Page("p1"));
  Then(Page("p3", {"p2", "p3"}));
  EXPECT_EQ(Read(2, {{"Authorization", "Bearer t"}}),
            (Texts{"id: p1\nevent: begin\ndata: {}\n\n", Event("p2") + Event("p3")}));
  ASSERT_EQ(backend_.calls.size(), 2u);
  EXPECT_EQ(backend_.calls[0].request, "");
  EXPECT_TRUE(backend_.calls[1].request.starts_with("after: \"p1\" wait_ms: 1")) << backend_.calls[1].request;
  for (const auto& call : backend_.calls) EXPECT_EQ(call.incoming.authorization, "Bearer t");
}

TEST_F(EventStreamTest, Resumes_WithWhatWasMissed) {
  Then(Page("p3", {"p2", "p3"}));
  EXPECT_EQ(Read(1, {{"Last-Event-ID", "p1"}}), (Texts{"\n" + Event("p2") + Event("p3")}));
  EXPECT_EQ(backend_.calls[0].request, "after: \"p1\"");
}

TEST_F(EventStreamTest, PositionThatNobodyKnows_Resets) {
  for (const std::string id : {"p1", "not a position", "\xff"}) {
    Then(Expired("p9"));
    EXPECT_EQ(Read(1, {{"Last-Event-ID", id}}), (Texts{"id: p9\nevent: reset\ndata: {}\n\n"}));
  }
  Then(Expired("p9"));
  Read(1, {{"Last-Event-ID", std::string(500, 'p')}});
  EXPECT_EQ(Last().request, "after: \"unknown\"") << "it need not fit the contract";
}

TEST_F(EventStreamTest, PositionThatExpiresOnTheWay_Resets) {
  Then(Page("p1"));
  Then(Expired("p9"));
  EXPECT_EQ(Read(2)[1], "id: p9\nevent: reset\ndata: {}\n\n");
}

TEST_F(EventStreamTest, NothingNew_IsAHeartbeatWithThePosition) {
  auto options = Quiet();
  options.heartbeat = std::chrono::milliseconds(1);
  telemetry::Metrics metrics;
  Gateway quick(options, backend_, AllMethods(), metrics, tracer_);
  for (const char* position : {"p1", "p1", "p2", "p2", "p2", "p2"}) Then(Page(position));
  const auto pieces = Read(4, {}, &quick);
  EXPECT_TRUE(std::ranges::all_of(std::span(pieces).subspan(1), [](const std::string& piece) {
    return piece == ":\n\n" || piece == ":\nid: p2\n\n";
  })) << pieces[1] + pieces[2] + pieces[3];
}

TEST_F(EventStreamTest, TokenThatEnds_EndsIt) {
  Then(Page("p1"));
  ThenFail({Code::kUnauthenticated, "UNAUTHENTICATED", "it has ended"});
  EXPECT_EQ(Read(2)[1], "end");
}

TEST_F(EventStreamTest, ServiceThatIsAway_IsWaitedFor) {
  Then(Page("p1"));
  ThenFail({Code::kUnavailable, "UNAVAILABLE", "away"});
  ThenFail({Code::kResourceExhausted, "OVERLOADED", "busy"});
  Then(Page("p2"));
  Then(Page("p3", {"p3"}));
  EXPECT_EQ(Read(2)[1], Event("p3"));
  EXPECT_TRUE(Last().request.starts_with("after: \"p2\"")) << Last().request;
}

TEST_F(EventStreamTest, ServiceThatIsAwayAtTheBeginning_IsAskedAgain) {
  ThenFail({Code::kUnavailable, "UNAVAILABLE", "away"});
  Then(Page("p1"));
  EXPECT_EQ(Read(1)[0], "id: p1\nevent: begin\ndata: {}\n\n");
  for (int i = 0; i < 4; ++i) ThenFail({Code::kUnavailable, "UNAVAILABLE", "away"});
  EXPECT_EQ(Send("GET", kPath).status, 503);
}

TEST_F(EventStreamTest, Refusals_AreProblems) {
  ThenFail({Code::kUnauthenticated, "UNAUTHENTICATED", "who are you"});
  const auto response = Send("GET", kPath);
  EXPECT_EQ(response.status, 401);
  EXPECT_EQ(Reason(response), "UNAUTHENTICATED");
  EXPECT_EQ(response.stream, nullptr);
  EXPECT_EQ(Send("GET", kPath, {{"Accept", "application/json"}}).status, 406);
  EXPECT_EQ(Reason(Send("GET", std::string(kPath) + "?after=p1")), "UNKNOWN_FIELD");
  for (const char* accept : {"text/event-stream", "text/*", "*/*"}) {
    Then(Page("p1"));
    EXPECT_EQ(Send("GET", kPath, {{"Accept", accept}}).status, 200) << accept;
  }
}

TEST_F(EventStreamTest, TooMany_AreRefusedUntilOneEnds) {
  auto options = Quiet();
  options.streams = {.all = 3, .each = 2};
  telemetry::Metrics metrics;
  Gateway small(options, backend_, AllMethods(), metrics, tracer_);
  testing::RunLoop([&]() -> Task<> {
    for (int i = 0; i < 5; ++i) Then(Page("p1"));
    auto first = co_await Open(small);
    auto second = co_await Open(small);
    const auto third = co_await Open(small);
    EXPECT_EQ(third.status, 429);
    EXPECT_EQ(Reason(third), "RATE_LIMITED");
    EXPECT_FALSE(third.headers.Get("Retry-After").empty());
    first.stream.reset();
    EXPECT_EQ((co_await Open(small)).status, 200);
    auto of_another = Page("p1");
    of_another.set_listener("bea");
    answers_.clear();
    for (int i = 0; i < 3; ++i) Then(of_another);
    auto one = co_await Open(small);
    auto two = co_await Open(small);
    const auto too_many = co_await Open(small);
    EXPECT_EQ(too_many.status, 503);
    EXPECT_EQ(Reason(too_many), "OVERLOADED");
    EXPECT_FALSE(too_many.headers.Get("Retry-After").empty());
  });
}

TEST_F(EventStreamTest, Last_TellsWhenToComeBack) {
  Then(Page("p1"));
  testing::RunLoop([&]() -> Task<> {
    const auto response = co_await Open(gateway_);
    EXPECT_EQ(Bare(response.stream->Last()), "\n");
  });
}

// It is no request that is worked on.
TEST_F(EventStreamTest, Open_TakesNoPlaceOfRequests) {
  auto options = Quiet();
  options.in_flight_max = 1;
  telemetry::Metrics metrics;
  Gateway small(options, backend_, AllMethods(), metrics, tracer_);
  testing::RunLoop([&]() -> Task<> {
    for (int i = 0; i < 3; ++i) Then(Page("p1"));
    std::vector<http::Response> open;
    for (int i = 0; i < 3; ++i) open.push_back(co_await Open(small));
    for (const auto& response : open) EXPECT_EQ(response.status, 200);
  });
}

}  // namespace
}  // namespace market::gateway
