// The edge by its in-process door; what only the gRPC door has is in channel_test.cpp.
#include "platform/rpc/edge.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <set>

#include "platform/rpc/backend.hpp"
#include "platform/rpc/keyed.hpp"
#include "platform/rpc/testing/probe_fixture.hpp"
#include "platform/runtime/task_group.hpp"

namespace market::rpc {
namespace {

using testing::Eventually;
using testing::RunLoop;
using testing::Soon;

struct Answer {
  Code code = Code::kOk;
  std::string reason;
  std::string message;
  std::string field;  // the first that is wrong, and why
  std::optional<std::chrono::milliseconds> retry_after;
  probe::ProbeReply reply;
  bool replayed = false;
};

class EdgeTest : public ProbeFixture {
 protected:
  Task<Answer> Ask(std::string method, Incoming incoming, probe::ProbeRequest request = {}) {
    CallContext call(runtime::kNoDeadline);
    Answer answer;
    try {
      co_await edge_.Call(Find(method), std::move(incoming), call, request, answer.reply);
    } catch (const Error& error) {
      answer.code = error.code;
      answer.reason = error.reason;
      answer.message = error.message;
      if (!error.fields.empty()) answer.field = error.fields[0].field + ' ' + error.fields[0].reason;
      answer.retry_after = error.retry_after;
    }
    answer.replayed = call.Replayed();
    co_return answer;
  }

  Task<> AskInto(Answer& answer, std::string method, Incoming incoming) {
    answer = co_await Ask(std::move(method), std::move(incoming));
  }

  Answer AskNow(std::string method, Incoming incoming, probe::ProbeRequest request = {}) {
    Answer answer;
    std::exception_ptr failure;
    boost::asio::co_spawn(io_, Ask(std::move(method), std::move(incoming), std::move(request)),
                          [&](std::exception_ptr error, Answer given) {
                            failure = error;
                            answer = std::move(given);
                          });
    io_.restart();
    io_.run();
    if (failure) std::rethrow_exception(failure);
    return answer;
  }

  Incoming From(const identity::Principal& principal, std::string key = {}) const {
    return {.authorization = TokenOf(principal), .idempotency_key = std::move(key)};
  }

  static probe::ProbeRequest Text(std::string text) {
    probe::ProbeRequest request;
    request.set_text(std::move(text));
    return request;
  }

  static probe::ProbeRequest ForSeller(const SellerId& seller) {
    probe::ProbeRequest request;
    request.set_seller_id(seller.ToString());
    return request;
  }

 private:
  // An edge belongs to one loop for its whole life.
  boost::asio::io_context io_{1};
};

TEST_F(EdgeTest, WhatIsForAFullAccount_RefusesGuests) {
  auto guest = Buyer();
  guest.guest = true;
  const auto refused = AskNow("Settle", From(guest, "key-1"));
  EXPECT_EQ(refused.code, Code::kFailedPrecondition);
  EXPECT_EQ(refused.reason, "GUEST_ACCOUNT");
  EXPECT_EQ(AskNow("ReadMine", From(guest)).code, Code::kOk);
}

TEST_F(EdgeTest, EveryPolicy_MeetsEveryCallerFromOutside) {
  const auto seller = SellerId::New();
  const Incoming nobody;
  const Incoming bad{.authorization = "Bearer x.y.z"};
  const Incoming buyer = From(Buyer());
  const Incoming member = From(SellerOf(seller));
  const Incoming other = From(SellerOf(SellerId::New()));
  const Incoming op = From(Operator());
  constexpr auto k401 = Code::kUnauthenticated;
  constexpr auto k403 = Code::kPermissionDenied;
  struct Row {
    const char* method;
    std::array<Code, 6> codes;  // nobody, bad token, buyer, member, other seller, operator
  };
  const std::vector<Row> rows = {
      {"ReadPublic", {Code::kOk, Code::kOk, Code::kOk, Code::kOk, Code::kOk, Code::kOk}},
      {"ReadMine", {k401, k401, Code::kOk, Code::kOk, Code::kOk, Code::kOk}},
      {"ReadShop", {k401, k401, k403, Code::kOk, Code::kNotFound, k403}},
      {"ReadAnyShop", {k401, k401, k403, Code::kOk, Code::kOk, Code::kOk}},
      {"ReadAll", {k401, k401, k403, k403, k403, Code::kOk}},
      {"ReadInside",
       {Code::kUnimplemented, Code::kUnimplemented, Code::kUnimplemented, Code::kUnimplemented,
        Code::kUnimplemented, Code::kUnimplemented}},
  };
  const std::array<const Incoming*, 6> callers = {&nobody, &bad, &buyer, &member, &other, &op};
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < callers.size(); ++i) {
      const int before = probe_.calls;
      EXPECT_EQ(AskNow(row.method, *callers[i], ForSeller(seller)).code, row.codes[i])
          << row.method << " by " << i;
      EXPECT_EQ(probe_.calls - before, row.codes[i] == Code::kOk ? 1 : 0) << row.method << " by " << i;
    }
  }
}

