// Files that come in, as a client of the gateway and the service behind it see them.
#include "gateway/upload.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "gateway/testing/file_fixture.hpp"
#include "platform/crypto/base64url.hpp"
#include "platform/crypto/digest.hpp"
#include "platform/crypto/hex.hpp"
#include "platform/runtime/one_shot.hpp"

namespace market::gateway {
namespace {

namespace probe = marketplace::probe::v1;
using google::protobuf::Message;
using marketplace::type::v1::Piece;
using ::testing::ElementsAre;

constexpr const char* kFiles = "/v1/probes/box/files";

std::string Long(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 7 >> 4);
  return text;
}

http::BodyFailure Broken(std::optional<http::Fault> fault) { return http::BodyFailure(fault); }

// As the gateway reads it: who signed it does not matter to it.
std::string TokenOf(const std::string& subject, const std::string& rest = "") {
  return "Bearer " + crypto::Base64UrlEncode(R"({"alg":"ES256"})") + "." +
         crypto::Base64UrlEncode(R"({"iss":"x","sub":")" + subject + "\"" + rest + "}") + ".signature";
}

class UploadTest : public FileTest {
 protected:
  UploadTest() {
    backend_.answer = [this](const rpc::Method& method, CallContext&, const Message& request,
                             Message& answer) -> Task<> {
      if (method.name == "AddPiece") {
        const auto& piece = static_cast<const Piece&>(request);
        if (!refusals_.empty()) {
          const Error refusal = refusals_.front();
          refusals_.pop_front();
          throw refusal;
        }
        pieces_.push_back(piece);
      } else if (method.name == "TakeFile") {
        taken_ = static_cast<const probe::TakeFileRequest&>(request);
        static_cast<probe::ProbeReply&>(answer).set_text("made");
      }
      co_return;
    };
  }
  http::Response Upload(Parts body, http::Headers headers = {}, const std::string& target = kFiles) {
    auto response = AskNow("POST", target, std::move(headers), &body);
    asked_ = body.asked;
    return response;
  }
  http::Response Upload(const std::string& body, http::Headers headers = {}) {
    return Upload(Parts(body, 50'000), std::move(headers));
  }
  std::vector<std::size_t> Sizes() const {
    std::vector<std::size_t> sizes;
    for (const auto& piece : pieces_) sizes.push_back(piece.content().size());
    return sizes;
  }
  std::string Came() const {
    std::string came;
    for (const auto& piece : pieces_) {
      EXPECT_EQ(piece.offset(), static_cast<std::int64_t>(came.size()));
      EXPECT_EQ(piece.upload_id(), pieces_.front().upload_id());
      came += piece.content();
    }
    return came;
  }
  // Under which id the pieces of a request go.
  std::string IdFor(http::Headers headers) {
    pieces_.clear();
    EXPECT_EQ(Upload("x", std::move(headers)).status, 201);
    EXPECT_EQ(taken_.file().id(), pieces_.front().upload_id());
    return taken_.file().id();
  }

  std::deque<Error> refusals_;  // of the next pieces
  std::vector<Piece> pieces_;   // that were taken
  probe::TakeFileRequest taken_;
  int asked_ = 0;
};

TEST_F(UploadTest, PiecesGoFirst_ThenTheMethodIsToldOfThem) {
  const auto file = Long(300'000);
  const auto response =
      Upload(Parts(file, 50'000),
             {{"Authorization", "Bearer t"}, {"Content-Type", "image/png; x=y"}, {"Idempotency-Key", "k1"}},
             std::string(kFiles) + "?dryRun=true");
  EXPECT_EQ(response.status, 201) << response.body;
  EXPECT_EQ(response.headers.Get("Location"), "/v1/probes/made");
  EXPECT_EQ(Json(response).at("text").as_string(), "made");
  EXPECT_EQ(Came(), file);
  EXPECT_THAT(Sizes(), ElementsAre(16'384, 196'608, 87'008));
  EXPECT_EQ(taken_.text(), "box");
  EXPECT_TRUE(taken_.dry_run());
  EXPECT_EQ(taken_.file().id(), pieces_.front().upload_id());
  EXPECT_EQ(taken_.file().size(), 300'000);
  std::string digest;
  crypto::AppendHex(digest, crypto::Sha256(file));
  EXPECT_EQ(taken_.file().sha256(), digest);
  EXPECT_EQ(taken_.file().media_type(), "image/png; x=y");
  ASSERT_EQ(backend_.calls.size(), 4u);
  for (const auto& call : backend_.calls) {
    EXPECT_EQ(call.incoming.authorization, "Bearer t");
    EXPECT_EQ(call.incoming.idempotency_key, call.method == "TakeFile" ? "k1" : "") << call.method;
  }
}

TEST_F(UploadTest, CutAlike_WhateverWayTheBodyComes) {
  const auto file = Long(230'000);
  for (const std::size_t size : {1'000u, 16'384u, 65'536u, 230'000u}) {
    pieces_.clear();
    EXPECT_EQ(Upload(Parts(file, size)).status, 201);
    EXPECT_THAT(Sizes(), ElementsAre(16'384, 196'608, 17'008)) << size;
    EXPECT_EQ(Came(), file) << size;
  }
  for (const std::size_t size : {1u, 16'384u, 16'385u, 212'992u, 212'993u}) {
    pieces_.clear();
    EXPECT_EQ(Upload(Long(size)).status, 201);
    EXPECT_EQ(Came(), Long(size)) << size;
    EXPECT_EQ(taken_.file().size(), static_cast<std::int64_t>(size));
  }
}

TEST_F(UploadTest, WhoIsTurnedAway_IsToldAfterTheFirstPiece) {
  refusals_ = {Error(Code::kUnauthenticated, "UNAUTHENTICATED", "no"),
               Error(Code::kPermissionDenied, "PERMISSION_DENIED", "no"),
               NotFound("box"),
               Error(Code::kResourceExhausted, "RATE_LIMITED", "no"),
               Error(Code::kResourceExhausted, "OVERLOADED", "no"),
               Error(Code::kFailedPrecondition, "LIMIT_REACHED", "no").WithMetadata("limit", "8")};
  for (const int status : {401, 403, 404, 429, 503, 409}) {
    EXPECT_EQ(Upload(Parts(Long(900'000), 10'000)).status, status);
    EXPECT_EQ(asked_, 2) << "no more than a piece was read";
  }
  EXPECT_TRUE(pieces_.empty());
  EXPECT_EQ(taken_.file().size(), 0);
}

TEST_F(UploadTest, RefusedInTheMiddle_IsTheAnswer) {
  Parts body(Long(900'000), 50'000);
  body.before_next = [&]() -> Task<> {
    if (pieces_.size() == 2)
      refusals_ = {Error(Code::kUnauthenticated, "UNAUTHENTICATED", "the token has ended")};
    co_return;
  };
  EXPECT_EQ(Reason(AskNow("POST", kFiles, {}, &body)), "UNAUTHENTICATED");
  EXPECT_EQ(pieces_.size(), 2u);
}

TEST_F(UploadTest, PieceThatGotLost_IsSentAgain) {
  refusals_ = {Unavailable("gone"), DeadlineExceeded("slow"), Unavailable("gone")};
  const auto file = Long(20'000);
  EXPECT_EQ(Upload(file).status, 201);
  EXPECT_EQ(Came(), file);
  pieces_.clear();
  refusals_.assign(4, Unavailable("gone"));
  EXPECT_EQ(Upload(file).status, 503);
  EXPECT_TRUE(pieces_.empty());
}

TEST_F(UploadTest, WhoHasTooMuchToDo_IsAskedAgainWhereAPartHasCome) {
  Parts body(Long(40'000), 20'000);
  body.before_next = [&]() -> Task<> {
    if (pieces_.size() == 1) {
      refusals_ = {
          Error(Code::kResourceExhausted, "OVERLOADED", "busy").WithRetryAfter(std::chrono::milliseconds(1))};
    }
    co_return;
  };
  EXPECT_EQ(AskNow("POST", kFiles, {}, &body).status, 201);
  EXPECT_EQ(Came(), Long(40'000));
}

TEST_F(UploadTest, EmptyFile_IsNone) {
  const auto refused = [](const http::Response& response) {
    EXPECT_EQ(response.status, 400);
    EXPECT_EQ(Json(response).at("detail").as_string(), "the body is the file, and it is empty");
  };
  refused(Upload(""));
  refused(AskNow("POST", kFiles));
  EXPECT_TRUE(backend_.calls.empty());
}

TEST_F(UploadTest, BodyThatDoesNotComeWhole_IsNotTaken) {
  const auto broken = [&](std::optional<http::Fault> fault) {
    return Upload(Parts({Long(100'000)}, Broken(fault)));
  };
  auto response = broken(http::Fault::kBodyTooLarge);
  EXPECT_EQ(response.status, 413);
  EXPECT_EQ(Reason(response), "BODY_TOO_LARGE");
  EXPECT_EQ(Json(response).at("detail").as_string(), "the file can have at most 1000000 bytes");
  response = broken(http::Fault::kTooSlow);
  EXPECT_EQ(response.status, 408);
  EXPECT_EQ(Reason(response), "REQUEST_TIMEOUT");
  EXPECT_EQ(broken(http::Fault::kBadRequest).status, 400);
  EXPECT_EQ(broken(std::nullopt).status, 499);
  for (const auto& call : backend_.calls) EXPECT_EQ(call.method, "AddPiece");
}

TEST_F(UploadTest, BodyThatIsNotTheFile_IsRefused) {
  const std::vector<http::Headers> unfit = {{{"Content-Encoding", "gzip"}},
                                            {{"Content-Type", "multipart/form-data; boundary=x"}},
                                            {{"Content-Type", "Multipart/Mixed"}},
                                            {{"Content-Type", "image/png"}, {"Content-Type", "text/csv"}},
                                            {{"Content-Type", "image/\xc3\xa4"}}};
  for (const auto& headers : unfit) {
    const auto response = Upload("x", headers);
    EXPECT_EQ(response.status, 415);
    EXPECT_EQ(Reason(response), "UNSUPPORTED_MEDIA_TYPE");
    EXPECT_EQ(asked_, 0);
  }
  EXPECT_EQ(Upload("x", {{"Content-Encoding", "identity"}}).status, 201);
  EXPECT_EQ(taken_.file().media_type(), "");
}

TEST_F(UploadTest, WhatElseIsWrong_IsToldBeforeTheBody) {
  const auto refused = [&](const std::string& target, http::Headers headers = {}) {
    const auto response = Upload(Parts("x", 1), std::move(headers), target);
    EXPECT_EQ(asked_, 0) << target;
    return Summary(response);
  };
  EXPECT_EQ(refused(std::string(kFiles) + "?dryRun=perhaps"), "INVALID_ARGUMENT dryRun:WRONG_TYPE");
  EXPECT_EQ(refused(std::string(kFiles) + "?file.size=1"), "UNKNOWN_FIELD file.size:UNKNOWN_FIELD");
  EXPECT_EQ(refused(kFiles, {{"Accept", "image/png"}}), "NOT_ACCEPTABLE");
  EXPECT_EQ(refused(kFiles, {{"Idempotency-Key", ""}}), "INVALID_ARGUMENT Idempotency-Key:INVALID_FORMAT");
  EXPECT_EQ(refused(kFiles, {{"Authorization", "Bearer t"}, {"Idempotency-Key", std::string(256, 'k')}}),
            "INVALID_ARGUMENT Idempotency-Key:INVALID_FORMAT");
  EXPECT_TRUE(backend_.calls.empty());
}

TEST_F(UploadTest, Repeat_IsTheSameRequest) {
  const auto id = [&](const std::string& token, const std::string& key) {
    return IdFor({{"Authorization", token}, {"Idempotency-Key", key}});
  };
  const auto first = id(TokenOf("ada"), "k1");
  EXPECT_EQ(id(TokenOf("ada"), "k1"), first);
  EXPECT_EQ(id(TokenOf("ada", R"(,"sid":"another session")"), "k1"), first) << "with the next token";
  EXPECT_EQ(id(TokenOf("ada"), "\"k1\""), first) << "quoted";
  EXPECT_EQ(id("Bearer mk_secret", "k1"), id("Bearer mk_secret", "k1"));
  std::set<std::string> others = {first,
                                  id(TokenOf("ada"), "k2"),
                                  id(TokenOf("bob"), "k1"),
                                  id("Bearer mk_secret", "k1"),
                                  id("Bearer mk_other", "k1"),
                                  id("Bearer a.???.c", "k1"),
                                  id("Bearer a.e30.c", "k1")};
  others.insert(IdFor({{"Idempotency-Key", "k1"}}));
  EXPECT_EQ(others.size(), 8u);
  EXPECT_NE(IdFor({{"Authorization", TokenOf("ada")}}), IdFor({{"Authorization", TokenOf("ada")}}))
      << "without a key each is one of its own";
}

// One that waits for its client is no request that is worked on; of these there may be as many as are said.
TEST_F(UploadTest, AtOnce_ThereAreNoMoreThanMayBe) {
  testing::RunLoop([&]() -> Task<> {
    const auto waits = std::make_shared<runtime::OneShot<>>();
    Parts slow(Long(100'000), 50'000);
    slow.before_next = [&]() -> Task<> {
      if (slow.asked == 3) co_await waits->Wait();
    };
    const auto first = [&]() -> Task<> { EXPECT_EQ((co_await Ask("POST", kFiles, {}, &slow)).status, 201); };
    const auto others = [&]() -> Task<> {
      co_await testing::Eventually([&] { return slow.asked == 3; });
      EXPECT_EQ(Shown("http_uploads"), 1);
      EXPECT_EQ(Shown("http_requests_in_flight"), 0);
      EXPECT_EQ((co_await Ask("GET", "/v1/probes")).status, 200);
      Parts second(Long(50'000), 50'000);
      const auto refused = co_await Ask("POST", kFiles, {}, &second);
      EXPECT_EQ(refused.status, 503);
      EXPECT_EQ(Reason(refused), "OVERLOADED");
      EXPECT_FALSE(refused.headers.Get("Retry-After").empty());
      waits->Set();
    };
    std::vector<Task<>> both;
    both.push_back(first());
    both.push_back(others());
    co_await testing::AtOnce(std::move(both));
    Parts third(Long(50'000), 50'000);
    EXPECT_EQ((co_await Ask("POST", kFiles, {}, &third)).status, 201);
  });
  EXPECT_EQ(Shown("http_uploads"), 0);
  EXPECT_EQ(Shown("http_requests_in_flight"), 0);
}

TEST_F(UploadTest, ServerIsTold_WhichBodiesAreFiles) {
  const auto most = [&](const char* method, const char* target) {
    return files_.UploadBytesMax({method, target, {}, "", ""}).value_or(0);
  };
  EXPECT_EQ(most("POST", "/v1/probes/box/files"), 1'000'000u);
  EXPECT_EQ(most("POST", "/v1/probes/box/files?dryRun=true"), 1'000'000u);
  EXPECT_EQ(most("POST", "/v1/probes"), 0u);
  EXPECT_EQ(most("PUT", "/v1/probes/box/files"), 0u);
  EXPECT_EQ(most("POST", "/v1/probes/box/files/more"), 0u);
  EXPECT_EQ(gateway_.UploadBytesMax({"POST", "/v1/probes/box/files", {}, "", ""}), std::nullopt);
}

}  // namespace
}  // namespace market::gateway
