// The gateway on a host: the HTTP server that the outside reaches, in front of the methods it is given. Both
// shapes use it; they differ in the backend.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gateway/gateway.hpp"
#include "platform/host/host.hpp"

namespace market::gateway {

struct Settings {
  explicit Settings(config::Properties& properties);

  config::Property<std::string> listen;
  config::Property<std::int64_t> in_flight;
  config::Property<std::int64_t> body_bytes;
  config::Property<std::int64_t> streams;
  config::Property<std::int64_t> streams_each;
  config::Property<std::int64_t> uploads;
  config::Property<std::int64_t> downloads;
  config::Property<std::chrono::milliseconds> cache_age;
  config::Property<std::int64_t> cache_bytes;
  config::Property<std::int64_t> cache_entries;
  config::Property<std::string> pages_directory;
  config::Property<std::string> pages_url;
};

class Front {
 public:
  // Registers its start and stop with the host. All arguments must outlive it.
  Front(host::Host& host, const Settings& settings, rpc::Backend& backend,
        std::vector<const rpc::Method*> methods);

 private:
  Task<> Drain(runtime::Deadline limit);

  host::Host& host_;
  Gateway gateway_;
  http::Server server_;
};

// The methods of several services in one list.
std::vector<const rpc::Method*> MethodsOf(std::initializer_list<const rpc::MethodTable*> tables);

}  // namespace market::gateway