TEST_F(EdgeTest, PermissionForSomethingElse_IsDenied) {
  const auto seller = SellerId::New();
  auto clerk = SellerOf(seller);
  clerk.sellers[0].permissions = {options::ORDERS_READ};
  EXPECT_EQ(AskNow("ReadAnyShop", From(clerk)).code, Code::kOk);
  EXPECT_EQ(AskNow("ReadShop", From(clerk), ForSeller(seller)).reason, "PERMISSION_DENIED");
  // With another seller of whom more is allowed, the first one is still the clerk's to know of.
  const auto other = SellerId::New();
  clerk.sellers.push_back({other, {options::PRODUCTS_READ}});
  EXPECT_EQ(AskNow("ReadShop", From(clerk), ForSeller(other)).code, Code::kOk);
  EXPECT_EQ(AskNow("ReadShop", From(clerk), ForSeller(seller)).reason, "PERMISSION_DENIED");
  EXPECT_EQ(AskNow("ReadShop", From(clerk), ForSeller(SellerId::New())).reason, "NOT_FOUND");
  auto auditor = Buyer();
  auditor.permissions = {options::ORDERS_READ};
  EXPECT_EQ(AskNow("ReadAll", From(auditor)).reason, "PERMISSION_DENIED");
}

// It reaches a method by what it is granted, and nothing of its maker's own.
TEST_F(EdgeTest, AnApiKey_IsNoPerson) {
  const auto seller = SellerId::New();
  const auto with = [&](const identity::Principal& principal) {
    return Incoming{.authorization = ApiKeyOf(principal)};
  };
  const Incoming shop = with(SellerOf(seller));
  const Incoming market = with(Operator());
  EXPECT_EQ(AskNow("ReadShop", shop, ForSeller(seller)).code, Code::kOk);
  EXPECT_EQ(AskNow("ReadShop", shop, ForSeller(SellerId::New())).reason, "NOT_FOUND");
  EXPECT_EQ(AskNow("ReadAll", market).code, Code::kOk);
  EXPECT_EQ(AskNow("ReadAll", shop).reason, "PERMISSION_DENIED");
  for (const auto& key : {shop, market}) {
    EXPECT_EQ(AskNow("ReadPublic", key).code, Code::kOk);
    EXPECT_EQ(AskNow("ReadMine", key).reason, "PERMISSION_DENIED");
  }
  EXPECT_EQ(AskNow("ReadAll", Incoming{.authorization = "Bearer " + identity::MakeApiKey()}).reason,
            "UNAUTHENTICATED");
  EXPECT_EQ(AskNow("ReadPublic", Incoming{.authorization = "Bearer mk_"}).code, Code::kOk);
}

TEST_F(EdgeTest, Reach_IsWhatThePermissionOfTheMethodGrants) {
  const auto seller = SellerId::New();
  auto caller = SellerOf(seller);
  caller.sellers.push_back({SellerId::New(), {options::PRODUCTS_READ}});
  AskNow("ReadAnyShop", From(caller));
  EXPECT_FALSE(probe_.reach.everything);
  EXPECT_EQ(probe_.reach.sellers, std::vector{seller});
  AskNow("ReadAnyShop", From(Operator()));
  EXPECT_TRUE(probe_.reach.everything);
  AskNow("ReadMine", From(Operator()));
  EXPECT_FALSE(probe_.reach.everything);
  AskNow("ReadPublic", {});
  EXPECT_TRUE(probe_.reach.sellers.empty());
}

