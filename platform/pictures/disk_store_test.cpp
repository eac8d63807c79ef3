#include "platform/pictures/disk_store.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <thread>
#include <vector>

namespace market::pictures {
namespace {

namespace fs = std::filesystem;

class DiskStoreTest : public ::testing::Test {
 protected:
  DiskStoreTest() {
    std::string name = (fs::temp_directory_path() / "picturesXXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
    directory_ = name;
  }
  ~DiskStoreTest() override { fs::remove_all(directory_); }

  std::string Read(const std::string& name) const {
    std::ifstream file(directory_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::size_t Files() const {
    const fs::recursive_directory_iterator all(directory_);
    return static_cast<std::size_t>(
        std::count_if(begin(all), end(all), [](const auto& entry) { return entry.is_regular_file(); }));
  }

  fs::path directory_;
};

TEST_F(DiskStoreTest, WhatIsPutIsThereForWhoServesIt) {
  DiskStore store(directory_ / "new");
  store.Put("ab/cdef/160.webp", "one", "image/webp");
  EXPECT_EQ(Read("new/ab/cdef/160.webp"), "one");
  struct stat info{};
  ASSERT_EQ(stat((directory_ / "new/ab/cdef/160.webp").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0444U, 0444U);
  store.Put("ab/cdef/160.webp", "one", "image/webp");
  EXPECT_EQ(Files(), 1U) << "nothing of a temporary name is left";
}

TEST_F(DiskStoreTest, WhatIsRemovedIsGoneWithWhatACrashHasLeft) {
  DiskStore store(directory_);
  store.Put("ab/cdef/160.webp", "one", "image/webp");
  store.Put("ab/cdef/160.jpg", "two", "image/jpeg");
  std::ofstream(directory_ / "ab/cdef/.160.jpg.77.0") << "half of it";
  store.Remove("ab/cdef/160.webp");
  EXPECT_EQ(Files(), 2U);
  store.Remove("ab/cdef/160.jpg");
  EXPECT_EQ(Files(), 0U);
  EXPECT_FALSE(fs::exists(directory_ / "ab/cdef"));
  store.Remove("ab/cdef/160.jpg");
  store.Remove("cd/ef01/160.jpg");
}

TEST_F(DiskStoreTest, NamesStayInTheDirectory) {
  DiskStore store(directory_ / "in");
  for (const auto* name : {"../out", "/etc/passwd", "a/../../out", "", "A", "a b", "a\n"}) {
    EXPECT_THROW(store.Put(name, "x", ""), std::logic_error) << name;
    EXPECT_THROW(store.Remove(name), std::logic_error) << name;
  }
}

TEST_F(DiskStoreTest, AFullDiskIsSaid) {
  std::ofstream(directory_ / "ab") << "a file where the folder should be";
  DiskStore store(directory_);
  EXPECT_THROW(store.Put("ab/cdef/160.webp", "one", "image/webp"), std::system_error);
  EXPECT_EQ(Files(), 1U);
}

TEST_F(DiskStoreTest, TheSameFileIsPutByManyAtOnce) {
  DiskStore store(directory_);
  const std::string bytes(200'000, 'x');
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 5; ++j) store.Put("ab/cdef/160.webp", bytes, "image/webp");
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(Read("ab/cdef/160.webp"), bytes);
  EXPECT_EQ(Files(), 1U);
}

}  // namespace
}  // namespace market::pictures
