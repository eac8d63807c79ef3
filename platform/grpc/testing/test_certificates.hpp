// For tests of platform/grpc: certificate authorities and leaf certificates, made on the spot.
#pragma once
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "platform/grpc/tls_files.hpp"

namespace market::grpc::test {

// Its files live as long as it does.
class Authority {
 public:
  explicit Authority(const std::string& name) : key_(EVP_EC_gen("P-256")) {
    directory_ = std::filesystem::temp_directory_path() / ("market-grpc-" + name + "-XXXXXX");
    std::string pattern = directory_.string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
    directory_ = pattern;
    certificate_ = Make(name, key_, nullptr, "");
    WriteCertificate(Path("ca.pem"), certificate_);
  }
  ~Authority() {
    X509_free(certificate_);
    EVP_PKEY_free(key_);
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  Authority(const Authority&) = delete;

  // `names` as OpenSSL writes them: "DNS:product,URI:spiffe://x,IP:127.0.0.1".
  TlsFiles Issue(const std::string& file, const std::string& names) {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* leaf = Make("leaf", key, this, names);
    const TlsFiles files{Path(file + ".pem"), Path(file + ".key"), Path("ca.pem")};
    WriteCertificate(files.certificate, leaf);
    FILE* out = std::fopen(files.key.c_str(), "w");
    PEM_write_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(out);
    X509_free(leaf);
    EVP_PKEY_free(key);
    return files;
  }
  std::string CaFile() const { return Path("ca.pem"); }

 private:
  std::string Path(const std::string& file) const { return (directory_ / file).string(); }

  static void WriteCertificate(const std::string& path, X509* certificate) {
    FILE* out = std::fopen(path.c_str(), "w");
    PEM_write_X509(out, certificate);
    std::fclose(out);
  }

  static void AddExtension(X509* certificate, X509* issuer, int kind, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
    if (extension == nullptr) throw std::runtime_error("extension " + value);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
  }

  static X509* Make(const std::string& name, EVP_PKEY* key, const Authority* issuer,
                    const std::string& names) {
    static long serial = 1;
    X509* certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    X509* parent = issuer != nullptr ? issuer->certificate_ : certificate;
    X509_set_issuer_name(certificate, X509_get_subject_name(parent));
    AddExtension(certificate, parent, NID_basic_constraints,
                 issuer == nullptr ? "critical,CA:TRUE" : "CA:FALSE");
    if (!names.empty()) AddExtension(certificate, parent, NID_subject_alt_name, names);
    X509_sign(certificate, issuer != nullptr ? issuer->key_ : key, EVP_sha256());
    return certificate;
  }

  EVP_PKEY* key_;
  X509* certificate_ = nullptr;
  std::filesystem::path directory_;
};

}  // namespace market::grpc::test
