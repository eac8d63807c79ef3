// What a service that keeps pictures can be told: where their files are, how many are made at once, how large
// one may be. `<service>.pictures_directory` and the like.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "platform/config/properties.hpp"
#include "platform/pictures/maker.hpp"
#include "platform/pictures/picture_store.hpp"

namespace market::pictures {

struct Settings {
  Settings(config::Properties& properties, const std::string& service);

  config::Property<std::string> directory;
  config::Property<std::string> s3_url;
  config::Property<std::string> s3_bucket;
  config::Property<std::string> s3_region;
  config::Property<std::string> s3_access_key;
  config::Property<std::string> s3_secret_key;
  config::Property<std::int64_t> threads;
  config::Property<std::int64_t> megapixels;
};

// Null where none is named. Throws as DiskStore and S3Store do.
std::unique_ptr<PictureStore> StoreOf(const Settings& settings);
Maker::Options OptionsOf(const Settings& settings, PicturePlace place);

}  // namespace market::pictures
