#include "platform/pictures/s3_store.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <thread>

#include "platform/crypto/digest.hpp"
#include "platform/crypto/hex.hpp"

namespace market::pictures {
namespace {

using ::testing::HasSubstr;

constexpr const char* kSecret = "wJalrXUtnFEMI/K7MDENG";

std::string HexOf(const std::string& bytes) {
  std::string text;
  crypto::AppendHex(text, bytes);
  return text;
}

struct Got {
  std::string method;
  std::string path;
  std::map<std::string, std::string> headers;  // by lower-case name
  std::string body;
};

// The signature that a request should have, of the headers that it says are signed: AWS Signature Version 4.
std::string SignatureOf(const Got& got) {
  const auto& authorization = got.headers.at("authorization");
  const auto part = [&](const std::string& name) {
    const auto from = authorization.find(name + "=") + name.size() + 1;
    return authorization.substr(from, authorization.find_first_of(", ", from) - from);
  };
  const auto signed_headers = part("SignedHeaders");
  std::string canonical = got.method + "\n" + got.path + "\n\n";
  for (std::size_t at = 0; at < signed_headers.size();) {
    const auto end = std::min(signed_headers.find(';', at), signed_headers.size());
    const auto name = signed_headers.substr(at, end - at);
    canonical.append(name).append(":").append(got.headers.at(name)).append("\n");
    at = end + 1;
  }
  canonical += "\n" + signed_headers + "\n" + HexOf(crypto::Sha256(got.body));
  const auto credential = part("Credential");
  const auto scope = credential.substr(credential.find('/') + 1);
  std::string key = std::string("AWS4") + kSecret;
  for (std::size_t at = 0; at < scope.size();) {
    const auto end = std::min(scope.find('/', at), scope.size());
    key = crypto::HmacSha256(key, scope.substr(at, end - at));
    at = end + 1;
  }
  const auto text = "AWS4-HMAC-SHA256\n" + got.headers.at("x-amz-date") + "\n" + scope + "\n" +
                    HexOf(crypto::Sha256(canonical));
  return HexOf(crypto::HmacSha256(key, text));
}

// Answers every request with one status, and remembers them.
class FakeBucket {
 public:
  FakeBucket() : listener_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof(address);
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), length) != 0 || listen(listener_, 8) != 0 ||
        getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length) != 0)
      throw std::runtime_error("no port");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { Serve(); });
  }
  ~FakeBucket() {
    shutdown(listener_, SHUT_RDWR);
    close(listener_);
    thread_.join();
  }

  std::string Url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  void AnswerWith(int status) {
    const std::scoped_lock lock(mutex_);
    status_ = status;
  }
  std::vector<Got> Requests() const {
    const std::scoped_lock lock(mutex_);
    return requests_;
  }

 private:
  void Serve() {
    for (int client = accept(listener_, nullptr, nullptr); client >= 0;
         client = accept(listener_, nullptr, nullptr)) {
      std::string bytes;
      char buffer[65536];
      for (auto got = read(client, buffer, sizeof(buffer)); got > 0;
           got = read(client, buffer, sizeof(buffer))) {
        bytes.append(buffer, static_cast<std::size_t>(got));
        if (Complete(bytes)) break;
      }
      const std::scoped_lock lock(mutex_);
      const auto answer = "HTTP/1.1 " + std::to_string(status_) +
                          " X\r\nConnection: close\r\nContent-Length: 6\r\n\r\nwords\n";
      // One that has said nothing is told nothing.
      if (!bytes.empty() && status_ != 0 && write(client, answer.data(), answer.size()) < 0) status_ = 0;
      close(client);
    }
  }
  bool Complete(const std::string& bytes) {
    const auto end = bytes.find("\r\n\r\n");
    if (end == bytes.npos) return false;
    Got got;
    std::size_t at = bytes.find("\r\n");
    const auto first = bytes.substr(0, at);
    got.method = first.substr(0, first.find(' '));
    got.path = first.substr(got.method.size() + 1, first.rfind(' ') - got.method.size() - 1);
    while (at < end) {
      const auto next = bytes.find("\r\n", at + 2);
      const auto line = bytes.substr(at + 2, next - at - 2);
      auto name = line.substr(0, line.find(':'));
      std::ranges::transform(name, name.begin(), [](char c) { return static_cast<char>(std::tolower(c)); });
      got.headers[name] = line.substr(std::min(line.size(), line.find(':') + 2));
      at = next;
    }
    const auto length =
        got.headers.contains("content-length") ? std::stoul(got.headers["content-length"]) : 0;
    got.body = bytes.substr(end + 4);
    if (got.body.size() < length) return false;
    const std::scoped_lock lock(mutex_);
    requests_.push_back(std::move(got));
    return true;
  }

  mutable std::mutex mutex_;
  int status_ = 200;
  std::vector<Got> requests_;
  int listener_;
  int port_ = 0;
  std::thread thread_;
};

