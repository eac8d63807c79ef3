#include "platform/host/settings.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <array>

#include "platform/host/host.hpp"

namespace market::host {
namespace {

// In containers every replica has the same process id; on one machine all have its name.
TEST(Settings, InstanceThatNobodyNames_TellsReplicasApart) {
  const HostOptions options{.name = "order", .databases = {}, .peers = {}, .grpc = HostOptions::Grpc::kNone};
  config::Properties properties("order");
  const Settings settings(properties, options);
  properties.Read({});
  std::array<char, 256> host{};
  ASSERT_EQ(::gethostname(host.data(), host.size() - 1), 0);
  EXPECT_EQ(*settings.instance, "order-" + std::string(host.data()) + "-" + std::to_string(::getpid()));
}

}  // namespace
}  // namespace market::host
