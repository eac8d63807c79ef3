// Random bytes fit for secrets, from the system through OpenSSL. Any thread.
#pragma once
#include <cstddef>
#include <string>

namespace market::crypto {

// Throws std::runtime_error when the system has none to give.
std::string RandomBytes(std::size_t size);

}  // namespace market::crypto
