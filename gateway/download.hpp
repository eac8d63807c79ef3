// A file that is the answer of a method whose contract says `rest.download`: asked for piece by piece, with the caller's own
// token, as the client takes it. Nothing is kept here. What fails after the first piece cuts the answer off, so that the
// client sees that it is not whole.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/places.hpp"
#include "gateway/transcoding/schema.hpp"
#include "platform/http/message.hpp"
#include "platform/rpc/backend.hpp"

namespace market::gateway {

struct DownloadPiece {
  std::string content;
  std::string next;  // empty: it was the last one
  std::string media_type;
  std::string file_name;
};

// Of a method. Throws std::logic_error for a contract that can't be served so.
class DownloadForm {
 public:
  // As Operation: adds to `schemas`, which must outlive it.
  DownloadForm(const rpc::Method& method, transcoding::Schemas& schemas);

  // Of the field that only the gateway sets.
  std::uint64_t Bit() const { return after_->bit; }
  void GoOnAfter(google::protobuf::Message& request, const std::string& after) const;
  // Of a method that shows another one's answer (`rest.shown_by`). Throws std::logic_error where it can't be told.
  void ShowAs(google::protobuf::Message& request, std::string_view media_type) const;
  // Throws Error INTERNAL for bytes that are no answer.
  DownloadPiece Read(std::string_view answer) const;

 private:
  const transcoding::FieldSchema* after_;
  const transcoding::FieldSchema* shown_as_;  // null where the request has none
  const transcoding::FieldSchema* content_;
  const transcoding::FieldSchema* next_;
  const transcoding::FieldSchema* media_type_;
  const transcoding::FieldSchema* file_name_;
};

// RFC 6266: to be saved, or shown, under this name; one that ASCII can't spell is there twice (RFC 8187).
enum class Disposition { kAttachment, kInline };
std::string ContentDisposition(std::string_view file_name, Disposition how = Disposition::kAttachment);
// What the service says, or application/octet-stream in place of what is no header's text.
std::string_view ContentType(const DownloadPiece& first);

class Download final : public http::BodyStream {
 public:
  struct Of {
    const rpc::Method& method;
    const DownloadForm& form;
    rpc::Backend& backend;
  };

  // What `of` refers to must outlive it. `first` is the method's answer to `request`.
  Download(Of of, rpc::Incoming caller, std::unique_ptr<google::protobuf::Message> request,
           DownloadPiece first, Places::Place place);

  Task<std::optional<std::string>> Next() override;
  bool HasEnd() const override { return true; }
  std::string Last() override { return {}; }

 private:
  Task<DownloadPiece> Ask();

  const Of of_;
  const rpc::Incoming caller_;
  const std::unique_ptr<google::protobuf::Message> request_;
  DownloadPiece piece_;  // to be told next
  bool told_ = false;
  Places::Place place_;
};

}  // namespace market::gateway
