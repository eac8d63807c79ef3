// Files that go out, as a client of the gateway sees them.
#include "gateway/download.hpp"

#include <gtest/gtest.h>

#include "gateway/testing/file_fixture.hpp"

namespace market::gateway {
namespace {

namespace probe = marketplace::probe::v1;
using google::protobuf::Message;

constexpr const char* kFile = "/v1/probes/box/file";

probe::GiveFileResponse PieceOf(std::string content, std::string next = "") {
  probe::GiveFileResponse piece;
  piece.set_content(std::move(content));
  piece.set_next(std::move(next));
  return piece;
}

probe::GiveFileResponse First(std::string content, std::string next = "") {
  auto piece = PieceOf(std::move(content), std::move(next));
  piece.set_media_type("text/csv; charset=utf-8");
  piece.set_file_name("products.csv");
  return piece;
}

class DownloadTest : public FileTest {
 protected:
  using Answer = std::variant<probe::GiveFileResponse, Error>;

  DownloadTest() {
    backend_.answer = [this](const rpc::Method&, CallContext&, const Message&, Message& out) -> Task<> {
      const Answer answer = answers_.front();
      answers_.pop_front();
      if (const auto* error = std::get_if<Error>(&answer)) throw *error;
      out.CopyFrom(std::get<probe::GiveFileResponse>(answer));
      co_return;
    };
  }
  // All of what comes after the header; "… broken" when it is cut off.
  std::string Read(http::Response& response) {
    if (!response.stream) return response.body;
    EXPECT_TRUE(response.stream->HasEnd());
    return testing::RunLoop([&]() -> Task<std::string> {
      std::string body;
      try {
        while (auto piece = co_await response.stream->Next()) body += *piece;
      } catch (const Error& error) {
        body += " broken: " + error.reason;
      }
      co_return body;
    });
  }

  std::deque<Answer> answers_;
};

TEST_F(DownloadTest, SmallFile_IsAnAnswerLikeAnyOther) {
  answers_ = {First("a,b\n")};
  const auto response = AskNow("GET", std::string(kFile) + "?rows=7", {{"Authorization", "Bearer t"}});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "a,b\n");
  EXPECT_EQ(response.stream, nullptr);
  EXPECT_EQ(response.headers.Get("Content-Type"), "text/csv; charset=utf-8");
  EXPECT_EQ(response.headers.Get("Content-Disposition"), "attachment; filename=\"products.csv\"");
  EXPECT_EQ(response.headers.Get("Cache-Control"), "private, no-store");
  EXPECT_EQ(response.headers.Get("X-Content-Type-Options"), "nosniff");
  ASSERT_EQ(backend_.calls.size(), 1u);
  EXPECT_EQ(backend_.calls[0].request, "text: \"box\" rows: 7");
}

TEST_F(DownloadTest, LargeFile_IsAskedForPieceByPiece) {
  answers_ = {First("one ", "p1"), PieceOf("two ", "p2"), PieceOf("", "p3"), PieceOf("three")};
  auto response = AskNow("GET", std::string(kFile) + "?rows=7",
                         {{"Authorization", "Bearer t"}, {"Accept", "application/json"}});
  EXPECT_EQ(backend_.calls.size(), 1u) << "the rest as it is taken";
  EXPECT_EQ(Shown("http_downloads"), 1);
  EXPECT_EQ(Shown("http_requests_in_flight"), 0);
  EXPECT_EQ(Read(response), "one two three");
  ASSERT_EQ(backend_.calls.size(), 4u);
  EXPECT_EQ(backend_.calls[1].request, "text: \"box\" rows: 7 after: \"p1\"");
  EXPECT_EQ(backend_.calls[3].request, "text: \"box\" rows: 7 after: \"p3\"");
  for (const auto& call : backend_.calls) EXPECT_EQ(call.incoming.authorization, "Bearer t");
  response.stream.reset();
  EXPECT_EQ(Shown("http_downloads"), 0);
}

TEST_F(DownloadTest, RefusedBeforeTheFirstByte_IsAProblem) {
  answers_ = {NotFound("box")};
  const auto response = AskNow("GET", kFile);
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.headers.Get("Content-Type"), "application/problem+json");
  EXPECT_EQ(Summary(AskNow("GET", std::string(kFile) + "?after=p1")), "UNKNOWN_FIELD after:UNKNOWN_FIELD");
}

TEST_F(DownloadTest, RefusedInTheMiddle_BreaksOff) {
  answers_ = {First("one ", "p1"), Error(Code::kUnauthenticated, "UNAUTHENTICATED", "the token has ended")};
  auto response = AskNow("GET", kFile);
  EXPECT_EQ(Read(response), "one  broken: UNAUTHENTICATED");
}

TEST_F(DownloadTest, ServiceThatIsAwayForAMoment_IsAskedAgain) {
  answers_ = {First("one ", "p1"), Unavailable("gone"), DeadlineExceeded("slow"), PieceOf("two")};
  auto response = AskNow("GET", kFile);
  EXPECT_EQ(Read(response), "one two");
  response.stream.reset();
  answers_ = {First("one ", "p1")};
  answers_.insert(answers_.end(), 4, Unavailable("gone"));
  response = AskNow("GET", kFile);
  EXPECT_EQ(Read(response), "one  broken: UNAVAILABLE");
}

