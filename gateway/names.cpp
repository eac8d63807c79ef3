#include "gateway/names.hpp"

#include <algorithm>

#include "gateway/transcoding/wire.hpp"

namespace market::gateway {
namespace {

using transcoding::Kind;
using transcoding::MessageSchema;
using transcoding::WireReader;
using transcoding::WireRecord;
using transcoding::WireType;

// FNV-1a, 64 bits.
constexpr Name kBasis = 0xcbf29ce484222325;
constexpr Name kPrime = 0x100000001b3;

constexpr char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

Name Hashed(Name name, std::string_view text) {
  for (const char c : text) name = (name ^ static_cast<unsigned char>(Lower(c))) * kPrime;
  return name;
}

}  // namespace

void Names::AddId(std::string_view id) {
  if (!id.empty()) names_.push_back(Hashed(kBasis, id));
}

void Names::AddWord(std::string_view kind, std::string_view word) {
  names_.push_back(Hashed(Hashed(Hashed(kBasis, kind), ":"), word));
}

bool Names::Add(const MessageSchema& schema, std::string_view wire, int depth) {
  if (depth < 0) return false;
  WireReader reader(wire);
  while (!reader.AtEnd()) {
    WireRecord record;
    if (!reader.Next(record, depth)) return false;
    const auto* field = schema.ByNumber(record.number);
    if (field == nullptr || record.type != WireType::kBytes) continue;
    if (field->names) {
      AddId(record.bytes);
    } else if (field->kind == Kind::kMessage && !Add(*field->message, record.bytes, depth - 1)) {
      return false;
    }
  }
  return true;
}

bool Names::AddAll(const MessageSchema& schema, std::string_view wire) {
  return Add(schema, wire, WireReader::kDepthMax);
}

std::vector<Name> Names::Sorted() && {
  std::ranges::sort(names_);
  names_.erase(std::ranges::unique(names_).begin(), names_.end());
  return std::move(names_);
}

}  // namespace market::gateway
