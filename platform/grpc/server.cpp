#include "platform/grpc/server.hpp"

#include "platform/grpc/transport/server_core.hpp"

namespace market::grpc {

Server::Server(boost::asio::io_context& io, ServerOptions options)
    : core_(std::make_shared<Core>(io, std::move(options))) {}

Server::~Server() {
  core_->StopAccepting();
  core_->CloseAll();
}

void Server::HandleUnary(std::string path, UnaryHandler handler, Pace pace) {
  ServerShared& shared = core_->Shared();
  core_->Shared().methods.insert_or_assign(
      std::move(path),
      Method{std::move(handler), nullptr, pace == Pace::kWaiting ? &shared.waiting : nullptr, {}, {}});
}

void Server::HandleStream(std::string path, StreamHandler handler, StreamLimits limits) {
  ServerShared& shared = core_->Shared();
  std::optional<Share> calls;
  if (limits.max_calls > 0) calls.emplace(limits.max_calls, shared.options.outside_percent);
  shared.methods.insert_or_assign(std::move(path),
                                  Method{nullptr, std::move(handler), nullptr, calls, limits.max_lifetime});
}

std::vector<std::string> Server::Paths() const {
  std::vector<std::string> paths;
  for (const auto& [path, method] : core_->Shared().methods) paths.push_back(path);
  std::ranges::sort(paths);
  return paths;
}

std::string Server::Listen(std::string address) { return core_->Listen(address); }

Task<> Server::Drain(runtime::Deadline deadline) { return core_->Drain(deadline); }

void Server::ReloadTls() { core_->ReloadTls(); }

const ServerStats& Server::Stats() const { return core_->Stats(); }

}  // namespace market::grpc
