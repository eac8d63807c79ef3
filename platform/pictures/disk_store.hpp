// Pictures in a directory of this machine, or of a volume that all machines share.
//
// A file appears whole or not at all, and is on the disk when Put comes back: written under a name that
// nobody serves, then renamed. What a crash leaves of such names goes when the file is removed.
#pragma once
#include <filesystem>

#include "platform/pictures/picture_store.hpp"

namespace market::pictures {

class DiskStore final : public PictureStore {
 public:
  // Makes the directory where it is not there. Throws std::filesystem::filesystem_error.
  explicit DiskStore(std::filesystem::path directory);

  void Put(std::string_view name, std::string_view bytes, std::string_view media_type) override;
  // Its folder goes too when nothing is left in it.
  void Remove(std::string_view name) override;

 private:
  std::filesystem::path PathOf(std::string_view name) const;
  void MakeFolders(const std::filesystem::path& folder) const;

  const std::filesystem::path directory_;
};

}  // namespace market::pictures
