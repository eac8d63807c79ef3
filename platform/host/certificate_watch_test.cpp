#include "platform/host/certificate_watch.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>

#include "platform/runtime/every.hpp"
#include "platform/runtime/task_group.hpp"

namespace market::host {
namespace {

using namespace std::chrono_literals;

// Long enough for many looks, when nothing is expected to happen.
constexpr auto kManyLooks = 50ms;

class CertificateWatchTest : public ::testing::Test {
 protected:
  CertificateWatchTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "certificates-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
    directory_ = pattern;
    files_ = {
        .certificate = directory_ / "tls.crt", .key = directory_ / "tls.key", .ca = directory_ / "ca.crt"};
    for (const auto* path : {&files_.certificate, &files_.key, &files_.ca}) Replace(*path);
    watch_.emplace(files_, [this] {
      ++tries_;
      if (tries_ <= refusals_) throw std::runtime_error("key and certificate differ");
    });
    background_.Keep("watch", looking_.Run());
    io_.run_for(kManyLooks);
  }
  ~CertificateWatchTest() override {
    background_.Cancel();
    while (background_.Size() > 0) io_.run_one();
    std::filesystem::remove_all(directory_);
  }

  // As tools that renew do it: the new file takes the place of the old one.
  void Replace(const std::string& path) {
    const auto fresh = directory_ / "new";
    std::ofstream(fresh) << "the same number of bytes each time";
    std::filesystem::rename(fresh, path);
  }
  void RunUntilTries(int wanted) {
    const auto give_up = std::chrono::steady_clock::now() + 10s;
    while (tries_ < wanted && std::chrono::steady_clock::now() < give_up) io_.run_for(1ms);
  }

  std::filesystem::path directory_;
  grpc::TlsFiles files_;
  std::optional<CertificateWatch> watch_;
  runtime::Every looking_{{.name = "watch", .period = 1ms, .backoff = {.initial = 1ms, .max = 1ms}},
                          [this] { return watch_->Look(); }};
  boost::asio::io_context io_;
  runtime::TaskGroup background_{io_.get_executor(), [](std::string_view, std::exception_ptr) {}};
  int tries_ = 0;
  int refusals_ = 0;
};

TEST_F(CertificateWatchTest, FilesAsTheyWere_AreLeftAlone) { EXPECT_EQ(tries_, 0); }

TEST_F(CertificateWatchTest, ReplacedFile_IsTakenUpOnce) {
  Replace(files_.certificate);
  RunUntilTries(1);
  io_.run_for(kManyLooks);
  EXPECT_EQ(tries_, 1);
}

TEST_F(CertificateWatchTest, FilesThatDoNotFit_AreTriedAgainUntilTheyDo) {
  refusals_ = 3;
  Replace(files_.certificate);
  RunUntilTries(4);
  io_.run_for(kManyLooks);
  EXPECT_EQ(tries_, 4);
}

// Kubernetes mounts a secret as a link to a directory, and turns the link.
TEST_F(CertificateWatchTest, TurnedLink_IsTakenUp) {
  const auto elsewhere = directory_ / "elsewhere.crt";
  Replace(elsewhere);
  std::filesystem::create_symlink(elsewhere, directory_ / "link");
  std::filesystem::rename(directory_ / "link", files_.certificate);
  RunUntilTries(1);
  EXPECT_EQ(tries_, 1);
}

TEST_F(CertificateWatchTest, MissingFile_IsTriedUntilItIsBack) {
  refusals_ = 2;
  std::filesystem::remove(files_.ca);
  RunUntilTries(2);
  Replace(files_.ca);
  RunUntilTries(3);
  io_.run_for(kManyLooks);
  EXPECT_GE(tries_, 3);
}

}  // namespace
}  // namespace market::host
