#include "platform/grpc/transport/stream.hpp"

#include "platform/grpc/transport/session.hpp"

namespace market::grpc {

void Stream::Touch() {
  if (session_ != nullptr) session_->Touch(*this);
}

void Stream::Wake(Waiter& waiter) { waiter.Wake(session_ != nullptr ? session_->Resumes() : nullptr); }

void Stream::Reset(std::uint32_t error) {
  if (session_ != nullptr && id_ > 0) session_->SubmitReset(id_, error);
}

void Stream::ResumeData() {
  if (!data_deferred_ || session_ == nullptr || id_ < 0) return;
  data_deferred_ = false;
  session_->ResumeData(id_);
}

void Stream::TakeBytes(std::size_t bytes) {
  if (bytes == 0) return;
  OnReleased(bytes);
  if (session_ != nullptr && id_ > 0) session_->ConsumeStream(id_, bytes);
}

void Stream::FreeInbox() {
  std::size_t bytes = 0;
  for (std::size_t i = inbox_head_; i < inbox_.size(); ++i) bytes += kPrefixBytes + inbox_[i].size();
  inbox_.clear();
  inbox_head_ = 0;
  TakeBytes(bytes);
}

Task<std::optional<std::string>> Stream::ReadMessage() {
  const auto self = shared_from_this();
  while (inbox_head_ == inbox_.size()) {
    if (remote_done_) co_return std::nullopt;
    co_await read_waiter_.Wait();
  }
  std::string message = std::move(inbox_[inbox_head_++]);
  if (inbox_head_ == inbox_.size()) {
    inbox_.clear();
    inbox_head_ = 0;
  }
  TakeBytes(kPrefixBytes + message.size());
  co_return message;
}

Task<> Stream::WriteMessage(std::string message) {
  const auto self = shared_from_this();
  if (local_done_) co_return;
  BeforeWrite();
  outbox_.Push(std::move(message));
  ResumeData();
  while (!local_done_ && outbox_.Bytes() > kWriteBufferBytes) co_await write_waiter_.Wait();
}

}  // namespace market::grpc
