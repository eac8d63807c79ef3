#include "platform/grpc/transport/tls.hpp"

#include <openssl/ssl.h>

#include <filesystem>
#include <random>

#include "platform/grpc/testing/raw_peer.hpp"
#include "platform/grpc/testing/test_certificates.hpp"
#include "platform/grpc/testing/test_loop.hpp"

namespace market::grpc::test {
namespace {

using namespace std::chrono_literals;

class Tls : public Fixture {
 protected:
  ServerOptions MakeServerOptions() override {
    ServerOptions options;
    options.tls = authority.Issue("server", "DNS:localhost,DNS:product,IP:127.0.0.1");
    return options;
  }

  ChannelOptions With(TlsFiles files, std::string identity = "") {
    ChannelOptions options;
    options.tls = std::move(files);
    options.expected_identity = std::move(identity);
    return options;
  }

  ClientReply Try(ChannelOptions options) {
    if (target.empty()) target = server->Listen("127.0.0.1:0");
    Channel attempt(io, target, std::move(options));
    return Sync(attempt.Call("/t.T/Echo", "x", Soon()));
  }

  Authority authority{"ours"};
  Authority other{"theirs"};
};

TEST_F(Tls, GoodCertificates_GiveIdentity) {
  const auto reply = Try(With(authority.Issue("order", "DNS:order,URI:spiffe://market/order")));
  EXPECT_TRUE(reply.status.Ok()) << reply.status.message;
  EXPECT_EQ(seen_identity, "order");
  EXPECT_EQ(server->Stats().handshakes_failed, 0u);
}

TEST_F(Tls, Files_OfOneAuthority_PassTheCheck) { CheckTlsFiles(authority.Issue("order", "DNS:order")); }

TEST_F(Tls, Files_WithAnotherAuthoritysRoot_FailTheCheckByName) {
  auto files = authority.Issue("order", "DNS:order");
  files.ca = other.CaFile();
  try {
    CheckTlsFiles(files);
    FAIL() << "accepted";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string_view(error.what()).find(files.ca), std::string_view::npos) << error.what();
  }
}

TEST_F(Tls, UriName_IsIdentityWhenFirst) {
  EXPECT_TRUE(
      Try(With(authority.Issue("uri", "IP:10.0.0.1,URI:spiffe://market/order,DNS:order"))).status.Ok());
  EXPECT_EQ(seen_identity, "spiffe://market/order");
}

TEST_F(Tls, ExpectedIdentity_IsRequired) {
  const auto files = authority.Issue("order", "DNS:order");
  EXPECT_TRUE(Try(With(files, "product")).status.Ok());
  const auto reply = Try(With(files, "payment"));
  EXPECT_EQ(reply.status.code, Code::kUnavailable);
  EXPECT_EQ(reply.sent, ClientReply::Sent::kNo);
  EXPECT_NE(reply.status.message.find("payment"), std::string::npos) << reply.status.message;
}

TEST_F(Tls, ClientOfAnotherAuthority_IsRefused) {
  auto files = other.Issue("order", "DNS:order");
  files.ca = authority.CaFile();
  const auto reply = Try(With(files));
  EXPECT_EQ(reply.status.code, Code::kUnavailable);
  EXPECT_EQ(reply.sent, ClientReply::Sent::kNo);
  EXPECT_EQ(server->Stats().streams_total, 0u);
  EXPECT_GT(server->Stats().handshakes_failed, 0u);
}

TEST_F(Tls, ServerOfAnotherAuthority_IsRefused) {
  auto files = authority.Issue("order", "DNS:order");
  files.ca = other.CaFile();
  EXPECT_EQ(Try(With(files)).status.code, Code::kUnavailable);
  EXPECT_EQ(server->Stats().streams_total, 0u);
}

TEST_F(Tls, NoClientCertificate_IsRefused) {
  const auto reply = Try(With({"", "", authority.CaFile()}));
  EXPECT_EQ(reply.status.code, Code::kUnavailable);
  EXPECT_EQ(reply.sent, ClientReply::Sent::kNo);
  EXPECT_EQ(server->Stats().streams_total, 0u);
}

TEST_F(Tls, PlaintextClient_IsRefused) {
  EXPECT_EQ(Try({}).status.code, Code::kUnavailable);
  EXPECT_EQ(server->Stats().streams_total, 0u);
}

class TlsHurried : public Tls {
 protected:
  ServerOptions MakeServerOptions() override {
    auto options = Tls::MakeServerOptions();
    options.handshake_timeout = 200ms;
    return options;
  }
};

TEST_F(TlsHurried, SilentClient_IsClosedInTime) {
  target = server->Listen("127.0.0.1:0");
  RawPeer peer(io);
  peer.Connect(target);
  RunUntil([&] { return peer.closed; });
  EXPECT_EQ(server->Stats().handshakes_failed, 1u);
}

// Runs a handshake of OpenSSL's own client against ours, in memory. True when both sides accept.
bool Handshakes(const Authority& authority, const TlsFiles& server_files, const TlsFiles& client_files,
                std::string_view alpn, int max_version) {
  auto context = std::make_shared<TlsContext>(TlsContext::Side::kServer, server_files);
  TlsStream server(context, "");
  SSL_CTX* client_context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_max_proto_version(client_context, max_version);
  SSL_CTX_use_certificate_chain_file(client_context, client_files.certificate.c_str());
  SSL_CTX_use_PrivateKey_file(client_context, client_files.key.c_str(), SSL_FILETYPE_PEM);
  if (!alpn.empty()) {
    SSL_CTX_set_alpn_protos(client_context, reinterpret_cast<const unsigned char*>(alpn.data()),
                            static_cast<unsigned>(alpn.size()));
  }
  SSL* client = SSL_new(client_context);
  BIO* in = BIO_new(BIO_s_mem());
  BIO* out = BIO_new(BIO_s_mem());
  SSL_set_bio(client, in, out);
  SSL_set_connect_state(client);
  bool failed = false;
  for (int i = 0; i < 10 && !failed && !server.Established(); ++i) {
    SSL_do_handshake(client);
    char* data = nullptr;
    const long size = BIO_get_mem_data(out, &data);
    std::string plaintext;
    failed = server.Receive({data, static_cast<std::size_t>(size)}, plaintext) != TlsStream::Result::kOk;
    BIO_reset(out);
    std::string answer;
    server.TakeOutput(answer);
    BIO_write(in, answer.data(), static_cast<int>(answer.size()));
  }
  const bool accepted = server.Established() && !failed;
  SSL_free(client);
  SSL_CTX_free(client_context);
  return accepted;
}

TEST_F(Tls, OnlyVersion13AndAlpnH2) {
  const auto ours = authority.Issue("server", "DNS:localhost");
  const auto client = authority.Issue("client", "DNS:order");
  EXPECT_TRUE(Handshakes(authority, ours, client, "\x02h2", TLS1_3_VERSION));
  EXPECT_TRUE(Handshakes(authority, ours, client, "\x08http/1.1\x02h2", TLS1_3_VERSION));
  EXPECT_FALSE(Handshakes(authority, ours, client, "\x08http/1.1", TLS1_3_VERSION));
  EXPECT_FALSE(Handshakes(authority, ours, client, "", TLS1_3_VERSION));
  EXPECT_FALSE(Handshakes(authority, ours, client, "\x02h2", TLS1_2_VERSION));
}

TEST_F(Tls, Reload_NewConnectionsUseNewFiles) {
  const auto client = authority.Issue("order", "DNS:order");
  EXPECT_TRUE(Try(With(client, "product")).status.Ok());
  authority.Issue("server", "DNS:renamed");  // the same paths
  server->ReloadTls();
  EXPECT_FALSE(Try(With(client, "product")).status.Ok());
  EXPECT_TRUE(Try(With(client, "renamed")).status.Ok());
}

TEST_F(Tls, Reload_BadFiles_KeepsTheOldOnes) {
  const auto files = authority.Issue("server", "DNS:product");
  std::filesystem::resize_file(files.key, 10);
  EXPECT_THROW(server->ReloadTls(), std::runtime_error);
  EXPECT_TRUE(Try(With(authority.Issue("order", "DNS:order"), "product")).status.Ok());
}

TEST_F(Tls, MissingFiles_ThrowNamingTheFile) {
  ServerOptions options;
  options.tls = TlsFiles{"/nonexistent.pem", "/nonexistent.key", authority.CaFile()};
  try {
    Server broken(io, options);
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("/nonexistent.pem"), std::string::npos) << error.what();
  }
}

