// A file that is the body of a request, on its way to the service of a method whose contract says `rest.upload`.
//
// It passes in pieces, each with the caller's own token, one at a time: the next one is read when the one before has been
// taken, and nothing of the file is kept here. A piece may be sent again, so a service that was away for a moment costs
// nothing. The first one is small: who is turned away is told after that, not after the whole file.
#pragma once
#include <cstdint>
#include <string>

#include "gateway/places.hpp"
#include "gateway/transcoding/schema.hpp"
#include "marketplace/type/v1/upload.pb.h"
#include "platform/http/message.hpp"
#include "platform/rpc/backend.hpp"

namespace market::gateway {

// Of a method: where its request tells of the file. Throws std::logic_error for a contract that can't be served so.
class UploadForm {
 public:
  // `request` is the schema of the method's request.
  UploadForm(const rpc::Method& method, const transcoding::MessageSchema& request);

  std::uint64_t Bit() const { return field_->bit; }
  std::uint64_t BytesMax() const { return bytes_max_; }
  // The path of the method that takes the pieces.
  const std::string& PiecesPath() const { return pieces_path_; }
  void Tell(google::protobuf::Message& request, marketplace::type::v1::Upload upload) const;

  // The media type of the body, as its sender calls it. Throws Error for headers that a file can't come with.
  static std::string MediaTypeOf(const http::Headers& headers);

 private:
  const transcoding::FieldSchema* field_;
  const std::uint64_t bytes_max_;
  const std::string pieces_path_;
};

// The id under which the pieces of a request go: a new one, or, under an Idempotency-Key, the same for the same caller,
// method and key, so that a repeat is the same request. Who calls is read from the token without believing it: the service
// verifies that, and lets nobody add to the file of somebody else. Throws Error for a key that the method would refuse: that
// is told before the file comes. Nobody who has no token is told more than that, so it is looked at with one alone.
Uuid UploadIdOf(const rpc::Method& method, const rpc::Incoming& caller);

class Upload {
 public:
  struct Of {
    const rpc::Method& pieces;
    rpc::Backend& backend;
    Places& places;
    std::uint64_t bytes_max;
  };

  // What `of` refers to must outlive it.
  Upload(Of of, rpc::Incoming caller, Uuid id) : of_(of), caller_(std::move(caller)), id_(id.ToString()) {}

  // Passes on all of `body`, null for none, and tells of it. Throws Error: the service's, what is wrong with the body, or for
  // too many files at once.
  Task<marketplace::type::v1::Upload> PassOn(http::BodyReader* body, const telemetry::Span& span);

  std::uint64_t Bytes() const { return bytes_; }

 private:
  // More of the body; empty at its end.
  Task<std::string> Pull(http::BodyReader& body);
  Task<> Send(std::string piece, const telemetry::Span* span);
  Task<> Ask(const marketplace::type::v1::Piece& piece, const telemetry::Span* span);

  const Of of_;
  const rpc::Incoming caller_;
  const std::string id_;
  std::uint64_t bytes_ = 0;  // passed on
};

}  // namespace market::gateway