TEST_F(EdgeTest, MethodOfAnotherEdge_IsUnimplemented) {
  Edge empty({}, verifier_, admission_, metrics_, tracer_);
  CallContext call(runtime::kNoDeadline);
  const probe::ProbeRequest request;
  probe::ProbeReply reply;
  EXPECT_THROW(RunLoop([&] { return empty.Call(Find("ReadPublic"), {}, call, request, reply); }), Error);
}

TEST_F(EdgeTest, KeyedMethodWithoutStore_IsRefusedAtStart) {
  Edge other({}, verifier_, admission_, metrics_, tracer_);
  EXPECT_THROW(other.Add(api::Bind(probe_), nullptr), std::logic_error);
}

TEST_F(EdgeTest, BadFields_NeverReachTheHandler) {
  EXPECT_EQ(AskNow("ReadPublic", {}, Text(std::string(21, 'x'))).reason, "INVALID_ARGUMENT");
  EXPECT_EQ(probe_.calls, 0);
}

TEST_F(EdgeTest, Deadline_IsCappedByTheMethod) {
  const auto before = std::chrono::steady_clock::now();
  AskNow("ReadPublic", {});
  EXPECT_LE(probe_.deadline, std::chrono::steady_clock::now() + std::chrono::seconds(1));
  EXPECT_GE(probe_.deadline, before + std::chrono::seconds(1));
  AskNow("ReadPublic", {.deadline = before + std::chrono::milliseconds(100)});
  EXPECT_EQ(probe_.deadline, before + std::chrono::milliseconds(100));
}

TEST_F(EdgeTest, RequestId_ReachesTheHandler) {
  AskNow("ReadPublic", {.request_id = "req-1"});
  EXPECT_EQ(probe_.request_id, "req-1");
  AskNow("ReadPublic", {.request_id = "two words"});
  EXPECT_EQ(probe_.request_id, "");
}

Task<> Fail(std::exception_ptr error) {
  std::rethrow_exception(error);
  co_return;
}

TEST_F(EdgeTest, HandlerErrors_AreMappedAndOurWordsHidden) {
  probe_.act = [](CallContext&) { return Fail(std::make_exception_ptr(NotFound("the order"))); };
  EXPECT_EQ(AskNow("ReadPublic", {}).message, "the order does not exist");
  probe_.act = [](CallContext&) {
    return Fail(std::make_exception_ptr(std::runtime_error("select * from secrets")));
  };
  const auto answer = AskNow("ReadPublic", {});
  EXPECT_EQ(answer.code, Code::kInternal);
  EXPECT_EQ(answer.message.find("secrets"), std::string::npos);
}

TEST_F(EdgeTest, FullAdmission_IsOverloaded) {
  resilience::Admission full({.limit = 1, .queue_limit = 0});
  const auto permit = full.TryEnter(resilience::Priority::kInProgress);
  Edge edge({}, verifier_, full, metrics_, tracer_);
  edge.Add(api::Bind(probe_), &store_);
  CallContext call(runtime::kNoDeadline);
  const probe::ProbeRequest request;
  probe::ProbeReply reply;
  try {
    RunLoop([&] { return edge.Call(Find("ReadPublic"), {}, call, request, reply); });
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.reason, "OVERLOADED");
    EXPECT_TRUE(error.retry_after);
  }
}

TEST_F(EdgeTest, Metrics_CountByCode) {
  AskNow("ReadPublic", {});
  AskNow("ReadMine", {});
  const auto text = metrics_.Exposition();
  const std::string labels =
      "grpc_type=\"unary\",grpc_service=\"marketplace.probe.v1.ProbeService\",grpc_method=";
  EXPECT_NE(text.find("grpc_server_handled_total{" + labels + "\"ReadPublic\",grpc_code=\"OK\"} 1"),
            text.npos);
  EXPECT_NE(
      text.find("grpc_server_handled_total{" + labels + "\"ReadMine\",grpc_code=\"Unauthenticated\"} 1"),
      text.npos);
  EXPECT_NE(text.find("grpc_server_handled_total{" + labels + "\"ReadMine\",grpc_code=\"OK\"} 0"), text.npos);
  EXPECT_NE(text.find("grpc_server_handling_seconds_count{" + labels + "\"ReadPublic\"} 1"), text.npos);
  EXPECT_NE(text.find("market_admission_running 0"), text.npos);
}

