#include "tests/interop/fuzz_frames.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <utility>

namespace market::grpc::fuzz {
namespace {

enum Type : std::uint8_t {
  kData,
  kHeaders,
  kPriority,
  kReset,
  kSettings,
  kPushPromise,
  kPing,
  kGoAway,
  kWindowUpdate,
  kContinuation,
};

constexpr std::uint8_t kEndStream = 0x1;
constexpr std::uint8_t kAck = 0x1;
constexpr std::uint8_t kEndHeaders = 0x4;
constexpr std::uint8_t kPadded = 0x8;
constexpr std::size_t kFrameHeaderBytes = 9;

struct Frame {
  std::uint8_t type = 0;
  std::uint8_t flags = 0;
  std::uint32_t stream = 0;
  std::string payload;
};

// An input taken apart: the bytes before the first frame, whole frames, and what is left.
struct Script {
  std::string head;
  std::vector<Frame> frames;
  std::string tail;
};

std::string BigEndian(std::uint64_t value, int bytes) {
  std::string out;
  for (int i = bytes - 1; i >= 0; --i) out.push_back(static_cast<char>(value >> (8 * i)));
  return out;
}

std::uint32_t Number(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<std::uint8_t>(byte);
  return value;
}

Script Parse(std::string_view input) {
  Script script;
  std::size_t head = 1;
  if (input.substr(1).starts_with(kMagic)) head += kMagic.size();
  script.head = input.substr(0, head);
  input.remove_prefix(head);
  while (input.size() >= kFrameHeaderBytes) {
    const std::size_t length = Number(input.substr(0, 3));
    if (input.size() < kFrameHeaderBytes + length) break;
    script.frames.push_back({static_cast<std::uint8_t>(input[3]), static_cast<std::uint8_t>(input[4]),
                             Number(input.substr(5, 4)),
                             std::string(input.substr(kFrameHeaderBytes, length))});
    input.remove_prefix(kFrameHeaderBytes + length);
  }
  script.tail = input;
  return script;
}

std::string Bytes(const Script& script) {
  std::string out = script.head;
  for (const Frame& frame : script.frames) {
    out += BigEndian(frame.payload.size(), 3);
    out.push_back(static_cast<char>(frame.type));
    out.push_back(static_cast<char>(frame.flags));
    out += BigEndian(frame.stream, 4);
    out += frame.payload;
  }
  return out + script.tail;
}

class Mutator {
 public:
  Mutator(std::uint32_t seed, MutateBytes mutate_bytes) : random_(seed), mutate_bytes_(mutate_bytes) {}

  std::string Mutated(std::string_view input, std::size_t max_size) {
    if (Below(5) == 0) return MutatedBytes(std::string(input), max_size);
    Script script = Parse(input);
    for (std::uint32_t changes = 1 + Below(3); changes > 0; --changes) Change(script);
    std::string out = Bytes(script);
    out.resize(std::min(out.size(), max_size));
    return out;
  }

 private:
  std::uint32_t Below(std::size_t limit) { return static_cast<std::uint32_t>(random_() % limit); }

  template <typename T, std::size_t N>
  const T& Any(const std::array<T, N>& of) {
    return of[Below(N)];
  }

  std::string MutatedBytes(std::string bytes, std::size_t max_size) {
    const std::size_t size = std::min(bytes.size(), max_size);
    bytes.resize(max_size);
    bytes.resize(mutate_bytes_(reinterpret_cast<std::uint8_t*>(bytes.data()), size, max_size));
    return bytes;
  }

  void Change(Script& script) {
    auto& frames = script.frames;
    const auto at = frames.begin() + (frames.empty() ? 0 : Below(frames.size()));
    switch (frames.empty() ? Below(3) : Below(12)) {
      case 0:
        frames.insert(at, AnyFrame());
        return;
      case 1:
        Call(script);
        return;
      case 2:
        script.head[0] = static_cast<char>(random_());
        return;
      case 3:
        frames.erase(at);
        return;
      case 4:
        frames.insert(at, Frame(*at));
        return;
      case 5:
        std::swap(*at, frames[Below(frames.size())]);
        return;
      case 6:
        at->stream = AnyStream();
        return;
      case 7:
        at->flags ^= static_cast<std::uint8_t>(1U << Below(8));
        return;
      case 8:
        at->type = static_cast<std::uint8_t>(Below(11));
        return;
      case 9:
        Split(frames, at);
        return;
      default:
        at->payload = MutatedBytes(at->payload, at->payload.size() + 64);
    }
  }

