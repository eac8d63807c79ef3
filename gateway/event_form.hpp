// Server-Sent Events (html.spec.whatwg.org/multipage/server-sent-events.html) of a method whose contract says
// `rest.events`: what it is asked, and its answer as the text of a stream.
//
//   id: <position>
//   event: order
//   data: {"position":"<position>","kind":"ORDER","orderId":"…","state":"PLACED"}
//
// Pure; the constructor throws std::logic_error for a contract that can't be served so.
#pragma once
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/transcoding/schema.hpp"
#include "platform/http/message.hpp"
#include "platform/rpc/method.hpp"

namespace market::gateway {

// One answer.
struct EventPage {
  std::string text;      // of its events; empty: none
  std::string next;      // what to ask after
  bool expired = false;  // what was missed is not known
  std::string listener;
};

class EventForm {
 public:
  static constexpr std::string_view kType = "text/event-stream";

  // As Operation: adds to `schemas`, which must outlive it.
  EventForm(const rpc::Method& method, transcoding::Schemas& schemas);

  // What the client read last: "" for one that begins. What can't be a position of ours is one that nobody knows.
  static std::string LastSeen(const http::Headers& headers);

  std::unique_ptr<google::protobuf::Message> Request(std::string_view after,
                                                     std::chrono::milliseconds wait) const;
  // Throws Error INTERNAL for bytes that are no answer.
  EventPage Read(std::string_view answer) const;

 private:
  void Append(std::string_view event, std::string& text) const;

  const google::protobuf::Message* request_;
  const google::protobuf::FieldDescriptor* after_;
  const google::protobuf::FieldDescriptor* wait_ms_;
  const transcoding::FieldSchema* events_;
  const transcoding::FieldSchema* position_;
  const transcoding::FieldSchema* kind_;
  const transcoding::FieldSchema* next_;
  const transcoding::FieldSchema* expired_;
  const transcoding::FieldSchema* listener_;
};

// An event of the stream itself, about no thing: "begin", "reset".
std::string BareEvent(std::string_view name, std::string_view position);

}  // namespace market::gateway
