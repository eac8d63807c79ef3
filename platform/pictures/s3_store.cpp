#include "platform/pictures/s3_store.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <mutex>
#include <stdexcept>
#include <utility>
#include <vector>

#include "platform/crypto/digest.hpp"
#include "platform/crypto/hex.hpp"

namespace market::pictures {
namespace {

constexpr std::size_t kWordsMax = 2'000;  // of what the store says, for the log
constexpr long kOk = 200;
constexpr long kNoContent = 204;
constexpr long kNotFound = 404;

// Before the first thread needs it; libcurl counts, and is never unloaded.
void LoadCurl() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (code != CURLE_OK) throw std::runtime_error(std::string("libcurl: ") + curl_easy_strerror(code));
}

struct Cleanup {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Handle = std::unique_ptr<CURL, Cleanup>;
using Headers = std::unique_ptr<curl_slist, Cleanup>;

void AddHeader(Headers& headers, const std::string& line) {
  auto* longer = curl_slist_append(headers.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  static_cast<void>(headers.release());
  headers.reset(longer);
}

std::size_t KeepWords(char* data, std::size_t, std::size_t length, void* target) {
  auto& words = *static_cast<std::string*>(target);
  words.append(data, std::min(length, kWordsMax - std::min(kWordsMax, words.size())));
  return length;
}

struct S3Request {
  const char* method;
  std::string_view bytes;
  std::string_view media_type;  // "": there is no body
};

void CheckS3(const S3Store::Options& options) {
  if (!options.url.starts_with("https://") && !options.url.starts_with("http://"))
    throw std::invalid_argument("not the URL of an object store: '" + options.url + "'");
  if (options.bucket.empty() || options.region.empty() || options.access_key.empty() ||
      options.secret_key.empty())
    throw std::invalid_argument("pictures in an object store need a bucket, a region and both keys");
}

}  // namespace

class S3Store::Core {
 public:
  explicit Core(Options options) : options_(std::move(options)) {
    while (options_.url.ends_with('/')) options_.url.pop_back();
  }

  // The status; throws for none and for one that is not among `good`.
  void Send(const S3Request& request, std::string_view name, std::initializer_list<long> good) {
    auto handle = Take();
    auto* curl = handle.get();
    std::string words;
    const auto url = options_.url + "/" + options_.bucket + "/pictures/" + std::string(name);
    const auto headers = HeadersOf(request);
    const auto signing = "aws:amz:" + options_.region + ":s3";
    curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method);
    if (!request.media_type.empty()) {
      curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.bytes.data());
      curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.bytes.size()));
    }
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(curl, CURLOPT_AWS_SIGV4, signing.c_str());
    curl_easy_setopt(curl, CURLOPT_USERNAME, options_.access_key.c_str());
    curl_easy_setopt(curl, CURLOPT_PASSWORD, options_.secret_key.c_str());
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(options_.timeout.count()));
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, KeepWords);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &words);
    const auto code = curl_easy_perform(curl);
    if (code != CURLE_OK) throw std::runtime_error("object store: " + std::string(curl_easy_strerror(code)));
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_reset(curl);
    Keep(std::move(handle));
    if (std::ranges::find(good, status) == good.end()) {
      throw std::runtime_error("object store: " + std::to_string(status) + " to " + request.method + " " +
                               std::string(name) + ": " + words);
    }
  }

 private:
  static Headers HeadersOf(const S3Request& request) {
    std::string digest;
    crypto::AppendHex(digest, crypto::Sha256(request.bytes));
    Headers headers;
    AddHeader(headers, "x-amz-content-sha256: " + digest);
    if (!request.media_type.empty()) {
      AddHeader(headers, "Content-Type: " + std::string(request.media_type));
      // For whoever passes them on as they are.
      AddHeader(headers, "Cache-Control: public, max-age=31536000, immutable");
    }
    return headers;
  }

  Handle Take() {
    const std::scoped_lock lock(mutex_);
    if (free_.empty()) {
      Handle made(curl_easy_init());
      if (!made) throw std::runtime_error("libcurl has no handle");
      return made;
    }
    auto handle = std::move(free_.back());
    free_.pop_back();
    return handle;
  }
  void Keep(Handle handle) {
    const std::scoped_lock lock(mutex_);
    free_.push_back(std::move(handle));
  }

  Options options_;
  std::mutex mutex_;
  std::vector<Handle> free_;  // as many as there were threads at once
};

S3Store::S3Store(Options options) {
  CheckS3(options);
  LoadCurl();
  core_ = std::make_unique<Core>(std::move(options));
}

S3Store::~S3Store() = default;

void S3Store::Put(std::string_view name, std::string_view bytes, std::string_view media_type) {
  core_->Send({.method = "PUT", .bytes = bytes, .media_type = media_type}, name, {kOk, kNoContent});
}

void S3Store::Remove(std::string_view name) {
  core_->Send({.method = "DELETE", .bytes = "", .media_type = ""}, name, {kOk, kNoContent, kNotFound});
}

}  // namespace market::pictures
