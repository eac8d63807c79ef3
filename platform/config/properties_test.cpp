#include "platform/config/properties.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "platform/config/version.hpp"

namespace market::config {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

enum class Mode { kServices, kSingle };

class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& content)
      : path_(testing::TempDir() + "/market_config_" + std::to_string(getpid()) + "_" +
              std::to_string(next_++)) {
    std::ofstream(path_) << content;
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  const std::string& Path() const { return path_; }

 private:
  inline static int next_ = 0;
  std::string path_;
};

// A program's properties, as a room's wiring would declare them.
struct Program {
  Properties properties{"marketplace-test"};
  Property<std::string> listen = properties.Text("grpc.listen", "address to listen on", "127.0.0.1:7000");
  Property<std::int64_t> workers = properties.Int("pool.workers", "hashing threads", "threads", 1, 64, 2);
  Property<std::chrono::milliseconds> cap =
      properties.Duration("peers.cap", "cap of a call", 10ms, 1h, 500ms);
  Property<double> ratio = properties.Real("trace.ratio", "share of traces kept", 0, 1, 0.5);
  Property<bool> approve = properties.Flag("seller.auto_approve", "sellers start ACTIVE", false);
  Property<Mode> mode = properties.Choice<Mode>(
      "mode", "shape", {{"services", Mode::kServices}, {"single", Mode::kSingle}}, Mode::kServices);
  Property<std::vector<std::string>> peers =
      properties.List("peers", "addresses", std::vector<std::string>{"a:1", "b:2"});
  Property<std::string> password = properties.Secret("redis.password", "password", "");
};

std::string FailureOf(Properties& properties, const Properties::Sources& sources) {
  try {
    properties.Read(sources);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no failure";
}

TEST(Properties, NothingGiven_HaveTheirDefaults) {
  Program program;
  program.properties.Read({});
  EXPECT_EQ(*program.listen, "127.0.0.1:7000");
  EXPECT_EQ(*program.workers, 2);
  EXPECT_EQ(*program.cap, 500ms);
  EXPECT_EQ(*program.ratio, 0.5);
  EXPECT_FALSE(*program.approve);
  EXPECT_EQ(*program.mode, Mode::kServices);
  EXPECT_THAT(*program.peers, testing::ElementsAre("a:1", "b:2"));
  EXPECT_EQ(*program.password, "");
}

TEST(Properties, SeveralSources_TheLaterWins) {
  TemporaryFile file(
      "# a comment\n\n  grpc.listen = host=/run/a b #1  \r\npool.workers=3\npeers.cap = 2s\nmode = single\n");
  Program program;
  program.properties.Read(
      {.file = file.Path(),
       .environment = {{"MARKET_POOL_WORKERS", "4"},
                       {"MARKET_PEERS_CAP", "15m"},
                       {"MARKET_SOMETHING_ELSE", "x"}},
       .arguments = {"--peers.cap=1h", "--seller.auto_approve", "true", "--peers= c:3 ,d:4"}});
  EXPECT_EQ(*program.listen, "host=/run/a b #1");
  EXPECT_EQ(*program.workers, 4);
  EXPECT_EQ(*program.cap, 1h);
  EXPECT_TRUE(*program.approve);
  EXPECT_EQ(*program.mode, Mode::kSingle);
  EXPECT_THAT(*program.peers, testing::ElementsAre("c:3", "d:4"));
}

TEST(Properties, BadInput_NamesKeySourceAndExpectation) {
  struct Case {
    std::vector<std::string> arguments;
    std::string expected;
  };
  const std::vector<Case> cases = {
      {{"--pool.workers=many"},
       "pool.workers = \"many\" (command line): expected a whole number from 1 to 64 (threads)"},
      {{"--pool.workers=0"}, "pool.workers = \"0\""},
      {{"--pool.workers=65"}, "pool.workers = \"65\""},
      {{"--pool.workers=2.5"}, "pool.workers = \"2.5\""},
      {{"--pool.workers= 2"}, "pool.workers = \" 2\""},
      {{"--pool.workers=99999999999999999999"}, "expected a whole number"},
      {{"--peers.cap=500"}, "expected a duration from 10ms to 1h"},
      {{"--peers.cap=ms"}, "expected a duration"},
      {{"--peers.cap=-5s"}, "expected a duration"},
      {{"--peers.cap=9ms"}, "expected a duration"},
      {{"--peers.cap=9999999999999999d"}, "expected a duration"},
      {{"--trace.ratio=1.5"}, "expected a number from 0 to 1"},
      {{"--trace.ratio=nan"}, "expected a number"},
      {{"--seller.auto_approve=yes"}, "expected one of true, false"},
      {{"--mode=cluster"}, "mode = \"cluster\" (command line): expected one of services, single"},
      {{"--peers=a,,b"}, "expected a list"},
      {{"--grpc.lisen=x"}, "there is no property \"grpc.lisen\", did you mean grpc.listen? (command line)"},
      {{"--nothing.like.it=x"}, "there is no property \"nothing.like.it\" (command line)"},
      {{"--grpc.listen_file=x"}, "there is no property"},
      {{"--grpc.listen"}, "its value is missing"},
      {{"grpc.listen=x"}, "expected --key=value"},
      {{"--redis.password=hunter2"}, "a secret is not taken from the command line"},
      {{"--mode=a\nb"}, "mode = \"a?b\""},
  };
  for (const auto& [arguments, expected] : cases) {
    Program program;
    const auto failure = FailureOf(program.properties, {.arguments = arguments});
    EXPECT_THAT(failure, AllOf(HasSubstr(expected), Not(HasSubstr("\n")), Not(HasSubstr("hunter2"))));
  }
}

TEST(Properties, BadFile_NamesFileAndLine) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"\npool.workers = 0\n", ":2): expected a whole number"},
      {"no equals sign\n", ":1): expected key = value"},
      {"mode = single\nmode = single\n", ":2): is set twice"},
      {"unknown = 1\n", ":1)"},
  };
  for (const auto& [content, expected] : cases) {
    TemporaryFile file(content);
    Program program;
    EXPECT_THAT(FailureOf(program.properties, {.file = file.Path()}),
                AllOf(HasSubstr(file.Path()), HasSubstr(expected)));
  }
  Program program;
  EXPECT_THAT(FailureOf(program.properties, {.file = "/does/not/exist"}), HasSubstr("/does/not/exist"));
}