S3Store::Options OptionsOf(const FakeBucket& bucket) {
  return {.url = bucket.Url() + "/",
          .bucket = "shop",
          .region = "eu-central-1",
          .access_key = "AKIDEXAMPLE",
          .secret_key = kSecret,
          .timeout = std::chrono::milliseconds(2'000)};
}

TEST(S3Store, SignsWhatItPutsAndRemoves) {
  FakeBucket bucket;
  S3Store store(OptionsOf(bucket));
  const std::string bytes = std::string("RIFF\0\xff", 6) + std::string(100'000, 'x');
  store.Put("9f/86d0/480.webp", bytes, "image/webp");
  bucket.AnswerWith(204);
  store.Remove("9f/86d0/480.webp");
  const auto requests = bucket.Requests();
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(requests[0].method, "PUT");
  EXPECT_EQ(requests[1].method, "DELETE");
  EXPECT_EQ(requests[0].body, bytes);
  EXPECT_EQ(requests[0].headers.at("content-type"), "image/webp");
  EXPECT_THAT(requests[0].headers.at("cache-control"), HasSubstr("immutable"));
  for (const auto& request : requests) {
    EXPECT_EQ(request.path, "/shop/pictures/9f/86d0/480.webp");
    EXPECT_EQ(request.headers.at("x-amz-content-sha256"), HexOf(crypto::Sha256(request.body)));
    const auto& authorization = request.headers.at("authorization");
    EXPECT_THAT(authorization, HasSubstr("Credential=AKIDEXAMPLE/"));
    EXPECT_THAT(authorization, HasSubstr("/eu-central-1/s3/aws4_request"));
    EXPECT_THAT(authorization, HasSubstr("Signature=" + SignatureOf(request)));
    EXPECT_EQ(authorization.find(kSecret), authorization.npos);
  }
}

TEST(S3Store, WhatIsGoneAlreadyIsNoError) {
  FakeBucket bucket;
  S3Store store(OptionsOf(bucket));
  bucket.AnswerWith(404);
  EXPECT_NO_THROW(store.Remove("9f/86d0/480.webp"));
  EXPECT_THROW(store.Put("9f/86d0/480.webp", "x", "image/webp"), std::runtime_error) << "there is no bucket";
}

TEST(S3Store, SaysWhatTheStoreHasSaid) {
  FakeBucket bucket;
  S3Store store(OptionsOf(bucket));
  for (const int status : {301, 403, 500, 503}) {
    bucket.AnswerWith(status);
    try {
      store.Put("9f/86d0/480.webp", "x", "image/webp");
      ADD_FAILURE() << status << " was taken for good";
    } catch (const std::runtime_error& error) {
      EXPECT_THAT(error.what(), HasSubstr(std::to_string(status)));
      EXPECT_THAT(error.what(), HasSubstr("words"));
    }
  }
  bucket.AnswerWith(0);
  EXPECT_THROW(store.Put("9f/86d0/480.webp", "x", "image/webp"), std::runtime_error);
}

TEST(S3Store, OptionsThatCanNotBeMeantAreRefused) {
  FakeBucket bucket;
  for (auto member : {&S3Store::Options::url, &S3Store::Options::bucket, &S3Store::Options::region,
                      &S3Store::Options::access_key, &S3Store::Options::secret_key}) {
    auto options = OptionsOf(bucket);
    (options.*member).clear();
    EXPECT_THROW(S3Store{options}, std::invalid_argument);
  }
}

}  // namespace
}  // namespace market::pictures
