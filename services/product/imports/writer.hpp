// Writes rows as the readers read them. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "services/product/domain/import.hpp"
#include "services/product/imports/row.hpp"

namespace market::product::imports {

// The names of attributes and options that a file of CSV has columns for, in the order of their columns.
struct NamedColumns {
  std::vector<std::string> attributes;
  std::vector<std::string> options;
};

// What a file begins with: of CSV a BOM, for programs that would take it for another encoding, and the names of the columns;
// of JSON lines nothing.
std::string Header(domain::ImportFormat format, const NamedColumns& columns);
// What has no column is left out.
void AppendRow(std::string& file, domain::ImportFormat format, const NamedColumns& columns, const Row& row);

std::string_view MediaType(domain::ImportFormat format);
std::string_view FileName(domain::ImportFormat format);

}  // namespace market::product::imports
