#include "services/product/storage/search_cache.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>

#include "platform/core/clock.hpp"
#include "platform/testing/fake_clock.hpp"
#include "platform/testing/run_loop.hpp"

namespace market::product {
namespace {

const Work kNoWork(runtime::kNoDeadline);

using namespace std::chrono_literals;
using testing::Eventually;
using testing::RunLoop;

// A real redis-server on a socket in a directory of its own.
class RedisServer {
 public:
  RedisServer() {
    std::string directory = (std::filesystem::temp_directory_path() / "market_search_XXXXXX").string();
    if (!mkdtemp(directory.data())) throw std::runtime_error("mkdtemp failed");
    directory_ = directory;
    std::string socket = Socket();
    const char* words[] = {"redis-server",     "--port",    "0",         "--unixsocket",
                           socket.c_str(),     "--save",    "",          "--dir",
                           directory_.c_str(), "--logfile", "redis.log", nullptr};
    if (posix_spawnp(&pid_, words[0], nullptr, nullptr, const_cast<char**>(words), environ) != 0) {
      throw std::runtime_error("redis-server does not start");
    }
  }
  ~RedisServer() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    std::filesystem::remove_all(directory_);
  }
  std::string Socket() const { return directory_ + "/redis.sock"; }

 private:
  std::string directory_;
  pid_t pid_ = 0;
};

storage::SearchCache::Response ResponseOf(std::string title) {
  storage::SearchCache::Response response;
  response.add_products()->set_title(std::move(title));
  return response;
}

TEST(SearchCache_Kept, IsFoundUnderItsFilterAlone) {
  RedisServer server;
  RunLoop([&](boost::asio::io_context& io) -> Task<> {
    redis::Client client(io,
                         {.address = "unix:" + server.Socket(), .timeout = 5s, .max_reconnect_pause = 20ms});
    client.Start();
    co_await Eventually([&] { return client.Connected(); });
    testing::FakeClock clock;
    storage::SearchCache cache(&client, 1min, clock);
    EXPECT_EQ(
        (co_await cache.Keep(kNoWork, "engine|20", cache.Now(), ResponseOf("Engine"))).products(0).title(),
        "Engine");
    const auto found = co_await cache.Find(kNoWork, "engine|20");
    EXPECT_TRUE(found && found->products(0).title() == "Engine");
    EXPECT_FALSE(co_await cache.Find(kNoWork, "engine|10"));
    co_await cache.Keep(kNoWork, "nothing|20", cache.Now(), storage::SearchCache::Response());
    EXPECT_FALSE(co_await cache.Find(kNoWork, "nothing|20"));

    // Redis has it still; what counts is when it was searched for.
    clock.Advance(59s);
    EXPECT_TRUE(co_await cache.Find(kNoWork, "engine|20"));
    clock.Advance(1s);
    EXPECT_FALSE(co_await cache.Find(kNoWork, "engine|20"));
    co_await cache.Keep(kNoWork, "late|20", cache.Now() - 60s, ResponseOf("Engine"));
    EXPECT_FALSE(co_await cache.Find(kNoWork, "late|20"));
    co_await cache.Keep(kNoWork, "ahead|20", cache.Now() + 1s, ResponseOf("Engine"));
    EXPECT_FALSE(co_await cache.Find(kNoWork, "ahead|20"));
    co_await client.Close();
  });
}

TEST(SearchCache_NoRedis, MissesAndPassesThrough) {
  RunLoop([&](boost::asio::io_context& io) -> Task<> {
    redis::Client away(io, {.address = "unix:/nonexistent/redis.sock"});
    away.Start();
    const SystemClock clock;
    storage::SearchCache unreachable(&away, 5s, clock);
    storage::SearchCache absent(nullptr, 5s, clock);
    storage::SearchCache off(&away, 0s, clock);
    for (auto* cache : {&unreachable, &absent, &off}) {
      EXPECT_EQ((co_await cache->Keep(kNoWork, "engine", clock.Now(), ResponseOf("Engine"))).products_size(),
                1);
      EXPECT_FALSE(co_await cache->Find(kNoWork, "engine"));
    }
    EXPECT_EQ(away.GetStats().unknown, 1u);
    co_await away.Close();
  });
}

}  // namespace
}  // namespace market::product
