// For the tests of this room: the probe contract behind an edge, with everything around it faked.
#pragma once
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "marketplace/probe/v1/probe.market.hpp"
#include "platform/core/error.hpp"
#include "platform/idempotency/store.hpp"
#include "platform/identity/jwt.hpp"
#include "platform/identity/token_verifier.hpp"
#include "platform/resilience/admission.hpp"
#include "platform/rpc/edge.hpp"
#include "platform/runtime/one_shot.hpp"
#include "platform/telemetry/metrics.hpp"
#include "platform/telemetry/tracer.hpp"
#include "platform/testing/fake_clock.hpp"
#include "platform/testing/run_loop.hpp"

namespace market::rpc {

namespace options = marketplace::options::v1;
namespace probe = marketplace::probe::v1;

using Gate = std::shared_ptr<runtime::OneShot<>>;

inline Task<> WaitAt(Gate gate) { co_await gate->Wait(); }

// Answers every method the same way: counts, remembers what the context said, and does what the test wants.
class FakeProbe final : public api::ProbeApi {
 public:
  using Reply = probe::ProbeReply;
  Task<Reply> ReadPublic(CallContext& call, probe::ProbeRequest request) override {
    return Answer(call, request);
  }
  Task<Reply> ReadMine(CallContext& call, probe::ProbeRequest request) override {
    return Answer(call, request);
  }
  Task<Reply> Await(CallContext& call, probe::ProbeRequest request) override { return Answer(call, request); }
  Task<Reply> ReadShop(CallContext& call, probe::ProbeRequest request) override {
    return Answer(call, request);
  }
  Task<Reply> ReadAnyShop(CallContext& call, probe::ProbeRequest request) override {
    return Answer(call, request);
  }
  Task<Reply> ReadAll(CallContext& call, probe::ProbeRequest request) override {
    return Answer(call, request);
  }
  Task<Reply> ReadInside(CallContext& call, probe::ProbeRequest request) override {
    return Answer(call, request);
  }
  Task<Reply> Write(CallContext& call, probe::ProbeRequest request) override { return Answer(call, request); }
  Task<Reply> Change(CallContext& call, probe::ProbeRequest request) override {
    operation_ids.push_back(call.OperationId());
    return Answer(call, request);
  }
  Task<Reply> Place(CallContext& call, probe::ProbeRequest request) override {
    operation_ids.push_back(call.OperationId());
    return Answer(call, request);
  }
  Task<Reply> Settle(CallContext& call, probe::ProbeRequest request) override {
    operation_ids.push_back(call.OperationId());
    if (before_effect) co_await before_effect(call);
    if (effect) effect(*call.RequestKey());
    co_return co_await Answer(call, request);
  }
  Task<marketplace::type::v1::KeySet> GetKeys(CallContext& call, probe::ProbeRequest request) override {
    co_await Answer(call, request);
    marketplace::type::v1::KeySet set;
    for (const auto& key : keys) {
      auto* added = set.add_keys();
      added->set_kty("EC");
      added->set_crv("P-256");
      added->set_kid(key.kid);
      added->set_x(key.x);
      added->set_y(key.y);
    }
    co_return set;
  }
  Task<marketplace::type::v1::RevocationFeed> Feed(CallContext&,
                                                   marketplace::type::v1::FeedRequest request) override {
    after = request.after();
    co_return revoked;
  }
  Task<marketplace::type::v1::ApiKeyGrant> ResolveApiKey(
      CallContext&, marketplace::type::v1::ResolveApiKeyRequest request) override {
    if (request.digest() != good_digest) throw NotFound("the API key");
    co_return grant;
  }

  int calls = 0;
  bool anonymous = false;  // the last call
  int finished = 0;
  std::function<Task<>(CallContext&)> act = {};  // before the answer
  std::function<Task<>(CallContext&)> before_effect = {};
  std::function<void(idempotency::RequestKey&)> effect = {};  // of Settle: its storage
  std::string service;                                        // of the last call
  std::string request_id;
  telemetry::TraceContext trace;
  runtime::Deadline deadline;
  std::vector<Uuid> operation_ids;
  Reach reach;
  std::vector<identity::PublicKey> keys;
  marketplace::type::v1::RevocationFeed revoked;
  std::string after;        // of the last Feed
  std::string good_digest;  // of the one key that there is
  marketplace::type::v1::ApiKeyGrant grant;

