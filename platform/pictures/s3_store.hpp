// Pictures in a bucket of an object store that speaks S3: signed requests (AWS Signature Version 4),
// addresses of the form <url>/<bucket>/pictures/<name>, so that nginx passes `/pictures/` on to
// <url>/<bucket>.
//
// Nothing is tried again here: who uploads is told, and what is to go is taken again. Any number of threads,
// each request on a connection of its own while it lasts; connections are kept for the next ones.
#pragma once
#include <chrono>
#include <memory>
#include <string>

#include "platform/pictures/picture_store.hpp"

namespace market::pictures {

class S3Store final : public PictureStore {
 public:
  struct Options {
    std::string url;  // "https://s3.example"; http only where nobody listens
    std::string bucket;
    std::string region = "us-east-1";
    std::string access_key;
    std::string secret_key;
    std::chrono::milliseconds timeout{10'000};  // of each request
  };
  // Throws std::invalid_argument for options that can't be meant.
  explicit S3Store(Options options);
  ~S3Store() override;

  // Throw std::runtime_error with what the store has said, or that it said nothing.
  void Put(std::string_view name, std::string_view bytes, std::string_view media_type) override;
  void Remove(std::string_view name) override;

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

}  // namespace market::pictures
