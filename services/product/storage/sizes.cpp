#include "services/product/storage/sizes.hpp"

#include "platform/core/error.hpp"

namespace market::product {
namespace {

void Check(const Pairs& pairs, std::size_t most, std::string field) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : pairs) bytes += name.size() + value.size();
  if (bytes > most) {
    throw InvalidArgument(std::move(field), "TOO_LARGE",
                          "names and values must be at most " + std::to_string(most) + " bytes together");
  }
}

}  // namespace

void CheckTranslations(const google::protobuf::RepeatedPtrField<api::product::TranslationDraft>& translations,
                       std::string field) {
  std::size_t bytes = 0;
  for (const auto& said : translations) bytes += said.title().size() + said.description().size();
  if (bytes > kTranslationsBytesMax) {
    throw InvalidArgument(
        std::move(field), "TOO_LARGE",
        "texts must be at most " + std::to_string(kTranslationsBytesMax) + " bytes together");
  }
}

void CheckAttributes(const Pairs& attributes, std::string field) {
  Check(attributes, kAttributesBytesMax, std::move(field));
}

void CheckOptions(const Pairs& options, std::string field) {
  Check(options, kOptionsBytesMax, std::move(field));
}

}  // namespace market::product
