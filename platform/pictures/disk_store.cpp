#include "platform/pictures/disk_store.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace market::pictures {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void Fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

class File {
 public:
  File(const fs::path& path, int flags) : path_(path.string()), number_(open(path_.c_str(), flags, 0644)) {
    if (number_ < 0) Fail("open " + path_);
  }
  ~File() { close(number_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  void Write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto written = write(number_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) Fail("write " + path_);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  void Sync() const {
    if (fsync(number_) != 0) Fail("fsync " + path_);
  }
  // nginx reads it under its own account, whatever the mask of this process.
  void LetOthersRead() const {
    if (fchmod(number_, 0644) != 0) Fail("fchmod " + path_);
  }

 private:
  const std::string path_;
  const int number_;
};

// Where it is not there yet; others may enter.
bool MakeFolder(const fs::path& folder) {
  if (mkdir(folder.c_str(), 0755) != 0) {
    if (errno == EEXIST && fs::is_directory(folder)) return false;
    Fail("mkdir " + folder.string());
  }
  fs::permissions(folder, static_cast<fs::perms>(0755));
  return true;
}

// So that what was made, renamed or removed in it stays so.
void SyncFolder(const fs::path& folder) { File(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC).Sync(); }

bool IsPlain(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '/' || c == '.';
  };
  return !name.empty() && name.front() != '/' && name.find("..") == name.npos &&
         std::ranges::all_of(name, allowed);
}

// What a file is called while it is written begins so. A dot first: nginx serves none of those.
std::string TemporaryPrefix(const fs::path& path) { return "." + path.filename().string() + "."; }

// Of this process and this time, so that two that put the same file do not write into each other's.
std::string TemporaryName(const fs::path& path) {
  static std::atomic<std::uint64_t> count{0};
  return TemporaryPrefix(path) + std::to_string(getpid()) + "." + std::to_string(count.fetch_add(1));
}

}  // namespace

DiskStore::DiskStore(fs::path directory) : directory_(std::move(directory)) {
  fs::create_directories(directory_);
}

fs::path DiskStore::PathOf(std::string_view name) const {
  if (!IsPlain(name)) throw std::logic_error("not the name of a picture: " + std::string(name));
  return directory_ / name;
}

void DiskStore::MakeFolders(const fs::path& folder) const {
  if (folder == directory_) return;
  MakeFolders(folder.parent_path());
  if (MakeFolder(folder)) SyncFolder(folder.parent_path());
}

void DiskStore::Put(std::string_view name, std::string_view bytes, std::string_view) {
  const auto path = PathOf(name);
  const auto folder = path.parent_path();
  MakeFolders(folder);
  const auto temporary = folder / TemporaryName(path);
  try {
    const File file(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC);
    file.Write(bytes);
    file.LetOthersRead();
    file.Sync();
  } catch (...) {
    std::error_code ignored;
    fs::remove(temporary, ignored);
    throw;
  }
  fs::rename(temporary, path);
  SyncFolder(folder);
}

void DiskStore::Remove(std::string_view name) {
  const auto path = PathOf(name);
  fs::remove(path);
  const auto folder = path.parent_path();
  std::error_code gone;
  for (const auto& entry : fs::directory_iterator(folder, gone)) {
    if (entry.path().filename().string().starts_with(TemporaryPrefix(path))) fs::remove(entry.path());
  }
  // Not the one above, where somebody may be about to put another picture.
  std::error_code not_empty;
  if (folder != directory_) fs::remove(folder, not_empty);
}

}  // namespace market::pictures