TEST_F(Tls, MegabytesEachWay) {
  Connect("127.0.0.1:0", With(authority.Issue("order", "DNS:order")));
  static constexpr auto kWriter = [](std::shared_ptr<ClientCall> call) -> Task<> {
    for (int i = 0; i < 100; ++i) co_await call->Write(std::string(100'000, 'a'));
    co_await call->WritesDone();
  };
  static constexpr auto kReader = [](std::shared_ptr<ClientCall> call) -> Task<std::size_t> {
    std::size_t bytes = 0;
    while (auto message = co_await call->Read()) bytes += message->size();
    co_return bytes;
  };
  const auto call = channel->Open("/t.T/EchoAll", Soon());
  Start(kWriter(call));
  EXPECT_EQ(Sync(kReader(call)), 10'000'000u);
}

class TlsLoad : public Tls {
 protected:
  static Task<> Hammer(TlsLoad& test, int calls, unsigned seed);

  int wrong = 0;
};

// Stops when the fixture is torn down under it: a test that ran out of time says so, and nothing else.
Task<> TlsLoad::Hammer(TlsLoad& test, int calls, unsigned seed) {
  std::minstd_rand random(seed);
  for (int i = 0; i < calls && test.channel != nullptr; ++i) {
    const auto kind = random() % 10;
    if (kind == 0) {
      const auto reply =
          co_await test.channel->Call("/t.T/Slow", "", Within(std::chrono::milliseconds(random() % 20)));
      if (reply.status.code != Code::kDeadlineExceeded) ++test.wrong;
    } else if (kind == 1) {
      auto call = test.channel->Open("/t.T/EchoAll", Soon());
      const auto messages = random() % 4;
      for (auto n = messages; n > 0; --n) co_await call->Write(std::string(random() % 3000, 's'));
      if (messages > 0) co_await call->Read();
      if (random() % 2 == 0) call->Cancel();
    } else if (kind == 2) {
      auto call = test.channel->Open("/t.T/Repeat", Soon());
      co_await call->Write(std::to_string(random() % 500));
      for (auto n = random() % 20; n > 0; --n) {
        if (!co_await call->Read()) break;
      }
    } else {
      const std::string request(random() % 2000, 'u');
      const auto reply = co_await test.channel->Call("/t.T/Echo", request, Soon());
      if (!reply.status.Ok() || reply.message != request) ++test.wrong;
    }
  }
}

// The case that crashed the prototype: load over TLS with cancellations, best under address sanitizer.
TEST_F(TlsLoad, WithRandomCancels_LosesNothing) {
  Connect("127.0.0.1:0", With(authority.Issue("order", "DNS:order")));
  std::vector<std::shared_ptr<bool>> done;
  for (unsigned i = 0; i < 64; ++i) done.push_back(Start(Hammer(*this, 100, i + 1)));
  RunUntil([&] { return std::ranges::all_of(done, [](const auto& flag) { return *flag; }); });
  EXPECT_EQ(wrong, 0);
  RunUntil([&] { return server->Stats().handlers_running == 0; });
}

}  // namespace
}  // namespace market::grpc::test