TEST_F(EdgeTest, IdempotencyKey_IsRequiredAndRead) {
  const auto buyer = Buyer();
  EXPECT_EQ(AskNow("Place", From(buyer)).reason, "IDEMPOTENCY_KEY_REQUIRED");
  for (const std::string& bad :
       {std::string(256, 'k'), std::string("\"\""), std::string("\"open"), std::string("a\tb"),
        std::string("\xc3\xa9"), std::string("\"a\"b\""), std::string("\"")}) {
    EXPECT_EQ(AskNow("Place", From(buyer, bad)).reason, "INVALID_ARGUMENT") << bad;
  }
  EXPECT_EQ(probe_.calls, 0);
  EXPECT_EQ(ReadIdempotencyKey("\"a\\\"b\\\\c\""), "a\"b\\c");
  EXPECT_EQ(ReadIdempotencyKey(std::string(255, 'k')).size(), 255u);
}

TEST_F(EdgeTest, BadToken_ForbidsWhatIsDoneInAName) {
  const Incoming bad{.authorization = "Bearer x.y.z"};
  AskNow("ReadPublic", bad);
  EXPECT_TRUE(probe_.anonymous);
  EXPECT_EQ(AskNow("Write", bad).code, Code::kOk);  // makes a session
  EXPECT_TRUE(probe_.anonymous);
  EXPECT_EQ(AskNow("Change", bad).reason, "UNAUTHENTICATED");
}

TEST_F(EdgeTest, OptionalKey_IsHonouredWhenSent) {
  const auto buyer = Buyer();
  EXPECT_FALSE(AskNow("Change", From(buyer, "k1"), Text("a")).replayed);
  EXPECT_TRUE(AskNow("Change", From(buyer, "k1"), Text("a")).replayed);
  EXPECT_EQ(AskNow("Change", From(buyer, "k1"), Text("b")).reason, "IDEMPOTENCY_KEY_REUSED");
  EXPECT_EQ(AskNow("Change", From(buyer, "\"open"), Text("a")).reason, "INVALID_ARGUMENT");
  EXPECT_EQ(probe_.calls, 1);
  for (int i = 0; i < 2; ++i) EXPECT_FALSE(AskNow("Change", From(buyer), Text("a")).replayed);
  EXPECT_EQ(probe_.calls, 3);
  EXPECT_EQ(store_.rows.size(), 1u);
  EXPECT_EQ(std::set(probe_.operation_ids.begin(), probe_.operation_ids.end()).size(), 3u);
}

TEST_F(EdgeTest, KeyOfASecretAnswer_IsRefusedAndOfAReadIgnored) {
  const auto refused = AskNow("Write", From(Buyer(), "k1"));
  EXPECT_EQ(refused.reason, "INVALID_ARGUMENT");
  EXPECT_EQ(refused.field, "Idempotency-Key NOT_SUPPORTED");
  EXPECT_EQ(probe_.calls, 0);
  for (int i = 0; i < 2; ++i) EXPECT_FALSE(AskNow("ReadMine", From(Buyer(), "k1")).replayed);
  EXPECT_TRUE(store_.rows.empty());
}

TEST_F(EdgeTest, SecondCallWithAKey_IsAReplay) {
  const auto buyer = Buyer();
  const auto first = AskNow("Place", From(buyer, "\"k1\""), Text("a"));
  const auto second = AskNow("Place", From(buyer, "k1"), Text("a"));
  EXPECT_FALSE(first.replayed);
  EXPECT_TRUE(second.replayed);
  EXPECT_EQ(second.reply.SerializeAsString(), first.reply.SerializeAsString());
  EXPECT_EQ(probe_.calls, 1);
}

TEST_F(EdgeTest, KeyOfAnotherAccount_IsAnotherKey) {
  AskNow("Place", From(Buyer(), "k1"), Text("a"));
  EXPECT_FALSE(AskNow("Place", From(Buyer(), "k1"), Text("b")).replayed);
  EXPECT_EQ(probe_.calls, 2);
}

