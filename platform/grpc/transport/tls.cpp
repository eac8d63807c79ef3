#include "platform/grpc/transport/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>
#include <vector>

namespace market::grpc {
namespace {

constexpr std::array<unsigned char, 3> kAlpn{2, 'h', '2'};

std::string OpensslError() {
  const unsigned long code = ERR_get_error();
  if (code == 0) return "unknown error";
  std::array<char, 256> text{};
  ERR_error_string_n(code, text.data(), text.size());
  ERR_clear_error();
  return text.data();
}

int SelectAlpn(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
               unsigned in_size, void*) {
  unsigned char* selected = nullptr;
  if (SSL_select_next_proto(&selected, out_size, kAlpn.data(), kAlpn.size(), in, in_size) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *out = selected;
  return SSL_TLSEXT_ERR_OK;
}

// DNS and URI names in the certificate's order.
std::vector<std::string> NamesOf(X509* certificate) {
  std::vector<std::string> names;
  auto* list =
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  if (list == nullptr) return names;
  for (int i = 0; i < sk_GENERAL_NAME_num(list); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(list, i);
    if (name->type != GEN_DNS && name->type != GEN_URI) continue;
    const ASN1_IA5STRING* text = name->type == GEN_DNS ? name->d.dNSName : name->d.uniformResourceIdentifier;
    const std::string value(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                            static_cast<std::size_t>(ASN1_STRING_length(text)));
    // A name with a zero byte means different things to different readers.
    if (value.find('\0') == std::string::npos) names.push_back(value);
  }
  GENERAL_NAMES_free(list);
  return names;
}

}  // namespace

TlsContext::TlsContext(Side side, const TlsFiles& files)
    : side_(side), context_(SSL_CTX_new(side == Side::kServer ? TLS_server_method() : TLS_client_method())) {
  if (context_ == nullptr) throw std::runtime_error("TLS: " + OpensslError());
  const auto refuse = [this](const std::string& file) {
    const std::string text = "TLS: " + file + ": " + OpensslError();
    SSL_CTX_free(context_);
    throw std::runtime_error(text);
  };
  ERR_clear_error();
  SSL_CTX_set_min_proto_version(context_, TLS1_3_VERSION);
  SSL_CTX_set_session_cache_mode(context_, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context_,
                          0);  // connections live long; a ticket is two more writes for each handshake
  // A stranger's connection that says nothing costs little. Services talk all the time: KeepBuffers.
  if (side == Side::kServer) SSL_CTX_set_mode(context_, SSL_MODE_RELEASE_BUFFERS);
  if (side == Side::kServer || !files.certificate.empty()) {
    if (SSL_CTX_use_certificate_chain_file(context_, files.certificate.c_str()) != 1)
      refuse(files.certificate);
    if (SSL_CTX_use_PrivateKey_file(context_, files.key.c_str(), SSL_FILETYPE_PEM) != 1) refuse(files.key);
    if (SSL_CTX_check_private_key(context_) != 1) refuse(files.key);
  }
  if (SSL_CTX_load_verify_locations(context_, files.ca.c_str(), nullptr) != 1) refuse(files.ca);
  SSL_CTX_set_verify(context_, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  if (side == Side::kServer) {
    SSL_CTX_set_alpn_select_cb(context_, SelectAlpn, nullptr);
    SSL_CTX_set_client_CA_list(context_, SSL_load_client_CA_file(files.ca.c_str()));
  } else {
    SSL_CTX_set_alpn_protos(context_, kAlpn.data(), kAlpn.size());
  }
}

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

void CheckTlsFiles(const TlsFiles& files) {
  const TlsContext context(TlsContext::Side::kServer, files);
  STACK_OF(X509)* chain = nullptr;
  SSL_CTX_get0_chain_certs(context.Native(), &chain);
  const std::unique_ptr<X509_STORE_CTX, decltype(&X509_STORE_CTX_free)> check(X509_STORE_CTX_new(),
                                                                              &X509_STORE_CTX_free);
  X509* own = SSL_CTX_get0_certificate(context.Native());
  if (check == nullptr ||
      X509_STORE_CTX_init(check.get(), SSL_CTX_get_cert_store(context.Native()), own, chain) != 1) {
    throw std::bad_alloc();
  }
  if (X509_verify_cert(check.get()) != 1) {
    throw std::runtime_error(files.certificate + " does not stand up to " + files.ca + ": " +
                             X509_verify_cert_error_string(X509_STORE_CTX_get_error(check.get())));
  }
}

TlsStream::TlsStream(std::shared_ptr<const TlsContext> context, std::string expected_name)
    : context_(std::move(context)),
      expected_name_(std::move(expected_name)),
      ssl_(SSL_new(context_->Native())),
      input_(BIO_new(BIO_s_mem())),
      output_(BIO_new(BIO_s_mem())) {
  if (ssl_ == nullptr || input_ == nullptr || output_ == nullptr) throw std::bad_alloc();
  SSL_set_bio(ssl_, input_, output_);
  if (context_->Which() == TlsContext::Side::kServer) {
    SSL_set_accept_state(ssl_);
  } else {
    SSL_set_connect_state(ssl_);
    if (!expected_name_.contains(':')) SSL_set_tlsext_host_name(ssl_, expected_name_.c_str());
  }
}

TlsStream::~TlsStream() { SSL_free(ssl_); }

void TlsStream::Start() { Handshake(); }

TlsStream::Result TlsStream::Fail(std::string why) {
  failure_ = std::move(why);
  return Result::kFailed;
}

TlsStream::Result TlsStream::Handshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_);
  if (result != 1) {
    if (SSL_get_error(ssl_, result) == SSL_ERROR_WANT_READ) return Result::kOk;
    return Fail("TLS handshake: " + OpensslError());
  }
  const unsigned char* protocol = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_, &protocol, &size);
  if (size != 2 || std::memcmp(protocol, "h2", 2) != 0)
    return Fail("TLS: the peer does not offer ALPN \"h2\"");
  if (!PeerIsAcceptable()) return Fail("TLS: the peer's certificate is not for \"" + expected_name_ + "\"");
  established_ = true;
  return Result::kOk;
}

