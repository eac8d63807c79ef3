#include "platform/pictures/settings.hpp"

#include "platform/pictures/disk_store.hpp"
#include "platform/pictures/s3_store.hpp"

namespace market::pictures {

Settings::Settings(config::Properties& properties, const std::string& service)
    : directory(properties.Text(
          service + ".pictures_directory",
          "where pictures are kept, and nginx serves them from; every replica and every service that keeps "
          "pictures has the same. Without it and without " +
              service + ".pictures_s3_url no pictures can be uploaded",
          "")),
      s3_url(properties.Text(
          service + ".pictures_s3_url",
          "the object store that pictures are kept in instead, by S3: https://HOST; nginx passes /pictures/ "
          "on to the bucket",
          "")),
      s3_bucket(properties.Text(service + ".pictures_s3_bucket", "its bucket for pictures", "")),
      s3_region(properties.Text(service + ".pictures_s3_region", "its region", "us-east-1")),
      s3_access_key(
          properties.Text(service + ".pictures_s3_access_key", "who we are to the object store", "")),
      s3_secret_key(properties.Secret(service + ".pictures_s3_secret_key",
                                      "what requests to the object store are signed with", "")),
      threads(properties.Int(service + ".picture_threads", "pictures that are made at once", "threads", 1, 64,
                             1)),
      megapixels(properties.Int(service + ".picture_megapixels", "how large a picture may be",
                                "millions of pixels", 1, 200, 25)) {}

std::unique_ptr<PictureStore> StoreOf(const Settings& settings) {
  if (!settings.s3_url->empty()) {
    return std::make_unique<S3Store>(S3Store::Options{.url = *settings.s3_url,
                                                      .bucket = *settings.s3_bucket,
                                                      .region = *settings.s3_region,
                                                      .access_key = *settings.s3_access_key,
                                                      .secret_key = *settings.s3_secret_key});
  }
  if (settings.directory->empty()) return nullptr;
  return std::make_unique<DiskStore>(*settings.directory);
}

Maker::Options OptionsOf(const Settings& settings, PicturePlace place) {
  return {.place = place,
          .threads = static_cast<std::size_t>(*settings.threads),
          .limits = {.pixels_max = *settings.megapixels * 1'000'000}};
}

}  // namespace market::pictures
