// Paths and query strings into fields (google.api.http): percent-decoding, path variables, query parameters.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/transcoding/schema.hpp"
#include "gateway/transcoding/violations.hpp"

namespace market::transcoding {

// nullopt for a bad escape, or when the result is not UTF-8 or has a NUL. '+' is a space in a query only.
std::optional<std::string> DecodePathPart(std::string_view text);
std::optional<std::string> DecodeQueryPart(std::string_view text);

// A path as a contract names it ("seller_id", "offer.price") as steps to a field. Throws std::logic_error
// when there is no such field, or when it can't stand in a URL.
using FieldPath = std::vector<const FieldSchema*>;
FieldPath ResolveFieldPath(const MessageSchema& schema, std::string_view proto_path);

// `text` is one decoded path segment.
void AssignPathVariable(Message& message, const FieldPath& path, std::string_view text,
                        Violations& violations);

// "pageSize=20&state=PLACED". Nested fields by dots. `elsewhere`: bits of top-level fields that come from the
// path, the body or a header. Bad escapes, unknown names, a second value for what is not a list: violations.
void AssignQuery(Message& message, const MessageSchema& schema, std::string_view query,
                 std::uint64_t elsewhere, Violations& violations);

// For one segment of a URL path.
void AppendEscaped(std::string_view text, std::string& out);

}  // namespace market::transcoding
