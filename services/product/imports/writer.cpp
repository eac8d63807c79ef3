#include "services/product/imports/writer.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include "platform/core/csv.hpp"

namespace market::product::imports {
namespace {

constexpr std::string_view kLineEnd = "\r\n";

std::string Quoted(std::string_view text) {
  return boost::json::serialize(boost::json::value(boost::json::string_view(text.data(), text.size())));
}

void AppendPairs(std::string& line, const std::vector<std::string>& names, const Row::Pairs& pairs) {
  for (const auto& name : names) {
    line += ',';
    const auto found = std::ranges::find(pairs, name, &Row::Pairs::value_type::first);
    if (found != pairs.end()) csv::AppendCell(line, found->second);
  }
}

void AppendObject(std::string& line, std::string_view name, const Row::Pairs& pairs) {
  if (pairs.empty()) return;
  line += (line.ends_with('{') ? "\"" : ",\"") + std::string(name) + "\":{";
  for (const auto& [key, value] : pairs) {
    if (!line.ends_with('{')) line += ',';
    line += Quoted(key) + ':' + Quoted(value);
  }
  line += '}';
}

void AppendCsv(std::string& file, const NamedColumns& columns, const Row& row) {
  std::string line;
  for (std::size_t i = 0; i < kColumnNames.size(); ++i) {
    if (i > 0) line += ',';
    csv::AppendCell(line, row.Text(static_cast<Column>(i)));
  }
  AppendPairs(line, columns.attributes, row.attributes);
  AppendPairs(line, columns.options, row.options);
  file += line;
  file += kLineEnd;
}

void AppendJson(std::string& file, const Row& row) {
  std::string line = "{";
  for (std::size_t i = 0; i < kColumnNames.size(); ++i) {
    const auto& cell = row.cells[i];
    if (!cell || cell->empty()) continue;
    line += (line.ends_with('{') ? "\"" : ",\"") + std::string(kColumnNames[i]) + "\":" + Quoted(*cell);
  }
  AppendObject(line, "attributes", row.attributes);
  AppendObject(line, "options", row.options);
  file += line;
  file += "}\n";
}

}  // namespace

std::string Header(domain::ImportFormat format, const NamedColumns& columns) {
  if (format == domain::ImportFormat::kJsonLines) return {};
  std::string line;
  for (const auto name : kColumnNames) {
    if (!line.empty()) line += ',';
    csv::AppendCell(line, name);
  }
  const auto append = [&](std::string_view prefix, const std::vector<std::string>& names) {
    for (const auto& name : names) {
      line += ',';
      csv::AppendCell(line, std::string(prefix) + name);
    }
  };
  append(kAttributePrefix, columns.attributes);
  append(kOptionPrefix, columns.options);
  return std::string(kByteOrderMark) + line + std::string(kLineEnd);
}

void AppendRow(std::string& file, domain::ImportFormat format, const NamedColumns& columns, const Row& row) {
  if (format == domain::ImportFormat::kJsonLines) {
    AppendJson(file, row);
  } else {
    AppendCsv(file, columns, row);
  }
}

std::string_view MediaType(domain::ImportFormat format) {
  return format == domain::ImportFormat::kJsonLines ? "application/x-ndjson" : "text/csv; charset=utf-8";
}

std::string_view FileName(domain::ImportFormat format) {
  return format == domain::ImportFormat::kJsonLines ? "products.jsonl" : "products.csv";
}

}  // namespace market::product::imports
