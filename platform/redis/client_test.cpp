#include "platform/redis/client.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <vector>

#include "platform/testing/run_loop.hpp"

namespace market::redis {
namespace {

const Work kNoWork(runtime::kNoDeadline);

using namespace std::chrono_literals;
namespace asio = boost::asio;
using testing::Eventually;
using testing::RunLoop;

class Directory {
 public:
  Directory() {
    std::string name = (std::filesystem::temp_directory_path() / "market_redis_XXXXXX").string();
    if (!mkdtemp(name.data())) throw std::runtime_error("mkdtemp failed");
    path_ = name;
  }
  ~Directory() { std::filesystem::remove_all(path_); }
  std::string Socket() const { return path_ + "/redis.sock"; }
  const std::string& Path() const { return path_; }

 private:
  std::string path_;
};

// A real redis-server that listens on a socket in `directory` only.
class Server {
 public:
  explicit Server(const Directory& directory, std::vector<std::string> more = {}) {
    std::vector<std::string> words = {"redis-server",
                                      "--port",
                                      "0",
                                      "--unixsocket",
                                      directory.Socket(),
                                      "--dir",
                                      directory.Path(),
                                      "--save",
                                      "",
                                      "--appendonly",
                                      "no"};
    words.insert(words.end(), more.begin(), more.end());
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    pid_ = fork();
    if (pid_ == 0) {
      const int null = open("/dev/null", O_RDWR);
      dup2(null, STDOUT_FILENO);
      dup2(null, STDERR_FILENO);
      execvp(argv[0], argv.data());
      _exit(127);
    }
  }
  ~Server() { Stop(); }
  void Signal(int signal) const { kill(pid_, signal); }
  void Stop() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(std::exchange(pid_, -1), nullptr, 0);
  }

