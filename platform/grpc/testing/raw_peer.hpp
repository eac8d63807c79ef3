// For tests of platform/grpc: the other end of a connection, frame by frame, free to break every rule.
#pragma once
#include <nghttp2/nghttp2.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "platform/grpc/transport/address.hpp"
#include "platform/grpc/transport/wire.hpp"

namespace market::grpc::test {

inline constexpr int kEndHeaders = NGHTTP2_FLAG_END_HEADERS;
inline constexpr int kEndBoth = NGHTTP2_FLAG_END_HEADERS | NGHTTP2_FLAG_END_STREAM;

struct RawFrame {
  std::uint8_t type;
  std::uint8_t flags;
  std::uint32_t id;
  std::string payload;
  std::vector<std::pair<std::string, std::string>> headers;  // HEADERS, in order

  std::string Header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
      if (key == name) return value;
    }
    return "";
  }
};

inline std::string Big32(std::uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8),
          static_cast<char>(value)};
}

inline std::string MakeFrame(std::uint8_t type, std::uint8_t flags, std::uint32_t id,
                             std::string_view payload) {
  const auto size = static_cast<std::uint32_t>(payload.size());
  return Big32(size).substr(1) + static_cast<char>(type) + static_cast<char>(flags) + Big32(id) +
         std::string(payload);
}

// Literal header fields without indexing: no state, so frames may be repeated.
inline std::string HeaderBlock(const std::vector<std::pair<std::string, std::string>>& fields) {
  std::string block;
  const auto text = [&](const std::string& value) {
    if (value.size() < 127) {
      block += static_cast<char>(value.size());
    } else {
      block += static_cast<char>(127);
      std::size_t rest = value.size() - 127;
      for (; rest >= 128; rest /= 128) block += static_cast<char>(rest % 128 + 128);
      block += static_cast<char>(rest);
    }
    block += value;
  };
  for (const auto& [name, value] : fields) {
    block += '\0';
    text(name);
    text(value);
  }
  return block;
}

inline std::vector<std::pair<std::string, std::string>> RequestFields(const std::string& path) {
  return {{":method", "POST"},
          {":scheme", "http"},
          {":path", path},
          {":authority", "test"},
          {"content-type", "application/grpc"},
          {"te", "trailers"}};
}

inline std::string GrpcMessage(std::string_view body) {
  const auto prefix = MessagePrefix(body.size());
  return std::string(prefix.begin(), prefix.end()) + std::string(body);
}

class RawPeer {
 public:
  explicit RawPeer(boost::asio::io_context& io) : socket_(io) { nghttp2_hd_inflate_new(&inflater_); }
  ~RawPeer() { nghttp2_hd_inflate_del(inflater_); }
  RawPeer(const RawPeer&) = delete;

  // Blocking, over loopback: the kernel accepts.
  void Connect(const std::string& address) {
    boost::system::error_code error;
    socket_.connect(IpEndpoint(ParseHostPort(address)), error);
    if (error) throw boost::system::system_error(error);
    Read();
  }
  void Adopt(boost::asio::generic::stream_protocol::socket socket) {
    socket_ = std::move(socket);
    Read();
  }

  void SendPreface() { Send(std::string(NGHTTP2_CLIENT_MAGIC) + MakeFrame(NGHTTP2_SETTINGS, 0, 0, "")); }
  void SendHeaders(std::uint32_t id, const std::vector<std::pair<std::string, std::string>>& fields,
                   int flags) {
    Send(MakeFrame(NGHTTP2_HEADERS, static_cast<std::uint8_t>(flags), id, HeaderBlock(fields)));
  }
  void Send(std::string bytes) {
    if (bytes.empty()) return;
    outgoing_ += bytes;
    if (!writing_) Write();
  }
  bool Sent() const { return outgoing_.empty() && !writing_; }
  void StopReading() { paused_ = true; }
  void Close() {
    boost::system::error_code ignored;
    socket_.close(ignored);
  }
  // What has come already is still told to this peer: before it goes, so that nothing is told to it later.
  void Leave(boost::asio::io_context& io) {
    Close();
    io.restart();
    io.poll();
  }