  // A whole call, at the end: request headers, messages, half-close or reset.
  void Call(Script& script) {
    std::uint32_t stream = 1;
    for (const Frame& frame : script.frames) {
      if (frame.type == kHeaders) stream = std::max(stream, (frame.stream | 1U) + 2);
    }
    script.frames.push_back({kHeaders, kEndHeaders, stream, RequestHeaders()});
    for (std::uint32_t messages = Below(3); messages > 0; --messages) {
      script.frames.push_back({kData, 0, stream, Message()});
    }
    if (Below(4) == 0) {
      script.frames.push_back({kReset, 0, stream, BigEndian(Below(14), 4)});
    } else {
      script.frames.push_back({kData, kEndStream, stream, Message()});
    }
  }

  // HEADERS becomes HEADERS and CONTINUATION, DATA two of them.
  void Split(std::vector<Frame>& frames, std::vector<Frame>::iterator at) {
    const std::size_t cut = Below(at->payload.size() + 1);
    Frame rest = *at;
    rest.payload.erase(0, cut);
    at->payload.resize(cut);
    if (at->type == kHeaders) {
      rest.type = kContinuation;
      rest.flags = at->flags & kEndHeaders;
      at->flags &= static_cast<std::uint8_t>(~kEndHeaders);
    } else {
      at->flags &= static_cast<std::uint8_t>(~kEndStream);
    }
    frames.insert(at + 1, std::move(rest));
  }

  std::uint32_t AnyStream() {
    constexpr std::array<std::uint32_t, 9> kIds{0, 1, 3, 5, 7, 9, 2, 0x7fffffff, 0x80000001};
    return Any(kIds);
  }

  Frame AnyFrame() {
    constexpr std::array<std::uint32_t, 6> kSizes{0, 1, 100, 65535, 0x7fffffff, 0xffffffff};
    switch (const std::uint32_t type = Below(12)) {
      case kData:
        return {kData, static_cast<std::uint8_t>(Below(2)), AnyStream(), Message()};
      case kHeaders:
        return {kHeaders, static_cast<std::uint8_t>(kEndHeaders | Below(2)), AnyStream(), RequestHeaders()};
      case kPriority:
        return {kPriority, 0, AnyStream(), BigEndian(AnyStream(), 4) + BigEndian(random_(), 1)};
      case kReset:
        return {kReset, 0, AnyStream(), BigEndian(Below(14), 4)};
      case kSettings:
        return Below(3) == 0 ? Frame{kSettings, kAck, 0, {}} : Settings();
      case kPushPromise:
        return {kPushPromise, kEndHeaders, AnyStream(), BigEndian(AnyStream(), 4) + RequestHeaders()};
      case kPing:
        return {kPing, static_cast<std::uint8_t>(Below(2)), 0, BigEndian(random_(), 8)};
      case kGoAway:
        return {kGoAway, 0, 0, BigEndian(AnyStream(), 4) + BigEndian(Below(14), 4) + "bye"};
      case kWindowUpdate:
        return {kWindowUpdate, 0, AnyStream(), BigEndian(Any(kSizes), 4)};
      case kContinuation:
        return {kContinuation, static_cast<std::uint8_t>(Below(8)), AnyStream(), RequestHeaders()};
      case kContinuation + 1:
        return {kData, kPadded, AnyStream(), BigEndian(Below(256), 1) + Message()};
      default:
        return {static_cast<std::uint8_t>(type), static_cast<std::uint8_t>(random_()), AnyStream(), "?"};
    }
  }

