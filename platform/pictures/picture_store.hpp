// Where the files of pictures are kept, for nginx to serve: the port.
//
// Files are named after what they were made of and never change, so that putting one again, or removing one
// that is not there, is no error. Both block: they belong in a bounded pool. Any thread.
#pragma once
#include <string>
#include <string_view>

namespace market::pictures {

class PictureStore {
 public:
  virtual ~PictureStore() = default;

  // `name` is a path of plain parts: "9f/86d0/480.webp". When it comes back the file is there for good.
  // Throws std::system_error, or std::runtime_error with what the store has said.
  virtual void Put(std::string_view name, std::string_view bytes, std::string_view media_type) = 0;
  virtual void Remove(std::string_view name) = 0;
};

}  // namespace market::pictures