  bool AckSettings = true;
  bool AckPings = true;
  bool closed = false;
  std::vector<RawFrame> frames;

  const RawFrame* Find(std::uint8_t type, std::uint32_t id) const {
    for (const RawFrame& frame : frames) {
      if (frame.type == type && frame.id == id) return &frame;
    }
    return nullptr;
  }

 private:
  void Read() {
    socket_.async_read_some(boost::asio::buffer(buffer_),
                            [this](boost::system::error_code error, std::size_t size) {
                              if (error == boost::asio::error::operation_aborted) return;
                              if (error) {
                                closed = true;
                                return;
                              }
                              incoming_.append(buffer_.data(), size);
                              if (!saw_magic_ && incoming_.starts_with("PRI"))
                                incoming_.erase(0, NGHTTP2_CLIENT_MAGIC_LEN);
                              saw_magic_ = true;
                              Parse();
                              if (!paused_) Read();
                            });
  }

  void Parse() {
    constexpr std::size_t kHeader = 9;
    while (incoming_.size() >= kHeader) {
      const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(incoming_[i]); };
      const std::size_t size = std::size_t{byte(0)} << 16 | std::size_t{byte(1)} << 8 | byte(2);
      if (incoming_.size() < kHeader + size) return;
      const std::uint32_t id = (std::uint32_t{byte(5)} << 24 | std::uint32_t{byte(6)} << 16 |
                                std::uint32_t{byte(7)} << 8 | byte(8)) &
                               0x7fffffff;
      RawFrame frame{byte(3), byte(4), id, incoming_.substr(kHeader, size), {}};
      incoming_.erase(0, kHeader + size);
      if (frame.type == NGHTTP2_HEADERS) Inflate(frame);
      if (frame.type == NGHTTP2_SETTINGS && (frame.flags & NGHTTP2_FLAG_ACK) == 0 && AckSettings) {
        Send(MakeFrame(NGHTTP2_SETTINGS, NGHTTP2_FLAG_ACK, 0, ""));
      }
      if (frame.type == NGHTTP2_PING && (frame.flags & NGHTTP2_FLAG_ACK) == 0 && AckPings) {
        Send(MakeFrame(NGHTTP2_PING, NGHTTP2_FLAG_ACK, 0, frame.payload));
      }
      frames.push_back(std::move(frame));
    }
  }

  void Inflate(RawFrame& frame) {
    const auto* in = reinterpret_cast<const std::uint8_t*>(frame.payload.data());
    std::size_t size = frame.payload.size();
    for (;;) {
      nghttp2_nv field;
      int flags = 0;
      const auto used = nghttp2_hd_inflate_hd2(inflater_, &field, &flags, in, size, 1);
      if (used < 0) return;
      in += used;
      size -= static_cast<std::size_t>(used);
      if ((flags & NGHTTP2_HD_INFLATE_EMIT) != 0) {
        frame.headers.emplace_back(std::string(reinterpret_cast<char*>(field.name), field.namelen),
                                   std::string(reinterpret_cast<char*>(field.value), field.valuelen));
      }
      if ((flags & NGHTTP2_HD_INFLATE_FINAL) != 0) break;
      if ((flags & NGHTTP2_HD_INFLATE_EMIT) == 0 && size == 0) return;
    }
    nghttp2_hd_inflate_end_headers(inflater_);
  }

  void Write() {
    writing_ = true;
    in_flight_.swap(outgoing_);
    outgoing_.clear();
    boost::asio::async_write(socket_, boost::asio::buffer(in_flight_),
                             [this](boost::system::error_code error, std::size_t) {
                               if (error == boost::asio::error::operation_aborted) return;
                               writing_ = false;
                               if (error) {
                                 outgoing_.clear();
                                 return;
                               }
                               if (!outgoing_.empty()) Write();
                             });
  }

  boost::asio::generic::stream_protocol::socket socket_;
  nghttp2_hd_inflater* inflater_ = nullptr;
  std::array<char, 65536> buffer_;
  std::string incoming_;
  std::string outgoing_;
  std::string in_flight_;
  bool writing_ = false;
  bool paused_ = false;
  bool saw_magic_ = false;
};

}  // namespace market::grpc::test