 private:
  Task<Reply> Answer(CallContext& call, probe::ProbeRequest request) {
    ++calls;
    anonymous = call.CallerOrNull() == nullptr;
    service = call.Service();
    request_id = call.RequestId();
    trace = call.Trace();
    deadline = call.Deadline();
    reach = call.Reach();
    if (act) co_await act(call);
    Reply reply;
    reply.set_text(request.text());
    reply.set_number(calls);
    ++finished;
    co_return reply;
  }
};

// A store in memory that keeps the rules of store.hpp.
class FakeStore final : public idempotency::Store {
 public:
  Task<idempotency::Decision> Begin(Work, const idempotency::Request& request) override {
    if (failure) throw *failure;
    auto& row = rows[request.principal + "|" + request.method + "|" + request.key];
    if (row.fence > 0 && row.fingerprint != request.fingerprint) co_return idempotency::OtherRequest{};
    if (!row.answer.empty()) co_return idempotency::Replay{row.answer};
    if (row.running) co_return idempotency::InFlight{std::chrono::milliseconds(700)};
    row.running = true;
    row.fingerprint = request.fingerprint;
    co_return idempotency::Claimed{row.operation_id, ++row.fence};
  }
  Task<> Finish(Work, const idempotency::Request& request, std::int64_t fence, std::string answer) override {
    if (failure_to_keep) throw *failure_to_keep;
    auto& row = rows[request.principal + "|" + request.method + "|" + request.key];
    if (row.fence != fence) co_return;
    row.running = false;
    row.answer = std::move(answer);
    ++finished;
  }
  Task<> Abandon(Work, const idempotency::Request& request, std::int64_t fence) override {
    auto& row = rows[request.principal + "|" + request.method + "|" + request.key];
    if (row.fence == fence) row.running = false;
    ++abandoned;
    co_return;
  }

  // What with_effect.hpp does in a transaction.
  void ClaimWithEffect(idempotency::RequestKey& key) {
    const auto& request = key.request;
    const auto name = request.principal + "|" + request.method + "|" + request.key;
    if (rows.contains(name)) throw idempotency::KeyTaken();
    rows[name] = {.fingerprint = request.fingerprint,
                  .answer = {},
                  .operation_id = key.operation_id,
                  .fence = 1,
                  .running = true};
    key.fence = 1;
  }

  struct Row {
    std::string fingerprint;
    std::string answer;
    Uuid operation_id = Uuid::NewV7();
    std::int64_t fence = 0;
    bool running = false;
  };
  std::map<std::string, Row> rows;
  std::optional<Error> failure;
  std::optional<Error> failure_to_keep;
  int finished = 0;
  int abandoned = 0;
};

class ProbeFixture : public ::testing::Test {
 protected:
  static constexpr const char* kIssuer = "https://market.test";

  ProbeFixture() { edge_.Add(api::Bind(probe_), &store_); }

  static identity::Principal Buyer() { return {.account = AccountId::New(), .session = Uuid::NewV7()}; }
  static identity::Principal SellerOf(const SellerId& seller) {
    auto principal = Buyer();
    principal.sellers = {{seller, {options::PRODUCTS_READ, options::ORDERS_READ}}};
    return principal;
  }
  static identity::Principal Operator() {
    auto principal = Buyer();
    principal.permissions = {options::ORDERS_READ, options::LEDGER_READ};
    return principal;
  }

  std::string TokenOf(const identity::Principal& principal) const {
    return "Bearer " + key_.Sign({.principal = principal,
                                  .issuer = kIssuer,
                                  .issued_at = clock_.Now(),
                                  .expires_at = clock_.Now() + std::chrono::minutes(10)});
  }

  // As a new key for the same.
  std::string ApiKeyOf(identity::Principal principal) {
    const auto key = identity::MakeApiKey();
    principal.bearer = identity::Bearer::kApiKey;
    granted_[*identity::DigestOfApiKey(key)] = {.principal = std::move(principal),
                                                .expires_at = clock_.Now() + std::chrono::hours(1)};
    return "Bearer " + key;
  }

  const Method& Find(std::string_view name) const { return api::ProbeMethods().Find(name); }

  Task<std::vector<identity::PublicKey>> Keys() { co_return std::vector<identity::PublicKey>{key_.Public()}; }
  Task<identity::Revoked> NothingRevoked() { co_return identity::Revoked(); }
  Task<std::optional<identity::ApiKeyGrant>> Granted(std::string digest) {
    const auto found = granted_.find(digest);
    co_return found == granted_.end() ? std::nullopt : std::optional(found->second);
  }

  testing::FakeClock clock_;
  identity::SigningKey key_ = identity::SigningKey::Generate();
  std::map<std::string, identity::ApiKeyGrant> granted_;  // by digest
  identity::TokenVerifier verifier_{
      kIssuer,
      clock_,
      {.keys = [this](runtime::Deadline) { return Keys(); },
       .revoked = [this](auto, auto) { return NothingRevoked(); },
       .api_keys = [this](std::string digest, auto) { return Granted(std::move(digest)); }}};
  telemetry::Metrics metrics_;
  telemetry::Tracer tracer_;
  resilience::Admission admission_{resilience::Admission::Options{}};
  FakeProbe probe_;
  FakeStore store_;
  Edge edge_{EdgeOptions{.plaintext_services = EdgeOptions::Plaintext::kByMetadata}, verifier_, admission_,
             metrics_, tracer_};
};

}  // namespace market::rpc