 private:
  pid_t pid_ = -1;
};

Task<> UntilConnected(const Client& client) {
  return Eventually([&client] { return client.Connected(); });
}

Options At(const Directory& directory) {
  return {.address = "unix:" + directory.Socket(), .timeout = 2s, .max_reconnect_pause = 50ms};
}

Task<> ValuesAndCounters(asio::io_context& io) {
  Directory directory;
  Server server(directory);
  Client client(io, At(directory));
  client.Start();
  co_await UntilConnected(client);

  EXPECT_EQ(co_await client.Get(kNoWork, "k"), std::nullopt);
  const std::string binary("a\0\r\n$5\xff", 7);
  co_await client.Set(kNoWork, "k", binary, 1h);
  EXPECT_EQ(co_await client.Get(kNoWork, "k"), binary);
  co_await client.Set(kNoWork, "k", "", 1h);
  EXPECT_EQ(co_await client.Get(kNoWork, "k"), "");
  const std::string large(300'000, 'x');
  co_await client.Set(kNoWork, "large", large, 1h);
  EXPECT_EQ(co_await client.Get(kNoWork, "large"), large);
  co_await client.Delete(kNoWork, "k");
  EXPECT_EQ(co_await client.Get(kNoWork, "k"), std::nullopt);
  EXPECT_EQ(client.GetStats().hits, 3u);
  EXPECT_EQ(client.GetStats().misses, 2u);
  EXPECT_EQ(client.GetStats().writes, 4u);

  co_await client.Set(kNoWork, "no time", "x", 0ms);
  co_await client.Set(kNoWork, "too large", std::string((1 << 20) + 1, 'x'), 1h);
  EXPECT_EQ(client.GetStats().skipped, 2u);

  for (int i = 1; i <= 3; ++i) EXPECT_EQ(co_await client.IncrementWithin(kNoWork, "n", 1h), i);
  EXPECT_EQ(co_await client.IncrementWithin(kNoWork, "short", 30ms), 1);
  std::optional<std::int64_t> count;
  const auto deadline = testing::Soon();
  while (runtime::Deadline::clock::now() < deadline) {
    co_await runtime::SleepFor(40ms);
    count = co_await client.IncrementWithin(kNoWork, "short", 30ms);
    if (count == 1) break;
  }
  EXPECT_EQ(count, 1) << "the window never ended";

  // A key of another type is an error of the cache, not of the caller.
  co_await client.Set(kNoWork, "n", "text", 1h);
  EXPECT_EQ(co_await client.IncrementWithin(kNoWork, "n", 1h), std::nullopt);
  EXPECT_GE(client.GetStats().errors, 1u);
  EXPECT_EQ(co_await client.Get(kNoWork, "n"), "text");
  co_await client.Close();
}
TEST(RedisClient, Connected_KeepsValuesAndCounts) { RunLoop(ValuesAndCounters); }

Task<> ReadBack(Client& client, int i) {
  co_await client.Set(kNoWork, "k" + std::to_string(i), std::to_string(i), 1h);
  EXPECT_EQ(co_await client.Get(kNoWork, "k" + std::to_string(i)), std::to_string(i));
}
Task<> ManyAtOnce(asio::io_context& io) {
  Directory directory;
  Server server(directory);
  Client client(io, At(directory));
  client.Start();
  co_await UntilConnected(client);
  co_await testing::AtOnce(500, [&](int i) { return ReadBack(client, i); });
  EXPECT_EQ(client.GetStats().hits, 500u);
  EXPECT_EQ(client.GetStats().connects, 1u);
  co_await client.Close();
}
TEST(RedisClient, ManyCallers_GetTheirOwnReplies) { RunLoop(ManyAtOnce); }

Task<> Passwords(asio::io_context& io) {
  Directory directory;
  Server server(directory, {"--requirepass", "hunter2"});
  auto options = At(directory);
  options.key_prefix = "p:";
  options.password = "hunter2";
  Client client(io, options);
  client.Start();
  co_await UntilConnected(client);
  co_await client.Set(kNoWork, "k", "v", 1h);
  EXPECT_EQ(co_await client.Get(kNoWork, "k"), "v");

  options.key_prefix = "";
  Client bare(io, options);
  bare.Start();
  co_await UntilConnected(bare);
  EXPECT_EQ(co_await bare.Get(kNoWork, "p:k"), "v");

  options.password = "wrong";
  Client wrong(io, options);
  std::string reason;
  wrong.OnConnectionChange([&reason](bool, std::string_view why) { reason = why; });
  wrong.Start();
  co_await Eventually([&reason] { return !reason.empty(); });
  EXPECT_NE(reason.find("NOAUTH"), std::string::npos) << reason;
  EXPECT_FALSE(wrong.Connected());
  co_await client.Close();
  co_await bare.Close();
  co_await wrong.Close();
}
TEST(RedisClient, Password_IsNeeded) { RunLoop(Passwords); }

Task<> AbsentThenBackThenGone(asio::io_context& io) {
  Directory directory;
  Client client(io, At(directory));
  client.Start();
  // Nobody listens: calls miss without waiting.
  const auto start = runtime::Deadline::clock::now();
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(co_await client.Get(kNoWork, "k"), std::nullopt);
  co_await client.Set(kNoWork, "k", "v", 1h);
  EXPECT_EQ(co_await client.IncrementWithin(kNoWork, "n", 1h), std::nullopt);
  EXPECT_LT(runtime::Deadline::clock::now() - start, 2s);
  EXPECT_EQ(client.GetStats().skipped, 1002u);

  auto server = std::make_unique<Server>(directory);
  co_await UntilConnected(client);
  co_await client.Set(kNoWork, "k", "v", 1h);
  EXPECT_EQ(co_await client.Get(kNoWork, "k"), "v");

  server->Stop();
  co_await Eventually([&client] { return !client.Connected(); });
  EXPECT_EQ(co_await client.Get(kNoWork, "k"), std::nullopt);

  server = std::make_unique<Server>(directory);
  co_await UntilConnected(client);
  EXPECT_EQ(co_await client.Get(kNoWork, "k"), std::nullopt);
  EXPECT_EQ(client.GetStats().connects, 2u);
  co_await client.Close();
}
TEST(RedisClient, ServerComesAndGoes_IsAlwaysAMissAtWorst) { RunLoop(AbsentThenBackThenGone); }

Task<> Hanging(asio::io_context& io) {
  Directory directory;
  Server server(directory);
  auto options = At(directory);
  Client patient(io, options);
  options.timeout = 20ms;
  options.connect_timeout = 100ms;
  options.timeouts_to_reconnect = 3;
  Client client(io, options);
  patient.Start();
  client.Start();
  co_await UntilConnected(patient);
  co_await UntilConnected(client);
  co_await patient.Set(kNoWork, "k", "v", 1h);

  server.Signal(SIGSTOP);
  const auto start = runtime::Deadline::clock::now();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(co_await client.Get(kNoWork, "k"), std::nullopt);
  EXPECT_FALSE(client.Connected());
  EXPECT_LT(runtime::Deadline::clock::now() - start, 2s);
  // The kernel still accepts connections for the stopped server; without a PONG they aren't used.
  co_await runtime::SleepFor(50ms);
  EXPECT_FALSE(client.Connected());
  EXPECT_EQ(client.GetStats().connects, 1u);
  server.Signal(SIGCONT);
  co_await UntilConnected(client);
  co_await Eventually([&patient] { return patient.Connected(); });
  EXPECT_EQ(co_await patient.Get(kNoWork, "k"), "v");
  co_await client.Close();
  co_await patient.Close();
}
TEST(RedisClient, HangingServer_CostsAFewTimeoutsOnly) { RunLoop(Hanging); }

Task<> SlowReply(asio::io_context& io) {
  Directory directory;
  Server server(directory);
  auto options = At(directory);
  options.timeout = 30ms;
  options.timeouts_to_reconnect = 100;
  Client client(io, options);
  client.Start();
  co_await UntilConnected(client);
  server.Signal(SIGSTOP);
  EXPECT_EQ(co_await client.IncrementWithin(kNoWork, "late", 1h), std::nullopt);
  server.Signal(SIGCONT);
  // Answers that come too late must not be taken for those of the next commands.
  co_await client.Set(kNoWork, "k", "v", 1h);
  std::optional<std::string> value;
  const auto deadline = testing::Soon();
  while (!value && runtime::Deadline::clock::now() < deadline) {
    co_await client.Set(kNoWork, "k", "v", 1h);
    value = co_await client.Get(kNoWork, "k");
  }
  EXPECT_EQ(value, "v");
  EXPECT_EQ(client.GetStats().connects, 1u);
  co_await client.Close();
}
TEST(RedisClient, LateReplies_AreDropped) { RunLoop(SlowReply); }

// Answers the PING and then sends nonsense.
Task<> TalkNonsense(asio::local::stream_protocol::acceptor& acceptor, std::string nonsense) {
  auto socket = co_await acceptor.async_accept(asio::use_awaitable);
  std::array<char, 256> buffer{};
  co_await socket.async_read_some(asio::buffer(buffer), asio::use_awaitable);
  const std::string pong = "+PONG\r\n";
  co_await asio::async_write(socket, asio::buffer(pong), asio::use_awaitable);
  co_await socket.async_read_some(asio::buffer(buffer), asio::use_awaitable);
  co_await asio::async_write(socket, asio::buffer(nonsense), asio::use_awaitable);
  try {
    co_await socket.async_read_some(asio::buffer(buffer), asio::use_awaitable);
  } catch (const boost::system::system_error&) {
    co_return;  // the client hung up, as it should
  }
}
Task<> ExpectNonsenseIsAMiss(asio::io_context& io) {
  for (const std::string nonsense : {"HTTP/1.1 400 Bad Request\r\n\r\n", "$-7\r\n\r\n", "+OK\r\n+OK\r\n",
                                     "-ERR no\r\n", "*1\r\n$1\r\nx\r\n", ":1\r\n"}) {
    Directory directory;
    asio::local::stream_protocol::acceptor acceptor(io, directory.Socket());
    asio::co_spawn(io, TalkNonsense(acceptor, nonsense), asio::detached);
    Client client(io, At(directory));
    client.Start();
    co_await UntilConnected(client);
    EXPECT_EQ(co_await client.Get(kNoWork, "k"), std::nullopt) << nonsense;
    co_await client.Close();
  }
}
TEST(RedisClient, NonsenseReplies_AreMisses) { RunLoop(ExpectNonsenseIsAMiss); }

TEST(RedisClient, MalformedAddress_Throws) {
  asio::io_context io(1);
  for (const auto* address : {"", "nowhere", ":6379", "host:", "unix:"}) {
    EXPECT_THROW(Client(io, {.address = address}), std::invalid_argument) << address;
  }
}

Task<> OverTcp(asio::io_context& io) {
  asio::ip::tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
  const auto port = acceptor.local_endpoint().port();
  Client client(io, {.address = "127.0.0.1:" + std::to_string(port), .max_reconnect_pause = 20ms});
  client.Start();
  auto socket = co_await acceptor.async_accept(asio::use_awaitable);
  std::array<char, 256> buffer{};
  const auto count = co_await socket.async_read_some(asio::buffer(buffer), asio::use_awaitable);
  EXPECT_EQ(std::string_view(buffer.data(), count), "*1\r\n$4\r\nPING\r\n");
  const std::string pong = "+PONG\r\n";
  co_await asio::async_write(socket, asio::buffer(pong), asio::use_awaitable);
  co_await UntilConnected(client);
  socket.close();
  acceptor.close();
  co_await Eventually([&client] { return !client.Connected(); });
  EXPECT_EQ(co_await client.Get(kNoWork, "k"), std::nullopt);
  co_await client.Close();
}
TEST(RedisClient, TcpAddress_IsConnectedTo) { RunLoop(OverTcp); }

}  // namespace
}  // namespace market::redis
