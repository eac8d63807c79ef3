// What a service manager is told: systemd with Type=notify, or whoever else gives a NOTIFY_SOCKET.
#pragma once

#include <chrono>
#include <optional>

namespace market::host {

// Says that this process is ready. False: nobody asked. Throws std::system_error when somebody asked and
// can't be told. Sends one datagram, which waits for nothing but the manager's queue.
bool NotifyReady();

// The longest silence that the manager takes for life (systemd's WatchdogSec); none: it does not watch.
std::optional<std::chrono::microseconds> WatchdogLimit();

// Says that this process is alive, as a worker does twice within that limit. It runs on the io thread, so
// that a thread that no longer turns is silent, and the manager kills the process
// and starts it again. Throws as NotifyReady.
void TellAlive();

}  // namespace market::host
