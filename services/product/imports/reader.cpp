#include "services/product/imports/reader.hpp"

#include "services/product/imports/csv_reader.hpp"
#include "services/product/imports/json_lines_reader.hpp"

namespace market::product::imports {

std::unique_ptr<Reader> MakeReader(domain::ImportFormat format) {
  if (format == domain::ImportFormat::kJsonLines) return std::make_unique<JsonLinesReader>();
  return std::make_unique<CsvReader>();
}

}  // namespace market::product::imports
