#include "platform/host/service_manager.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <system_error>

namespace market::host {
namespace {

// A service manager's end: bound at `path`, where a leading zero makes an abstract address.
class Manager {
 public:
  explicit Manager(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    path.copy(address.sun_path, path.size());
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
    EXPECT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), length), 0);
  }
  ~Manager() { ::close(socket_); }
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;

  std::string Receive() const {
    std::array<char, 64> text{};
    const auto size = ::recv(socket_, text.data(), text.size(), MSG_DONTWAIT);
    return size < 0 ? "" : std::string(text.data(), static_cast<std::size_t>(size));
  }

 private:
  const int socket_;
};

class ServiceManager : public ::testing::Test {
 protected:
  void TearDown() override {
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) ::unsetenv(name);
  }
};

TEST_F(ServiceManager, NotifyReady_NobodyAsked_IsFalse) {
  ::unsetenv("NOTIFY_SOCKET");
  EXPECT_FALSE(NotifyReady());
}

TEST_F(ServiceManager, NotifyReady_AtAPath_SaysReady) {
  const std::string path = "/tmp/market-notify-" + std::to_string(::getpid());
  const Manager manager(path);
  ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  EXPECT_TRUE(NotifyReady());
  EXPECT_EQ(manager.Receive(), "READY=1");
  ::unlink(path.c_str());
}

TEST_F(ServiceManager, NotifyReady_AtAnAbstractAddress_SaysReady) {
  const std::string name = "market-notify-" + std::to_string(::getpid());
  const Manager manager('\0' + name);
  ::setenv("NOTIFY_SOCKET", ('@' + name).c_str(), 1);
  EXPECT_TRUE(NotifyReady());
  EXPECT_EQ(manager.Receive(), "READY=1");
}

TEST_F(ServiceManager, NotifyReady_NobodyListens_Throws) {
  ::setenv("NOTIFY_SOCKET", "/nonexistent/notify", 1);
  EXPECT_THROW(NotifyReady(), std::system_error);
}

TEST_F(ServiceManager, WatchdogLimit_IsWhatTheManagerGave) {
  EXPECT_EQ(WatchdogLimit(), std::nullopt);
  ::setenv("WATCHDOG_USEC", "20000000", 1);
  EXPECT_EQ(WatchdogLimit(), std::chrono::seconds(20));
  ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
  EXPECT_EQ(WatchdogLimit(), std::chrono::seconds(20));
}

TEST_F(ServiceManager, WatchdogLimit_MeantForAParentOrNoNumber_IsNone) {
  ::setenv("WATCHDOG_USEC", "20000000", 1);
  ::setenv("WATCHDOG_PID", std::to_string(::getppid()).c_str(), 1);
  EXPECT_EQ(WatchdogLimit(), std::nullopt);
  ::unsetenv("WATCHDOG_PID");
  for (const char* text : {"", "0", "-1", "20s"}) {
    ::setenv("WATCHDOG_USEC", text, 1);
    EXPECT_EQ(WatchdogLimit(), std::nullopt) << text;
  }
}

TEST_F(ServiceManager, TellAlive_IsHeard) {
  const std::string name = "market-notify-" + std::to_string(::getpid());
  const Manager manager('\0' + name);
  ::setenv("NOTIFY_SOCKET", ('@' + name).c_str(), 1);
  TellAlive();
  EXPECT_EQ(manager.Receive(), "WATCHDOG=1");
}

}  // namespace
}  // namespace market::host
