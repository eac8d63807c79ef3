// Files through the gateway behind its real server: what stands on the wire.
#include <gtest/gtest.h>

#include "gateway/testing/file_fixture.hpp"
#include "platform/http/testing/raw_client.hpp"

namespace market::gateway {
namespace {

namespace probe = marketplace::probe::v1;
using google::protobuf::Message;

class FileHttpTest : public FileTest {
 protected:
  // All that is answered to `input`, after whose last request the connection is closed.
  std::string Exchange(const std::string& input) {
    return testing::RunLoop([&](boost::asio::io_context& io) -> Task<std::string> {
      http::ServerOptions options;
      options.pulled_bytes_max = [&](const http::Request& head) { return files_.UploadBytesMax(head); };
      options.on_fault = [&](http::Fault fault) { return files_.Answer(fault); };
      http::Server server(io, options, [&](http::Request& request) { return files_.Handle(request); });
      http::RawClient client(io, server.Listen("127.0.0.1:0"));
      co_await client.Send(input);
      auto answer = co_await client.ReceiveAll();
      client.Close();
      co_await server.Drain(testing::Soon());
      co_return answer;
    });
  }
  void TakeAll() {
    backend_.answer = [this](const rpc::Method& method, CallContext&, const Message& request,
                             Message& answer) -> Task<> {
      if (method.name == "AddPiece") {
        came_ += static_cast<const marketplace::type::v1::Piece&>(request).content();
      } else if (method.name == "TakeFile") {
        static_cast<probe::ProbeReply&>(answer).set_text("made");
      }
      co_return;
    };
  }
  std::string came_;
};

std::string Posted(const std::string& rest) {
  return "POST /v1/probes/box/files HTTP/1.1\r\nHost: a\r\n" + rest;
}
std::string Sized(std::size_t size) { return "Content-Length: " + std::to_string(size) + "\r\n\r\n"; }

TEST_F(FileHttpTest, FilesAndOtherRequests_ShareAConnection) {
  TakeAll();
  const std::string file(600'000, 'f');
  const auto answer =
      Exchange(Posted(Sized(file.size())) + file + "GET /v1/probes HTTP/1.1\r\nHost: a\r\n\r\n" +
               Posted("Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n") +
               "GET /v1/probes HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(came_, file + "abc");
  std::size_t at = 0;
  for (const char* status : {" 201 Created", " 200 OK", " 201 Created", " 200 OK"}) {
    at = answer.find("HTTP/1.1" + std::string(status), at);
    ASSERT_NE(at, std::string::npos) << answer;
    ++at;
  }
}

TEST_F(FileHttpTest, FileThatIsTooLarge_IsToldSo) {
  TakeAll();
  for (const auto& input :
       {Posted(Sized(1'000'001)), Posted("Transfer-Encoding: chunked\r\n\r\nf4241\r\n")}) {
    const auto answer = Exchange(input);
    EXPECT_EQ(http::StatusIn(answer), 413);
    EXPECT_TRUE(answer.contains("\"reason\":\"BODY_TOO_LARGE\"")) << answer;
  }
  EXPECT_EQ(came_, "");
  EXPECT_EQ(http::StatusIn(Exchange("POST /v1/probes HTTP/1.1\r\nHost: a\r\n" + Sized(70'000))), 413)
      << "all others as before";
}

TEST_F(FileHttpTest, WhoIsTurnedAway_NeedNotSendIt) {
  FailWith(Error(Code::kUnauthenticated, "UNAUTHENTICATED", "who are you?"));
  const auto answer =
      Exchange(Posted("Content-Type: text/csv\r\n" + Sized(900'000)) + std::string(100'000, 'x'));
  EXPECT_EQ(http::StatusIn(answer), 401);
  EXPECT_TRUE(answer.contains("Connection: close\r\n")) << answer;
  EXPECT_EQ(backend_.calls.size(), 1u);
  EXPECT_EQ(
      http::StatusIn(Exchange(Posted("Content-Encoding: gzip\r\nExpect: 100-continue\r\n" + Sized(900'000)))),
      415)
      << "and is not invited to";
}

TEST_F(FileHttpTest, FileThatGoesOut_HasAnEndOnlyWhenItIsWhole) {
  int asked = 0;
  bool fails = false;
  backend_.answer = [&](const rpc::Method&, CallContext&, const Message&, Message& out) -> Task<> {
    auto& piece = static_cast<probe::GiveFileResponse&>(out);
    if (++asked == 3 && fails) throw NotFound("it");
    piece.set_content("part" + std::to_string(asked));
    if (asked < 3) piece.set_next("p" + std::to_string(asked));
    co_return;
  };
  const std::string get = "GET /v1/probes/box/file HTTP/1.1\r\nHost: a\r\n\r\n";
  auto answer = Exchange(get);
  EXPECT_TRUE(answer.contains("Transfer-Encoding: chunked\r\n")) << answer;
  EXPECT_TRUE(answer.contains("Content-Disposition: attachment\r\n")) << answer;
  EXPECT_TRUE(answer.ends_with("5\r\npart1\r\n5\r\npart2\r\n5\r\npart3\r\n0\r\n\r\n")) << answer;
  asked = 0;
  fails = true;
  answer = Exchange(get);
  EXPECT_EQ(http::StatusIn(answer), 200);
  EXPECT_TRUE(answer.ends_with("5\r\npart1\r\n5\r\npart2\r\n")) << answer;
}

}  // namespace
}  // namespace market::gateway
