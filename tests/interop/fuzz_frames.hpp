// A grammar of HTTP/2 frames as gRPC clients send them, for the fuzzer: it changes inputs frame by frame, so
// that what it tries is mostly well-formed and gets past the first check.
//
// Owner: fuzz_server.cpp. Pure functions of their arguments.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace market::grpc::fuzz {

// The first byte of an input: how the bytes after it reach the server.
struct Delivery {
  explicit Delivery(std::uint8_t byte)
      : adds_preface((byte & 1) != 0), peer_reads((byte & 2) == 0), step_bytes((byte >> 2) * 16U + 1) {}

  bool adds_preface;  // the client's preface and empty SETTINGS come before the input's bytes
  bool peer_reads;    // otherwise what the server sends stays in the socket until it blocks
  std::size_t step_bytes;
};

inline constexpr std::string_view kMagic = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

// Changes bytes in place: (data, size, max_size) -> new size. libFuzzer's own, in the fuzzer.
using MutateBytes = std::size_t (*)(std::uint8_t* data, std::size_t size, std::size_t max_size);

// Another input, at most `max_size` long; the same for the same arguments.
std::string Mutate(std::string_view input, std::size_t max_size, std::uint32_t seed,
                   MutateBytes mutate_bytes);

}  // namespace market::grpc::fuzz
