// Files through the gateway and the edge of a service: who may, what a key means, what a service finds there.
#include <gtest/gtest.h>

#include <map>

#include "gateway/testing/file_fixture.hpp"
#include "platform/crypto/digest.hpp"
#include "platform/crypto/hex.hpp"
#include "platform/rpc/testing/probe_fixture.hpp"

namespace market::gateway {
namespace {

using marketplace::type::v1::Piece;
using marketplace::type::v1::PieceAdded;
namespace file_probe = marketplace::probe::v1;

// Keeps what comes in memory, by account and id.
class FileProbe final : public api::FileProbeApi {
 public:
  Task<PieceAdded> AddPiece(CallContext& call, Piece piece) override {
    auto& file = files[call.Caller().account.ToString() + piece.upload_id()];
    const auto at = static_cast<std::size_t>(piece.offset());
    EXPECT_LE(at, file.size());
    file.replace(at, piece.content().size(), piece.content());
    PieceAdded added;
    added.set_received(static_cast<std::int64_t>(file.size()));
    co_return added;
  }
  Task<file_probe::ProbeReply> TakeFile(CallContext& call, file_probe::TakeFileRequest request) override {
    const auto came = files[call.Caller().account.ToString() + request.file().id()];
    std::string digest;
    crypto::AppendHex(digest, crypto::Sha256(came));
    if (static_cast<std::int64_t>(came.size()) != request.file().size() || digest != request.file().sha256())
      throw Error(Code::kFailedPrecondition, "UPLOAD_INCOMPLETE", "it did not come whole");
    taken.push_back(came);
    file_probe::ProbeReply reply;
    reply.set_text("file" + std::to_string(taken.size()));
    co_return reply;
  }
  Task<file_probe::GiveFileResponse> GiveFile(CallContext&, file_probe::GiveFileRequest request) override {
    const auto at = request.after().empty() ? 0 : std::stoul(request.after());
    file_probe::GiveFileResponse response;
    response.set_content(given.substr(at, 4));
    if (at + 4 < given.size()) response.set_next(std::to_string(at + 4));
    co_return response;
  }

  Task<file_probe::ProbeReply> LookInto(CallContext&, file_probe::LookIntoRequest request) override {
    file_probe::ProbeReply reply;
    reply.set_text(request.text());
    co_return reply;
  }

  std::map<std::string, std::string> files;
  std::vector<std::string> taken;
  std::string given;
};

class FileEdgeTest : public rpc::ProbeFixture {
 protected:
  FileEdgeTest() { edge_.Add(api::Bind(service_), &store_); }

