// What a service manager is told: systemd with Type=notify, or whoever else gives a NOTIFY_SOCKET.
#pragma once

namespace market::host {

// Says that this process is ready. False: nobody asked. Throws std::system_error when somebody asked and
// can't be told. Sends one datagram, which waits for nothing but the manager's queue.
bool NotifyReady();

}  // namespace market::host
