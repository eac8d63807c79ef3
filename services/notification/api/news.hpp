// What the events of the other services mean for people. Pure; any thread.
#pragma once
#include <vector>

#include "platform/events/event.hpp"
#include "services/notification/domain/live.hpp"
#include "services/notification/domain/notification.hpp"

namespace market::notification {

// Nothing, where an event of a known type concerns nobody. Throws Error INVALID_ARGUMENT for one of another type.
std::vector<domain::News> NewsFrom(const events::Event& event);
// What pages that show an order are told of at once. As NewsFrom.
std::vector<domain::LiveNews> LiveNewsFrom(const events::Event& event);

}  // namespace market::notification