TEST(Properties, Required_RefusesToStartWithout) {
  Properties properties("test");
  const auto conninfo = properties.Text("postgres.conninfo", "database", Required{});
  EXPECT_THAT(FailureOf(properties, {}),
              AllOf(HasSubstr("postgres.conninfo"), HasSubstr("MARKET_POSTGRES_CONNINFO")));
  EXPECT_THROW(conninfo.Get(), std::logic_error);
  properties.Read({.environment = {{"MARKET_POSTGRES_CONNINFO", "host=/run"}}});
  EXPECT_EQ(*conninfo, "host=/run");
}

TEST(Properties, Secret_ComesFromFileOrEnvironmentAndIsMasked) {
  TemporaryFile secret("hunter2\n");
  for (const Properties::Sources& sources :
       {Properties::Sources{.environment = {{"MARKET_REDIS_PASSWORD", "hunter2"}}},
        Properties::Sources{.environment = {{"MARKET_REDIS_PASSWORD_FILE", secret.Path()}}},
        Properties::Sources{.arguments = {"--redis.password_file=" + secret.Path()}}}) {
    Program program;
    program.properties.Read(sources);
    EXPECT_EQ(*program.password, "hunter2");
    EXPECT_THAT(program.properties.Print(),
                AllOf(HasSubstr("redis.password = ***"), Not(HasSubstr("hunter2"))));
  }
}

TEST(Properties, SecretFileWithoutSecret_RefusesToStart) {
  TemporaryFile empty("\n");
  for (const std::string& path : {empty.Path(), testing::TempDir(), std::string("/does/not/exist")}) {
    Program program;
    EXPECT_THAT(FailureOf(program.properties, {.arguments = {"--redis.password_file", path}}),
                AllOf(HasSubstr("redis.password_file (command line)"), HasSubstr(path)));
  }
}

TEST(Properties, Printed_CanBeReadAgain) {
  Program program;
  program.properties.Read({.arguments = {"--mode=single", "--peers.cap=90s", "--trace.ratio=0.125"}});
  TemporaryFile file(program.properties.Print());
  Program again;
  again.properties.Read({.file = file.Path()});
  EXPECT_EQ(*again.mode, Mode::kSingle);
  EXPECT_EQ(*again.cap, 90s);
  EXPECT_EQ(*again.ratio, 0.125);
  EXPECT_THAT(*again.peers, testing::ElementsAre("a:1", "b:2"));
}

TEST(Properties, WrongDeclaration_Throws) {
  Properties properties("test");
  properties.Text("a.b", "", "");
  EXPECT_THROW(properties.Text("a_b", "", ""), std::logic_error);
  EXPECT_THROW(properties.Text("Upper", "", ""), std::logic_error);
  EXPECT_THROW(properties.Choice<Mode>("mode", "", {{"single", Mode::kSingle}}, Mode::kServices),
               std::logic_error);
  properties.Int("too.small", "", "", 1, 2, 0);
  EXPECT_THROW(properties.Read({}), std::logic_error);
}

TEST(Properties, Load_GivesTheExitCode) {
  struct Case {
    std::vector<const char*> arguments;
    LoadResult expected;
    std::string out;
    std::string err;
  };
  TemporaryFile file("mode = single\n");
  const std::vector<Case> cases = {
      {{}, std::nullopt, "", ""},
      {{"--config", file.Path().c_str()}, std::nullopt, "", ""},
      {{"--help"}, 0, "redis.password", ""},
      {{"--version"}, 0, std::string(Version()), ""},
      {{"--print-config", "--config", file.Path().c_str()}, 0, "mode = single", ""},
      {{"--check-config"}, 0, "good", ""},
      {{"--check-config", "--mode=x"}, 2, "", "marketplace-test: mode = \"x\""},
      {{"--grpc.listen", "--help"}, std::nullopt, "", ""},
  };
  for (const auto& [arguments, expected, out, err] : cases) {
    Program program;
    std::vector<const char*> argv = {"test"};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const auto result = program.properties.Load(static_cast<int>(argv.size()), argv.data());
    EXPECT_THAT(testing::internal::GetCapturedStdout(), HasSubstr(out));
    EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr(err));
    EXPECT_EQ(result, expected);
  }
}

}  // namespace
}  // namespace market::config