TEST_F(EdgeTest, KeyForAnotherRequest_IsReused) {
  const auto buyer = Buyer();
  AskNow("Place", From(buyer, "k1"), Text("a"));
  const auto answer = AskNow("Place", From(buyer, "k1"), Text("b"));
  EXPECT_EQ(answer.reason, "IDEMPOTENCY_KEY_REUSED");
  EXPECT_EQ(probe_.calls, 1);
}

TEST_F(EdgeTest, DefinitiveRefusal_IsReplayed) {
  const auto buyer = Buyer();
  probe_.act = [](CallContext&) {
    return Fail(std::make_exception_ptr(
        Error(Code::kAborted, "OUT_OF_STOCK", "gone").WithField("items[0]", "OUT_OF_STOCK", "0 left")));
  };
  const auto first = AskNow("Place", From(buyer, "k1"));
  const auto second = AskNow("Place", From(buyer, "k1"));
  EXPECT_EQ(first.reason, "OUT_OF_STOCK");
  EXPECT_EQ(second.reason, "OUT_OF_STOCK");
  EXPECT_EQ(second.message, "gone");
  EXPECT_TRUE(second.replayed);
  EXPECT_EQ(probe_.calls, 1);
}

TEST_F(EdgeTest, OutageOrOpenAnswer_RunsAgainUnderTheSameOperation) {
  const auto buyer = Buyer();
  probe_.act = [](CallContext&) { return Fail(std::make_exception_ptr(Unavailable("away"))); };
  EXPECT_EQ(AskNow("Place", From(buyer, "k1")).code, Code::kUnavailable);
  probe_.act = [](CallContext& call) -> Task<> {
    call.LeaveOpen();
    co_return;
  };
  EXPECT_EQ(AskNow("Place", From(buyer, "k1")).code, Code::kOk);
  probe_.act = nullptr;
  EXPECT_EQ(AskNow("Place", From(buyer, "k1")).code, Code::kOk);
  EXPECT_TRUE(AskNow("Place", From(buyer, "k1")).replayed);
  ASSERT_EQ(probe_.operation_ids.size(), 3u);
  EXPECT_EQ(probe_.operation_ids[0], probe_.operation_ids[2]);
  EXPECT_EQ(store_.abandoned, 2);
  EXPECT_EQ(store_.finished, 1);
}

TEST_F(EdgeTest, TwinInFlight_IsToldWhenToComeBack) {
  const auto buyer = Buyer();
  auto gate = std::make_shared<runtime::OneShot<>>();
  probe_.act = [gate](CallContext&) { return WaitAt(gate); };
  RunLoop([&](boost::asio::io_context& io) -> Task<> {
    Answer first;
    runtime::TaskGroup group(io.get_executor(), [](std::string_view, std::exception_ptr) { ADD_FAILURE(); });
    group.Spawn("first", AskInto(first, "Place", From(buyer, "k1")));
    co_await Eventually([&] { return probe_.calls == 1; });
    const auto twin = co_await Ask("Place", From(buyer, "k1"));
    EXPECT_EQ(twin.reason, "IDEMPOTENCY_KEY_IN_FLIGHT");
    EXPECT_EQ(twin.retry_after, std::chrono::milliseconds(700));
    gate->Set();
    co_await group.Join();
    EXPECT_EQ(first.code, Code::kOk);
  });
}

TEST_F(EdgeTest, CallerLeaves_KeyedHandlerRunsToItsEnd) {
  const auto buyer = Buyer();
  auto gate = std::make_shared<runtime::OneShot<>>();
  probe_.act = [gate](CallContext&) { return WaitAt(gate); };
  RunLoop([&](boost::asio::io_context& io) -> Task<> {
    runtime::TaskGroup group(io.get_executor(), [](std::string_view, std::exception_ptr) {});
    Answer first;
    group.Spawn("first", AskInto(first, "Place", From(buyer, "k1")));
    co_await Eventually([&] { return probe_.calls == 1; });
    group.Cancel();
    co_await group.Join();
    EXPECT_EQ(first.code, Code::kCancelled);
    EXPECT_EQ(probe_.finished, 0);
    gate->Set();
    co_await edge_.Drain(Soon());
    EXPECT_EQ(probe_.finished, 1);
    EXPECT_TRUE((co_await Ask("Place", From(buyer, "k1"))).replayed);
  });
}