bool TlsStream::PeerIsAcceptable() {
  X509* certificate = SSL_get0_peer_certificate(ssl_);
  if (certificate == nullptr || SSL_get_verify_result(ssl_) != X509_V_OK) return false;
  const auto names = NamesOf(certificate);
  if (!names.empty()) peer_identity_ = names.front();
  if (context_->Which() == TlsContext::Side::kServer) return true;
  if (std::ranges::find(names, expected_name_) != names.end()) return true;
  return X509_check_host(certificate, expected_name_.data(), expected_name_.size(),
                         X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, nullptr) == 1 ||
         X509_check_ip_asc(certificate, expected_name_.c_str(), 0) == 1;
}

TlsStream::Result TlsStream::Receive(std::string_view ciphertext, std::string& plaintext) {
  BIO_write(input_, ciphertext.data(), static_cast<int>(ciphertext.size()));
  if (!established_) {
    const Result result = Handshake();
    if (result != Result::kOk || !established_) return result;
  }
  constexpr std::size_t kRecordBytes = 16 * 1024;
  for (;;) {
    const std::size_t before = plaintext.size();
    int count = 0;
    ERR_clear_error();
    plaintext.resize_and_overwrite(before + kRecordBytes, [&](char* data, std::size_t) {
      count = SSL_read(ssl_, data + before, static_cast<int>(kRecordBytes));
      return before + static_cast<std::size_t>(std::max(count, 0));
    });
    if (count > 0) continue;
    switch (SSL_get_error(ssl_, count)) {
      case SSL_ERROR_WANT_READ:
        return Result::kOk;
      case SSL_ERROR_ZERO_RETURN:
        return Result::kClosed;
      default:
        return Fail("TLS: " + OpensslError());
    }
  }
}

void TlsStream::KeepBuffers() { SSL_clear_mode(ssl_, SSL_MODE_RELEASE_BUFFERS); }

void TlsStream::Send(std::string_view plaintext) {
  ERR_clear_error();
  if (!plaintext.empty()) SSL_write(ssl_, plaintext.data(), static_cast<int>(plaintext.size()));
}

void TlsStream::SendClose() {
  ERR_clear_error();
  if (established_) SSL_shutdown(ssl_);
}

void TlsStream::TakeOutput(std::string& ciphertext) {
  // By reading: BIO_reset would clear all the room that there has ever been in it.
  const std::size_t before = ciphertext.size();
  const std::size_t size = BIO_ctrl_pending(output_);
  if (size == 0) return;
  ciphertext.resize_and_overwrite(before + size, [&](char* data, std::size_t) {
    return before +
           static_cast<std::size_t>(std::max(0, BIO_read(output_, data + before, static_cast<int>(size))));
  });
}

}  // namespace market::grpc
