// Device tokens: who brings one has signed in to this account before, from that device. A sign-in with one
// waits in the queue of known devices and has tries of its own, so that strangers who guess neither delay nor
// lock out the owner. It never stands for a password, and signing out does not end it.
//
// "dv_" and base64url of device, account, end and their HMAC-SHA-256; nothing of it is stored. A device is
// named by the session that it got its token with: there are as many as right passwords were given.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "platform/core/clock.hpp"
#include "platform/core/id.hpp"

namespace market::auth {

class DeviceTokens {
 public:
  struct Device {
    Uuid id;
    AccountId account;
    bool operator==(const Device&) const = default;
  };

  // `clock` must outlive it. With another key the tokens are forgotten.
  DeviceTokens(std::string key, std::chrono::seconds lifetime, const Clock& clock);

  std::string Issue(const Device& device) const;
  // nullopt for what is forged, over or no token at all.
  std::optional<Device> Read(std::string_view token) const;

 private:
  const std::string key_;
  const std::chrono::seconds lifetime_;
  const Clock& clock_;
};

}  // namespace market::auth