  Frame Settings() {
    constexpr std::array<std::uint32_t, 8> kValues{0, 1, 100, 4096, 16384, 65535, 0x7fffffff, 0xffffffff};
    Frame frame{kSettings, 0, 0, {}};
    for (std::uint32_t count = 1 + Below(3); count > 0; --count) {
      frame.payload += BigEndian(1 + Below(8), 2) + BigEndian(Any(kValues), 4);
    }
    return frame;
  }

  // One gRPC message with its prefix; now and then the prefix is not true.
  std::string Message() {
    constexpr std::array<std::uint32_t, 7> kSizes{0, 1, 5, 50, 200, 999, 1001};
    const std::uint32_t size = Any(kSizes);
    const std::uint32_t claimed = Below(6) == 0 ? static_cast<std::uint32_t>(random_()) : size;
    return BigEndian(Below(12) == 0 ? 1 : 0, 1) + BigEndian(claimed, 4) + std::string(size, 'm');
  }

  // HPACK, without Huffman codes: literal, indexed afterwards, or never.
  std::string Field(std::string_view name, std::string_view value) {
    constexpr std::array<char, 3> kKinds{0x00, 0x40, 0x10};
    return Any(kKinds) + Text(name) + Text(value);
  }

  static std::string Text(std::string_view text) {
    std::string out;
    if (std::size_t left = text.size(); left < 127) {
      out.push_back(static_cast<char>(left));
    } else {
      out.push_back(127);
      for (left -= 127; left >= 128; left >>= 7) out.push_back(static_cast<char>((left & 127) | 128));
      out.push_back(static_cast<char>(left));
    }
    return out.append(text);
  }

  std::string RequestHeaders() {
    constexpr std::array<std::string_view, 8> kPaths{
        "/grpc.testing.TestService/UnaryCall",          "/grpc.testing.TestService/FullDuplexCall",
        "/grpc.testing.TestService/StreamingInputCall", "/grpc.testing.TestService/StreamingOutputCall",
        "/grpc.testing.TestService/EmptyCall",          "/grpc.testing.TestService/UnaryCall",
        "/grpc.testing.TestService/UnimplementedCall",  "*"};
    std::string block = Field(":method", Below(20) == 0 ? "GET" : "POST") + Field(":scheme", "http");
    block += Field(":path", Any(kPaths)) + Field(":authority", "localhost");
    block +=
        Field("content-type", Below(20) == 0 ? "text/html" : "application/grpc") + Field("te", "trailers");
    for (std::uint32_t more = Below(4); more > 0; --more) block += AnyField();
    return block;
  }

  std::string AnyField() {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 16> kFields{{
        {"grpc-timeout", "1n"},
        {"grpc-timeout", "10u"},
        {"grpc-timeout", "99999999H"},
        {"grpc-timeout", "123456789S"},
        {"grpc-timeout", "-1m"},
        {"grpc-encoding", "gzip"},
        {"grpc-encoding", "identity"},
        {"grpc-accept-encoding", "gzip,identity"},
        {"x-trace-bin", "AAECAw"},
        {"x-trace-bin", "AAECAw==,AAAA,=,!"},
        {"authorization", "Bearer x"},
        {"connection", "close"},
        {"Upper", "case"},
        {":path", "/again"},
        {"content-length", "5"},
        {"grpc-status", "0"},
    }};
    switch (Below(8)) {
      case 0:  // of the static or dynamic table, where it may not exist
        return std::string(1, static_cast<char>(0x80 | (1 + Below(80))));
      case 1:  // change of the dynamic table's size
        return std::string(1, static_cast<char>(0x20 | Below(32)));
      case 2:
        return Field("x-long", std::string(100 * (1 + Below(40)), 'v'));
      default: {
        const auto& [name, value] = Any(kFields);
        return Field(name, value);
      }
    }
  }

  std::minstd_rand random_;
  MutateBytes mutate_bytes_;
};

}  // namespace

std::string Mutate(std::string_view input, std::size_t max_size, std::uint32_t seed,
                   MutateBytes mutate_bytes) {
  if (max_size == 0) return {};
  // Without a first byte there is nothing to take apart.
  if (input.empty()) return std::string(1, '\1');
  return Mutator(seed, mutate_bytes).Mutated(input, max_size);
}

}  // namespace market::grpc::fuzz