TEST_F(DownloadTest, AnswersThatGoNowhere_BreakOff) {
  answers_ = {First("one ", "p1"), PieceOf("", "p1")};
  auto response = AskNow("GET", kFile);
  EXPECT_EQ(Read(response), "one  broken: INTERNAL");
}

TEST_F(DownloadTest, AtOnce_ThereAreNoMoreThanMayBe) {
  answers_ = {First("one ", "p1"), First("one ", "p1"), First("small"), First("one ", "p1")};
  auto first = AskNow("GET", kFile);
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(Reason(AskNow("GET", kFile)), "OVERLOADED");
  EXPECT_EQ(AskNow("GET", kFile).body, "small");
  first.stream.reset();
  EXPECT_EQ(AskNow("GET", kFile).status, 200);
}

constexpr const char* kLook = "/v1/probes/box/look";

TEST_F(DownloadTest, AnswerThatCanBeShown_IsAsAcceptSays) {
  answers_ = {First("<p>"), First("%PDF")};
  const auto page = AskNow("GET", kLook, {{"Authorization", "Bearer t"}, {"Accept", "text/html,*/*;q=0.8"}});
  EXPECT_EQ(page.body, "<p>");
  EXPECT_EQ(page.headers.Get("Content-Disposition"), "inline; filename=\"products.csv\"");
  EXPECT_EQ(page.headers.Get("Content-Security-Policy"),
            "default-src 'none'; style-src 'unsafe-inline'; sandbox");
  EXPECT_EQ(page.headers.Get("Vary"), "Accept, Accept-Language");
  EXPECT_EQ(backend_.calls[0].request, "text: \"box\" media_type: \"text/html\"");
  const auto pdf = AskNow("GET", std::string(kLook) + "?rows=7", {{"Accept", "application/pdf"}});
  EXPECT_EQ(pdf.body, "%PDF");
  EXPECT_EQ(backend_.calls[1].request, "text: \"box\" rows: 7 media_type: \"application/pdf\"");
  EXPECT_EQ(Reason(AskNow("GET", kLook, {{"Accept", "image/png"}})), "NOT_ACCEPTABLE");
  EXPECT_EQ(backend_.calls.size(), 2u);
}

TEST_F(DownloadTest, AnswerThatCanBeShown_IsJsonWhereThatIsAsWelcome) {
  backend_.answer = [](const rpc::Method& method, CallContext&, const Message&, Message& out) -> Task<> {
    EXPECT_TRUE(method.path.ends_with("/LookInto")) << method.path;
    static_cast<probe::ProbeReply&>(out).set_text("seen");
    co_return;
  };
  for (const char* accept : {"", "*/*", "application/json, text/html", "text/html;q=0.5, application/json",
                             "text/*;q=0.1, application/json;q=0.2"}) {
    http::Headers headers;
    if (*accept != 0) headers.Add("Accept", accept);
    const auto response = AskNow("GET", kLook, std::move(headers));
    EXPECT_EQ(response.headers.Get("Content-Type"), "application/json") << accept;
    EXPECT_EQ(response.headers.Get("Vary"), "Accept") << accept;
    EXPECT_TRUE(response.body.contains("seen")) << response.body;
  }
}

TEST(ContentDispositionTest, NamesAreSpelledForEverybody) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "attachment"},
      {"a b-1.csv", "attachment; filename=\"a b-1.csv\""},
      {"Preisliste \xc3\xbc.csv",
       "attachment; filename=\"Preisliste _.csv\"; filename*=UTF-8''Preisliste%20%C3%BC.csv"},
      {"a\"b\\c.csv", "attachment; filename=\"a_b_c.csv\"; filename*=UTF-8''a%22b%5Cc.csv"},
      {"../x%41.csv", "attachment; filename=\".._x_41.csv\"; filename*=UTF-8''..%2Fx%2541.csv"},
      {"a\r\nSet-Cookie: x",
       "attachment; filename=\"a__Set-Cookie: x\"; filename*=UTF-8''a%0D%0ASet-Cookie%3A%20x"},
      {"\xe6\x97\xa5\xe6\x9c\xac.csv",
       "attachment; filename=\"__.csv\"; filename*=UTF-8''%E6%97%A5%E6%9C%AC.csv"},
  };
  for (const auto& [name, header] : cases) EXPECT_EQ(ContentDisposition(name), header);
}

TEST(ContentTypeTest, WhatIsNone_IsBytes) {
  EXPECT_EQ(ContentType({.media_type = "text/csv"}), "text/csv");
  for (const char* none : {"", "text/csv\r\nX: y", "text/\xc3\xbc"})
    EXPECT_EQ(ContentType({.media_type = none}), "application/octet-stream");
}

}  // namespace
}  // namespace market::gateway
