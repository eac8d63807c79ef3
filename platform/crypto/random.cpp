#include "platform/crypto/random.hpp"

#include <openssl/rand.h>

#include <stdexcept>

namespace market::crypto {

std::string RandomBytes(std::size_t size) {
  std::string bytes(size, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(size)) != 1) {
    throw std::runtime_error("the system's random generator failed");
  }
  return bytes;
}

}  // namespace market::crypto
