#include "gateway/event_form.hpp"

#include <algorithm>
#include <span>
#include <stdexcept>

#include "gateway/answer_fields.hpp"
#include "gateway/transcoding/json_writer.hpp"

namespace market::gateway {
namespace {

using google::protobuf::Message;
using transcoding::FieldSchema;
using transcoding::Kind;
using transcoding::WireReader;
using transcoding::WireRecord;

constexpr std::size_t kPositionCharsMax = 100;
constexpr std::string_view kUnknownPosition = "unknown";

template <class Field>
const Field& Needed(const Field* field, const rpc::Method& method, const char* name) {
  if (field == nullptr) throw std::logic_error(method.path + ": `rest.events` needs a field " + name);
  return *field;
}

std::string LowerCase(std::string_view word) {
  std::string lower(word);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

}  // namespace

EventForm::EventForm(const rpc::Method& method, transcoding::Schemas& schemas) : request_(method.request) {
  const auto& request = *request_->GetDescriptor();
  after_ = &Needed(request.FindFieldByName("after"), method, "after");
  wait_ms_ = &Needed(request.FindFieldByName("wait_ms"), method, "wait_ms");
  const auto& response = schemas.Add(method.response->GetDescriptor());
  const auto field = [&](const transcoding::MessageSchema& of, const char* name, Kind kind) {
    return &Needed(FindField(of, name, kind), method, name);
  };
  const auto& events = Needed(method.response->GetDescriptor()->FindFieldByName("events"), method, "events");
  events_ = &Needed(response.Find(&events), method, "events");
  if (!events_->repeated || events_->message == nullptr)
    throw std::logic_error(method.path + ": `events` is no list of messages");
  position_ = field(*events_->message, "position", Kind::kString);
  kind_ = field(*events_->message, "kind", Kind::kEnum);
  next_ = field(response, "next", Kind::kString);
  expired_ = field(response, "expired", Kind::kBool);
  listener_ = field(response, "listener", Kind::kString);
}

std::string EventForm::LastSeen(const http::Headers& headers) {
  const std::string_view given = headers.Get("Last-Event-ID");
  const bool possible = given.size() <= kPositionCharsMax &&
                        std::ranges::all_of(given, [](char c) { return c > ' ' && c <= '~'; });
  return std::string(possible ? given : kUnknownPosition);
}

std::unique_ptr<Message> EventForm::Request(std::string_view after, std::chrono::milliseconds wait) const {
  std::unique_ptr<Message> request(request_->New());
  const auto& reflection = *request->GetReflection();
  reflection.SetString(request.get(), after_, std::string(after));
  reflection.SetInt32(request.get(), wait_ms_, static_cast<std::int32_t>(wait.count()));
  return request;
}

EventPage EventForm::Read(std::string_view answer) const {
  EventPage page;
  page.next = TextOf(answer, std::span(&next_, 1));
  page.listener = TextOf(answer, std::span(&listener_, 1));
  const auto expired = Find(answer, std::span(&expired_, 1));
  page.expired = expired && expired->value != 0;
  WireReader reader(answer);
  while (!reader.AtEnd()) {
    WireRecord record;
    if (!reader.Next(record, WireReader::kDepthMax)) throw Malformed();
    if (record.number == events_->number && record.type == events_->wire) Append(record.bytes, page.text);
  }
  return page;
}

// Neither a position nor JSON of ours has a line break, which would begin another field.
void EventForm::Append(std::string_view event, std::string& text) const {
  const auto kind = Find(event, std::span(&kind_, 1));
  const auto number = static_cast<std::size_t>(kind ? kind->value : 0);
  const auto& words = kind_->enum_texts;
  const std::string_view word = number < words.size() ? std::string_view(words[number]) : std::string_view();
  text.append("id: ").append(TextOf(event, std::span(&position_, 1)));
  if (word.size() > 2) text.append("\nevent: ").append(LowerCase(word.substr(1, word.size() - 2)));
  text.append("\ndata: ");
  if (!transcoding::WriteJson(*events_->message, event, text)) throw Malformed();
  text.append("\n\n");
}

std::string BareEvent(std::string_view name, std::string_view position) {
  std::string text("id: ");
  return text.append(position).append("\nevent: ").append(name).append("\ndata: {}\n\n");
}

}  // namespace market::gateway