TEST_F(EdgeTest, KeyedCallOutOfTime_IsToldSoAndStillFinishes) {
  const auto buyer = Buyer();
  auto gate = std::make_shared<runtime::OneShot<>>();
  probe_.act = [gate](CallContext&) { return WaitAt(gate); };
  RunLoop([&]() -> Task<> {
    auto incoming = From(buyer, "k1");
    incoming.deadline = runtime::After(std::chrono::milliseconds(30));
    EXPECT_EQ((co_await Ask("Place", incoming)).code, Code::kDeadlineExceeded);
    gate->Set();
    co_await edge_.Drain(Soon());
  });
  EXPECT_EQ(store_.finished, 1);
}

TEST_F(EdgeTest, StoreAway_StopsBeforeTheHandlerButNotAfter) {
  store_.failure = Unavailable("away");
  EXPECT_EQ(AskNow("Place", From(Buyer(), "k1")).code, Code::kUnavailable);
  EXPECT_EQ(probe_.calls, 0);
  store_.failure.reset();
  store_.failure_to_keep = Unavailable("away");
  EXPECT_EQ(AskNow("Place", From(Buyer(), "k1")).code, Code::kOk);
}

TEST_F(EdgeTest, Fingerprint_IsOfTheCanonicalRequest) {
  probe::ProbeRequest one;
  probe::ProbeRequest two;
  for (const char* key : {"a", "b", "c", "d"}) (*one.mutable_labels())[key] = key;
  for (const char* key : {"d", "c", "b", "a"}) (*two.mutable_labels())[key] = key;
  EXPECT_EQ(Fingerprint(Find("Place"), one), Fingerprint(Find("Place"), two));
  EXPECT_NE(Fingerprint(Find("Place"), one), Fingerprint(Find("Write"), one));
  EXPECT_EQ(Fingerprint(Find("Place"), one).size(), 32u);
}

TEST_F(EdgeTest, LocalBackend_IsTheSameDoor) {
  LocalBackend backend(edge_);
  CallContext call(runtime::kNoDeadline);
  const auto request = Text("hi");
  std::string answer;
  RunLoop([&] { return backend.Call(Find("ReadMine"), From(Buyer()), call, request, answer); });
  probe::ProbeReply reply;
  EXPECT_TRUE(reply.ParseFromString(answer));
  EXPECT_EQ(reply.text(), "hi");
  EXPECT_NE(call.CallerOrNull(), nullptr);
}

TEST_F(EdgeTest, ANeighbourFailsLikeAPeerElsewhere) {
  api::ProbeNeighbour neighbour(probe_);
  const auto failure_of = [&](std::exception_ptr thrown) {
    probe_.act = [thrown](CallContext&) -> Task<> {
      std::rethrow_exception(thrown);
      co_return;
    };
    std::exception_ptr failure;
    RunLoop([&]() -> Task<> {
      CallContext call(runtime::kNoDeadline);
      try {
        co_await neighbour.ReadInside(call, {});
      } catch (...) {
        failure = std::current_exception();
      }
    });
    return failure;
  };
  const auto code_of = [](const std::exception_ptr& failure) {
    try {
      std::rethrow_exception(failure);
    } catch (const Error& error) {
      EXPECT_EQ(error.message.find("secret"), std::string::npos);
      return error.code;
    }
  };
  EXPECT_EQ(code_of(failure_of(std::make_exception_ptr(std::runtime_error("secret")))), Code::kInternal);
  EXPECT_EQ(
      code_of(failure_of(std::make_exception_ptr(Error(Code::kNotFound, "NOT_FOUND", "no such probe")))),
      Code::kNotFound);
  const boost::system::system_error cancelled(boost::asio::error::operation_aborted);
  EXPECT_TRUE(runtime::IsCancelled(failure_of(std::make_exception_ptr(cancelled))));
}

}  // namespace
}  // namespace market::rpc
