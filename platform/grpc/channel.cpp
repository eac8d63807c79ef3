#include "platform/grpc/channel.hpp"

#include "platform/grpc/transport/channel_core.hpp"

namespace market::grpc {
namespace {

// The caller's reference: when it goes, so does the call.
class CallHandle final : public ClientCall {
 public:
  explicit CallHandle(std::shared_ptr<ClientStream> stream) : stream_(std::move(stream)) {}
  ~CallHandle() override { stream_->Cancel(); }

  Task<> Write(std::string message) override { return stream_->Write(std::move(message)); }
  Task<> WritesDone() override {
    stream_->WritesDone();
    co_return;
  }
  Task<std::optional<std::string>> Read() override { return stream_->Read(); }
  Task<Status> Finish() override { return stream_->Finish(); }
  Task<> WaitForInitialMetadata() override { return stream_->WaitForInitialMetadata(); }
  const Metadata& InitialMetadata() const override { return stream_->Initial(); }
  const Metadata& TrailingMetadata() const override { return stream_->Trailing(); }
  ClientReply::Sent Sent() const override { return stream_->Sent(); }
  void Cancel() override { stream_->Cancel(); }

 private:
  std::shared_ptr<ClientStream> stream_;
};

}  // namespace

Channel::Channel(boost::asio::io_context& io, std::string target, ChannelOptions options)
    : core_(std::make_shared<Core>(io, target, std::move(options))) {}

Channel::~Channel() { core_->Stop(); }

Task<ClientReply> Channel::Call(std::string_view path, std::string request, CallOptions options) {
  return Core::Call(core_, std::string(path), std::move(request), std::move(options));
}

std::shared_ptr<ClientCall> Channel::Open(std::string_view path, CallOptions options) {
  const auto stream = std::make_shared<ClientStream>(core_->Shared(), ClientStream::Kind::kStreaming,
                                                     std::string(path), std::move(options));
  core_->Assign(stream);
  return std::make_shared<CallHandle>(stream);
}

ChannelState Channel::State() const { return core_->State(); }

const ChannelStats& Channel::Stats() const { return core_->Shared()->stats; }

void Channel::ReloadTls() { core_->ReloadTls(); }

Task<> Channel::Close(runtime::Deadline deadline) { return core_->Close(deadline); }

}  // namespace market::grpc