  Task<http::Response> Ask(std::string method, std::string target, http::Headers headers,
                           http::BodyReader* body = nullptr) {
    http::Request request{std::move(method), std::move(target), std::move(headers), "", "127.0.0.1:1", body};
    co_return co_await gateway_.Handle(request);
  }
  Task<http::Response> Upload(std::string file, http::Headers headers) {
    Parts body(file, 10'000);
    co_return co_await Ask("POST", "/v1/probes/box/files", std::move(headers), &body);
  }
  static http::Headers Keyed(const std::string& token) {
    return {{"Authorization", token}, {"Idempotency-Key", "k1"}};
  }
  static std::string ReasonIn(const http::Response& response) {
    return std::string(boost::json::parse(response.body).as_object().at("reason").as_string());
  }

  FileProbe service_;
  rpc::LocalBackend backend_{edge_};
  telemetry::Metrics gateway_metrics_;
  Gateway gateway_{{.access_log_one_in = 0}, backend_, FileMethods(), gateway_metrics_, tracer_};
};

// Each in one loop: an edge belongs to one.

TEST_F(FileEdgeTest, Repeat_IsAnsweredWithTheFirstAnswer) {
  testing::RunLoop([&]() -> Task<> {
    const auto buyer = Buyer();
    const std::string file(50'000, 'f');
    const auto first = co_await Upload(file, Keyed(TokenOf(buyer)));
    EXPECT_EQ(first.status, 201) << first.body;
    EXPECT_EQ(first.headers.Get("Location"), "/v1/probes/file1");
    EXPECT_EQ(first.headers.Get("Idempotent-Replayed"), "");
    clock_.Advance(std::chrono::minutes(5));  // the next token of the same person
    const auto again = co_await Upload(file, Keyed(TokenOf(buyer)));
    EXPECT_EQ(again.status, 201);
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(again.headers.Get("Idempotent-Replayed"), "true");
    EXPECT_EQ(service_.taken, std::vector<std::string>{file});
  });
}

TEST_F(FileEdgeTest, OtherFileUnderTheSameKey_IsAnotherRequest) {
  testing::RunLoop([&]() -> Task<> {
    const auto headers = Keyed(TokenOf(Buyer()));
    const std::string file(50'000, 'f');
    EXPECT_EQ((co_await Upload(file, headers)).status, 201);
    for (const char* end : {"g", ""}) {
      const auto response = co_await Upload(file.substr(1) + end, headers);
      EXPECT_EQ(response.status, 422);
      EXPECT_EQ(ReasonIn(response), "IDEMPOTENCY_KEY_REUSED");
    }
    auto as_picture = headers;
    as_picture.Add("Content-Type", "image/png");
    EXPECT_EQ((co_await Upload(file, as_picture)).status, 422);
    EXPECT_EQ(service_.taken.size(), 1u);
    // Somebody else's key of the same name is another one.
    EXPECT_EQ((co_await Upload("f", Keyed(TokenOf(Buyer())))).status, 201);
  });
}

TEST_F(FileEdgeTest, WhoMayNot_LeavesNothing) {
  testing::RunLoop([&]() -> Task<> {
    const std::string file(50'000, 'f');
    EXPECT_EQ(ReasonIn(co_await Upload(file, {})), "UNAUTHENTICATED");
    EXPECT_EQ(ReasonIn(co_await Upload(file, Keyed("Bearer nonsense"))), "UNAUTHENTICATED");
    EXPECT_EQ(ReasonIn(co_await Upload(file, Keyed(ApiKeyOf(Buyer())))), "PERMISSION_DENIED");
    EXPECT_TRUE(service_.files.empty());
  });
}

TEST_F(FileEdgeTest, WhatIsToldOfTheFile_KeepsItsRules) {
  testing::RunLoop([&]() -> Task<> {
    auto headers = Keyed(TokenOf(Buyer()));
    headers.Add("Content-Type", std::string(101, 't'));
    const auto response = co_await Upload("f", headers);
    EXPECT_EQ(response.status, 400);
    EXPECT_TRUE(response.body.contains("\"field\":\"file.mediaType\",\"reason\":\"TOO_LONG\""))
        << response.body;
  });
}

TEST_F(FileEdgeTest, FileThatGoesOut_IsItsReaders) {
  service_.given = "one two three";
  const auto read = [](http::BodyStream& stream) -> Task<std::string> {
    std::string body;
    try {
      while (auto piece = co_await stream.Next()) body += *piece;
    } catch (const Error& error) {
      body += "|" + error.reason;
    }
    co_return body;
  };
  testing::RunLoop([&]() -> Task<> {
    const auto ask = [&](std::string token) {
      return Ask("GET", "/v1/probes/box/file", http::Headers{{"Authorization", token}});
    };
    const auto whole = co_await ask(TokenOf(Buyer()));
    EXPECT_EQ(whole.status, 200) << whole.body;
    EXPECT_EQ(co_await read(*whole.stream), "one two three");
    EXPECT_EQ((co_await ask("Bearer nonsense")).status, 401);
    // A token that ends in the middle ends the file.
    const auto broken = co_await ask(TokenOf(Buyer()));
    clock_.Advance(std::chrono::minutes(11));
    EXPECT_EQ(co_await read(*broken.stream), "one |UNAUTHENTICATED");
  });
}

}  // namespace
}  // namespace market::gateway
