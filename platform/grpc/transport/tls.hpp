// Internal to platform/grpc. TLS 1.3 over buffers: the session owns the socket and decides when bytes leave,
// so that all frames of a turn share one record. Io thread only.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "platform/grpc/tls_files.hpp"

struct ssl_ctx_st;
struct ssl_st;
struct bio_st;

namespace market::grpc {

// The certificates of one side; immutable, shared by its connections, replaced as a whole on reload.
class TlsContext {
 public:
  enum class Side { kServer, kClient };

  // Throws std::runtime_error saying which file OpenSSL refused and why.
  // A client may have no certificate of its own.
  TlsContext(Side side, const TlsFiles& files);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  ssl_ctx_st* Native() const { return context_; }
  Side Which() const { return side_; }

 private:
  Side side_;
  ssl_ctx_st* context_;
};

class TlsStream {
 public:
  enum class Result { kOk, kClosed, kFailed };

  // A client requires `expected_name` among the DNS and URI names of the server's certificate.
  TlsStream(std::shared_ptr<const TlsContext> context, std::string expected_name);
  ~TlsStream();
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;

  // Client: puts its first message into the output.
  void Start();
  // Takes bytes from the peer and appends what they decrypt to `plaintext`.
  // May add to the output in every case.
  Result Receive(std::string_view ciphertext, std::string& plaintext);
  // Only when Established.
  void Send(std::string_view plaintext);
  void SendClose();
  // From one record to the next, 34 KB, where a server's connection would ask for them each time.
  void KeepBuffers();
  // Moves what is to be sent to the end of `ciphertext`.
  void TakeOutput(std::string& ciphertext);

  bool Established() const { return established_; }
  const std::string& PeerIdentity() const { return peer_identity_; }
  const std::string& Failure() const { return failure_; }

 private:
  Result Handshake();
  Result Fail(std::string why);
  bool PeerIsAcceptable();

  std::shared_ptr<const TlsContext> context_;
  std::string expected_name_;
  ssl_st* ssl_;
  bio_st* input_;   // owned by ssl_
  bio_st* output_;  // owned by ssl_
  bool established_ = false;
  std::string peer_identity_;
  std::string failure_;
};

}  // namespace market::grpc
